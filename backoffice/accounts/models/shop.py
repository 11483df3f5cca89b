"""The storefronts and the keys they call us with."""

from decimal import Decimal
from typing import ClassVar
from zoneinfo import available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, BaseAPIKeyManager

LONGEST_DUPLICATE_WINDOW_MINUTES = 7 * 24 * 60
LONGEST_COOLING_OFF_SECONDS = 24 * 60 * 60


class ShortStock(models.TextChoices):
    REFUSE = "refuse", _("refuse the order")
    HOLD = "hold", _("hold the order")
    BACKORDER = "backorder", _("accept it as a backorder")


class OddPrice(models.TextChoices):
    REFUSE = "refuse", _("refuse the order")
    HOLD = "hold", _("hold the order")


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
    on_short_stock = models.CharField(
        _("when stock is too small"),
        max_length=12,
        choices=ShortStock,
        default=ShortStock.REFUSE,
        db_default=ShortStock.REFUSE,
        help_text=_("Counted over what the vendor last reported, less what open orders take."),
    )
    on_odd_price = models.CharField(
        _("when a price looks wrong"),
        max_length=12,
        choices=OddPrice,
        default=OddPrice.HOLD,
        db_default=OddPrice.HOLD,
        help_text=_("A price of 0 or too far below cost, a total far from its lines, another currency."),
    )
    loss_limit_percent = models.DecimalField(
        _("may be sold below cost by, percent"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        db_default=0,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=_("Of what the vendor charges for the quantity. Empty: not checked."),
    )
    total_factor = models.DecimalField(
        _("a total is at most so many times its lines"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(3),
        db_default=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(1))],
        help_text=_("And at least that part of them. Room for shipping, vouchers and tax. Empty: not checked."),
    )
    duplicate_window_minutes = models.PositiveSmallIntegerField(
        _("minutes within which an order may be a duplicate"),
        default=10,
        db_default=10,
        validators=[MaxValueValidator(LONGEST_DUPLICATE_WINDOW_MINUTES)],
        help_text=_("The second of two orders with the same recipient and lines is held. 0: not looked for."),
    )
    cooling_off_seconds = models.PositiveIntegerField(
        _("cooling-off, in seconds"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(LONGEST_COOLING_OFF_SECONDS)],
        help_text=_("A released order leaves for its vendors only then; until then cancelling it is certain."),
    )
    tax_percent = models.DecimalField(
        _("value added tax, in percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Of lines that name no other. Needed where a vendor wants gross prices; empty: unknown."),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Europe/Berlin",
        help_text=_("For vendors that take local times, such as Europe/Paris."),
    )
    sign_integration_id = models.PositiveIntegerField(
        _("Sign Customiser's integration"),
        null=True,
        blank=True,
        help_text=_("The number of the custom integration there. Empty: the shop sells no custom signs."),
    )
    letter_shop_id = models.CharField(
        _("AutoLetter's ShopId"),
        max_length=50,
        blank=True,
        help_text=_("How AutoLetter tells this shop from others. Empty: the shop's code."),
    )
    card_pause_days = models.PositiveSmallIntegerField(
        _("days between two cards"),
        default=90,
        help_text=_("Nobody gets a second handwritten card within that time, whatever the campaign."),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.time_zone not in available_timezones():
            raise ValidationError({"time_zone": _("There is no such time zone.")})


class Scope(models.TextChoices):
    ORDERS_READ = "orders:read", _("read orders")
    ORDERS_WRITE = "orders:write", _("place and cancel orders")
    CATALOG_READ = "catalog:read", _("read the catalogue")


def all_scopes() -> list[str]:
    """Return what a new key may do unless somebody narrows it."""
    return list(Scope.values)


class ApiKeyManager(BaseAPIKeyManager):
    """Makes keys whose row is known by the public prefix. The library's primary key holds the hash, which would stand
    in the addresses of the admin, and so in logs and histories of browsers.
    """

    def assign_key(self, obj: AbstractAPIKey) -> str:
        """Set prefix and hash of a new key on the row. Return the key, which is stored nowhere."""
        key: str = super().assign_key(obj)
        obj.pk = obj.prefix
        return key


class ApiKey(AbstractAPIKey):
    """A storefront's key. Only its hash is kept: the key itself is shown once, when it is made."""

    # Its base is abstract and leaves the manager's model open.
    objects: ClassVar[ApiKeyManager] = ApiKeyManager()  # type: ignore[assignment]
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="api_keys", verbose_name=_("shop"))
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("scopes"), default=all_scopes)

    class Meta(AbstractAPIKey.Meta):
        # The base declares plain texts here; Django takes lazy ones.
        verbose_name = _("API key")  # type: ignore[assignment]
        verbose_name_plural = _("API keys")  # type: ignore[assignment]
