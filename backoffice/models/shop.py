"""The storefronts and the keys they call us with."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, BaseAPIKeyManager


class Shop(models.Model):
    """A storefront: where orders come from, in one currency and one main language."""

    name = models.CharField(_("name"), max_length=100)
    code = models.SlugField(
        _("code"), max_length=8, unique=True, help_text=_("Begins every order number, e.g. WEB in WEB-100001.")
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    language = models.CharField(_("language"), max_length=2, default="DE")
    release_automatically = models.BooleanField(
        _("release orders automatically"),
        default=True,
        help_text=_("Off: every order waits until a person releases it."),
    )
    own_delivery_slip = models.BooleanField(
        _("own delivery slips"),
        default=False,
        help_text=_("A slip in the shop's name goes into every parcel; each line is then an order of its own there."),
    )
    own_labels = models.BooleanField(
        _("own shipping labels"),
        default=False,
        help_text=_("Vendors ask us for the label on the day of dispatch. Only on request at the vendor."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")

    def __str__(self) -> str:
        return self.name


class Scope(models.TextChoices):
    ORDERS_READ = "orders:read", _("read orders")
    ORDERS_WRITE = "orders:write", _("place and cancel orders")
    CATALOG_READ = "catalog:read", _("read the catalogue")


def all_scopes() -> list[str]:
    """What a new key may do unless somebody narrows it."""
    return list(Scope.values)


class ApiKey(AbstractAPIKey):
    """A storefront's key. Only its hash is kept: the key itself is shown once, when it is made."""

    # Its base is abstract and leaves the manager's model open.
    objects: ClassVar[BaseAPIKeyManager] = BaseAPIKeyManager()  # type: ignore[assignment]
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="api_keys", verbose_name=_("shop"))
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("scopes"), default=all_scopes)

    class Meta(AbstractAPIKey.Meta):
        # The base declares plain texts here; Django takes lazy ones.
        verbose_name = _("API key")  # type: ignore[assignment]
        verbose_name_plural = _("API keys")  # type: ignore[assignment]
