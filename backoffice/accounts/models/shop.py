"""The storefronts and the keys they call us with."""

from decimal import Decimal
from typing import ClassVar
from urllib.parse import quote, urlsplit
from zoneinfo import available_timezones

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, BaseAPIKeyManager

SKU_PLACE = "{sku}"
# Test keys begin with it, so that whoever reads one sees what it is.
TEST_MARK = "test_"
LONGEST_DUPLICATE_WINDOW_MINUTES = 7 * 24 * 60
LONGEST_COOLING_OFF_SECONDS = 24 * 60 * 60


class ShortStock(models.TextChoices):
    REFUSE = "refuse", _("reject the order")
    HOLD = "hold", _("hold the order")
    BACKORDER = "backorder", _("accept it as a backorder")


class OddPrice(models.TextChoices):
    REFUSE = "refuse", _("reject the order")
    HOLD = "hold", _("hold the order")
    OFF = "off", _("accept the order unchecked")


class Shop(models.Model):
    """A storefront: where orders come from, in one currency and one main language."""

    name = models.CharField(_("name"), max_length=100)
    code = models.SlugField(
        _("code"), max_length=8, unique=True, help_text=_("Prefix of every order number, e.g. WEB in WEB-100001.")
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    language = models.CharField(_("language"), max_length=2, default="DE")
    release_automatically = models.BooleanField(
        _("release orders automatically"),
        default=True,
        help_text=_("Off: every order waits until someone releases it."),
    )
    own_delivery_slip = models.BooleanField(
        _("own delivery slips"),
        default=False,
        help_text=_(
            "Every parcel contains a delivery slip in the shop’s name; each line then becomes a separate order at "
            "the vendor."
        ),
    )
    own_labels = models.BooleanField(
        _("own shipping labels"),
        default=False,
        help_text=_("Vendors request the label from us on the day of dispatch. Only by arrangement with the vendor."),
    )
    on_short_stock = models.CharField(
        _("when stock is too low"),
        max_length=12,
        choices=ShortStock,
        default=ShortStock.REFUSE,
        db_default=ShortStock.REFUSE,
        help_text=_("Based on the stock that the vendor last reported, minus open orders."),
    )
    on_odd_price = models.CharField(
        _("when a price looks wrong"),
        max_length=12,
        choices=OddPrice,
        default=OddPrice.HOLD,
        db_default=OddPrice.HOLD,
        help_text=_("A price of 0, a margin that is too small, totals that do not add up, or another currency."),
    )
    least_margin_percent = models.DecimalField(
        _("minimum margin, in percent"),
        max_digits=6,
        decimal_places=2,
        default=Decimal(0),
        db_default=0,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(-1000)), MaxValueValidator(Decimal("99.99"))],
        help_text=_(
            "Share of a line’s price that is left after the vendor’s price. Below 0: a loss. Empty: not checked."
        ),
    )
    total_factor = models.DecimalField(
        _("maximum total, as a multiple of the lines"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(3),
        db_default=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal(1))],
        help_text=_(
            "Also the lower limit: with 3, from a third to three times the lines. Leaves room for shipping, "
            "vouchers and tax. Empty: not checked."
        ),
    )
    duplicate_window_minutes = models.PositiveSmallIntegerField(
        _("duplicate window, in minutes"),
        default=10,
        db_default=10,
        validators=[MaxValueValidator(LONGEST_DUPLICATE_WINDOW_MINUTES)],
        help_text=_("Of two orders with the same recipient and lines, the second is held. 0: not checked."),
    )
    cooling_off_seconds = models.PositiveIntegerField(
        _("cooling-off period, in seconds"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(LONGEST_COOLING_OFF_SECONDS)],
        help_text=_(
            "A released order is sent to its vendors only after this time; until then it can always be cancelled."
        ),
    )
    tax_percent = models.DecimalField(
        _("VAT, in percent"),
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_(
            "For lines without a rate of their own. Required where a vendor needs gross prices. Empty: unknown."
        ),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        default="Europe/Berlin",
        help_text=_("For vendors that use local times, e.g. Europe/Paris."),
    )
    sign_integration_id = models.PositiveIntegerField(
        _("Sign Customiser integration"),
        null=True,
        blank=True,
        help_text=_("The number of the custom integration there. Empty: the shop does not sell custom signs."),
    )
    letter_shop_id = models.CharField(
        _("AutoLetter ShopId"),
        max_length=50,
        blank=True,
        help_text=_("How AutoLetter identifies this shop. Empty: the shop’s code."),
    )
    shipper_address_id = models.CharField(
        _("shipper: mypromo address number"),
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text=_("For orders without a shipper. Number or key, not both. Both empty: the account’s own address."),
    )
    shipper_address_key = models.CharField(
        _("shipper: mypromo address key"), max_length=64, blank=True, default="", db_default=""
    )
    export_address_id = models.CharField(
        _("exporter: mypromo address number"),
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text=_("For customs, on orders without an exporter."),
    )
    export_address_key = models.CharField(
        _("exporter: mypromo address key"), max_length=64, blank=True, default="", db_default=""
    )
    product_url_template = models.CharField(
        _("product page URL"),
        max_length=300,
        blank=True,
        default="",
        db_default="",
        help_text=_("With {sku} in place of the SKU, e.g. https://shop.example.com/p/{sku}. Empty: no URL is sent."),
    )
    card_pause_days = models.PositiveSmallIntegerField(
        _("days between two cards"),
        default=90,
        help_text=_("No recipient gets a second handwritten card within this time, whatever the campaign."),
    )
    # Kept by `FurtherMarket`: most shops have none, and then nobody asks for them.
    has_further_markets = models.BooleanField(default=False, db_default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("shop")
        verbose_name_plural = _("shops")
        # What a reader sees of any shop's rows: `backoffice/sight.py`.
        permissions = [
            ("see_personal_data", "Can see names, addresses, e-mail addresses and telephone numbers of customers"),
            ("see_purchase_prices", "Can see purchase prices and margins"),
            ("see_payments", "Can see what cards, refunds and credits cost"),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.time_zone not in available_timezones():
            raise ValidationError({"time_zone": _("Unknown time zone.")})
        for role in ("shipper", "export"):
            if getattr(self, f"{role}_address_id") and getattr(self, f"{role}_address_key"):
                raise ValidationError({f"{role}_address_key": _("Enter either the number or the key.")})
        if self.product_url_template and not _is_template(self.product_url_template):
            text = _("A URL that starts with https:// and contains {sku} once, after the host name.")
            raise ValidationError({"product_url_template": text})

    def kept_address(self, role: str) -> tuple[str, str]:
        """Return number and key of the address at the vendor that its orders have as "shipper" or "export"."""
        return getattr(self, f"{role}_address_id"), getattr(self, f"{role}_address_key")

    def product_url(self, sku: str) -> str:
        """Return the shop's page of a SKU, empty where the shop names none."""
        return self.product_url_template.replace(SKU_PLACE, quote(sku, safe=""))


def _is_template(text: str) -> bool:
    head, place, tail = text.partition(SKU_PLACE)
    try:
        parts = urlsplit(head)
        is_address = parts.scheme in ("https", "http") and bool(parts.hostname) and "/" in head[8:]
    except ValueError:
        return False
    return is_address and bool(place) and SKU_PLACE not in tail and not any(char.isspace() for char in text)


class Scope(models.TextChoices):
    ORDERS_READ = "orders:read", _("read orders")
    ORDERS_WRITE = "orders:write", _("place and cancel orders")
    CATALOG_READ = "catalog:read", _("read the catalogue")
    EVENTS_READ = "events:read", _("read events")
    WEBHOOKS_WRITE = "webhooks:write", _("manage webhook endpoints")


def all_scopes() -> list[str]:
    """Return what a new key may do unless somebody narrows it."""
    return list(Scope.values)


class ApiKeyManager(BaseAPIKeyManager):
    """Makes keys whose row is known by the public prefix. The library's primary key holds the hash, which would stand
    in the addresses of the admin, and so in logs and histories of browsers.
    """

    def assign_key(self, obj: "ApiKey") -> str:  # type: ignore[override]
        """Set prefix and hash of a new key on the row. Return the key, which is stored nowhere, with its mark."""
        key: str = super().assign_key(obj)
        obj.pk = obj.prefix
        return f"{obj.mark}{key}"


class ApiKey(AbstractAPIKey):
    """A storefront's key. Only its hash is kept: the key itself is shown once, when it is made."""

    # Its base is abstract and leaves the manager's model open.
    objects: ClassVar[ApiKeyManager] = ApiKeyManager()  # type: ignore[assignment]
    shop = models.ForeignKey(Shop, models.CASCADE, related_name="api_keys", verbose_name=_("shop"))
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope), verbose_name=_("scopes"), default=all_scopes)
    # What it places is made nowhere. Never changed: the key itself begins with `TEST_MARK`.
    is_test = models.BooleanField(
        _("test key"),
        default=False,
        db_default=False,
        help_text=_("Its orders are marked as tests and never sent to a vendor that would produce them."),
    )
    # Of addresses, as `key_networks` writes them. None: from anywhere.
    networks = ArrayField(
        models.CharField(max_length=43), verbose_name=_("allowed networks"), default=list, db_default=[], blank=True
    )
    # The secret before the newest one, which works beside it until then.
    previous_hash = models.CharField(max_length=150, default="", db_default="", blank=True, editable=False)
    previous_until = models.DateTimeField(_("previous secret works until"), null=True, blank=True, editable=False)
    created_by = models.CharField(
        _("created by"), max_length=150, default="", db_default="", blank=True, editable=False
    )

    class Meta(AbstractAPIKey.Meta):
        # The base declares plain texts here; Django takes lazy ones.
        verbose_name = _("API key")  # type: ignore[assignment]
        verbose_name_plural = _("API keys")  # type: ignore[assignment]
        permissions = [("issue_order_keys", "Can create API keys that place and cancel orders")]

    @property
    def mark(self) -> str:
        """What the key begins with before its prefix."""
        return TEST_MARK if self.is_test else ""

    @property
    def shown_prefix(self) -> str:
        """What the key begins with, as its owner sees it."""
        return f"{self.mark}{self.prefix}"

    @property
    def has_previous(self) -> bool:
        """Whether the secret before the newest one works too."""
        return self.previous_until is not None and timezone.now() < self.previous_until

    def is_previous(self, key: str) -> bool:
        """Return whether the key has the secret before the newest one, in the time in which it works."""
        return self.has_previous and type(self).objects.key_generator.verify(key, self.previous_hash)
