"""Where else a shop sells."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models.shop import Shop
from backoffice.text.regions import country_code

MOST_COUNTRIES = 250
_COUNTRY = RegexValidator("^[A-Z]{2}$", _("Two-letter country code, such as FR."))


class FurtherMarket(models.Model):
    """A market beside the shop's own one: another currency, another country that goods are shipped from, or both."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="further_markets", verbose_name=_("shop"))
    currency = models.CharField(_("currency"), max_length=3, help_text=_("ISO 4217 code, such as USD."))
    shipping_from = models.CharField(
        _("ships from"),
        max_length=2,
        blank=True,
        validators=[_COUNTRY],
        help_text=_("The country whose fulfillers produce for it, such as FR. Empty: the vendor’s default."),
    )
    countries = ArrayField(
        models.CharField(max_length=2, validators=[_COUNTRY]),
        verbose_name=_("sells to"),
        size=MOST_COUNTRIES,
        default=list,
        blank=True,
        help_text=_(
            "Countries, separated by commas, such as US, CA. Empty: all countries that no other market covers."
        ),
    )

    class Meta:
        verbose_name = _("additional market")
        verbose_name_plural = _("additional markets")
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "currency", "shipping_from"], name="one_market_per_currency_and_origin"
            )
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.shipping_from}".strip()

    def clean_fields(self, exclude: Any = None) -> None:
        """Take codes however they are written, each country once."""
        self.currency, self.shipping_from = self.currency.strip().upper(), _spell(self.shipping_from)
        if isinstance(self.countries, list):
            self.countries = list(dict.fromkeys(_spell(code) for code in self.countries))
        super().clean_fields(exclude=exclude)


def _spell(code: str) -> str:
    """Return the country's code by ISO 3166; what is no country stays as it was typed."""
    return country_code(code) or code.strip().upper()


@receiver([post_save, post_delete], sender=FurtherMarket)
def note_markets(sender: type[FurtherMarket], instance: FurtherMarket, **_more: Any) -> None:
    """Let the shop know whether it has any: here, so that no way of writing or deleting one can forget it."""
    has_any = FurtherMarket.objects.filter(shop=instance.shop_id).exists()
    Shop.objects.filter(pk=instance.shop_id).update(has_further_markets=has_any)
    if FurtherMarket.shop.is_cached(instance):
        instance.shop.has_further_markets = has_any
