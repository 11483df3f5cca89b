"""Countries, states and carriers as the vendor knows them, keyed by code: the vendor's ids contradict each other."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Country(models.Model):
    """A country one can ship to."""

    iso2 = models.CharField(_("ISO code"), max_length=2, primary_key=True)
    iso3 = models.CharField(_("three-letter code"), max_length=3)
    name = models.CharField(_("name"), max_length=100)
    state_mandatory = models.BooleanField(_("state required"), default=False)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")

    def __str__(self) -> str:
        return self.name


class State(models.Model):
    """A state or province. `country` is empty where the vendor's reference cannot be resolved."""

    country = models.ForeignKey(
        Country, models.SET_NULL, null=True, blank=True, related_name="states", verbose_name=_("country")
    )
    iso2 = models.CharField(_("code"), max_length=10)
    iso3 = models.CharField(_("long code"), max_length=10, blank=True)
    name = models.CharField(_("name"), max_length=100)

    class Meta:
        verbose_name = pgettext_lazy("address", "state")
        verbose_name_plural = _("states")
        constraints = [
            models.UniqueConstraint(fields=["country", "iso2", "name"], name="one_row_per_state", nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.name


class Carrier(models.Model):
    """A carrier; `key` is lower case and is what we send and compare."""

    key = models.CharField(_("key"), max_length=32, primary_key=True)
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=16, blank=True)
    available = models.BooleanField(_("available"), default=True)

    class Meta:
        verbose_name = _("carrier")
        verbose_name_plural = _("carriers")

    def __str__(self) -> str:
        return self.name
