"""Prices by quantity."""

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
