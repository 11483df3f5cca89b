"""Who can make a variant."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from catalog.models.variant import Variant


class Availability(models.Model):
    """One fulfiller's offer of a variant, with stock and the state of our contract (lower case, "" when not said)."""

    variant = models.ForeignKey(Variant, models.CASCADE, related_name="availabilities", verbose_name=_("variant"))
    fulfiller_id = models.CharField(_("fulfiller ID"), max_length=64)
    fulfiller_name = models.CharField(_("fulfiller"), max_length=200, blank=True)
    sku_fulfiller = models.CharField(_("fulfiller SKU"), max_length=100, blank=True)
    available = models.BooleanField(_("available"), null=True)
    stock_managed = models.BooleanField(_("stock managed"), null=True)
    stock_qty = models.IntegerField(_("in stock"), null=True)
    shipping_from = models.CharField(_("ships from"), max_length=2, blank=True)
    contract_id = models.CharField(_("contract"), max_length=64, blank=True)
    contract_state = models.CharField(_("contract state"), max_length=32, blank=True)
    contract_requested_at = models.DateTimeField(_("contract requested"), null=True, blank=True)
    contract_accepted_at = models.DateTimeField(_("contract accepted"), null=True, blank=True)
    contract_cancelled_at = models.DateTimeField(_("contract cancelled"), null=True, blank=True)
    contract_declined_at = models.DateTimeField(_("contract declined"), null=True, blank=True)

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availabilities")
        constraints = [
            models.UniqueConstraint(fields=["variant", "fulfiller_id"], name="one_availability_per_fulfiller")
        ]

    def __str__(self) -> str:
        return f"{self.fulfiller_name}: {self.available}"

    @property
    def is_ours(self) -> bool:
        """Whether it can be ordered from this fulfiller; what the vendor does not say counts as yes."""
        return self.available is not False and self.contract_state in ("", "accepted")
