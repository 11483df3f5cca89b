"""Prices by quantity: those of the listing that a variant came with, and those of other markets."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.variant import Variant


class PriceList(models.TextChoices):
    PURCHASE = "purchase", _("purchase")
    RECOMMENDED = "recommended", _("recommended")
    SALES = "sales", _("sales")


class PriceTier(models.Model):
    """The unit price from a quantity on, net, in the variant's currency."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="tiers", verbose_name=_("variant"))
    price_list = models.CharField(_("price list"), max_length=12, choices=PriceList)
    quantity = models.PositiveIntegerField(_("from quantity"))
    price = models.DecimalField(_("unit price"), max_digits=12, decimal_places=4)

    class Meta:
        verbose_name = _("price tier")
        verbose_name_plural = _("price tiers")
        constraints = [
            models.UniqueConstraint(fields=["variant", "price_list", "quantity"], name="one_tier_per_quantity")
        ]

    def __str__(self) -> str:
        return f"{self.price_list} {self.quantity}: {self.price}"


class MarketPrices(models.Model):
    """What a variant costs in another currency or from another country than it is listed in: one row for each listing,
    `tiers` as {price list: {"<from quantity>": "<net unit price>"}}.
    """

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="market_prices", verbose_name=_("variant"))
    currency = models.CharField(_("currency"), max_length=3)
    # Empty: from where it ships as usual.
    shipping_from = models.CharField(_("ships from"), max_length=2, blank=True)
    tiers = models.JSONField(_("price tiers"), default=dict)

    class Meta:
        verbose_name = _("prices of a market")
        verbose_name_plural = _("prices of markets")
        constraints = [
            models.UniqueConstraint(fields=["variant", "currency", "shipping_from"], name="one_price_row_per_market")
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.shipping_from}".strip()
