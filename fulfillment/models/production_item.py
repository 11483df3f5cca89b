"""The lines of a production order."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import SealedJSONField
from fulfillment.models.production_order import ProductionOrder, ProductionOrderState


class ProductionItem(models.Model):
    """One thing to make: what, how many, from which files, and how many have left us."""

    production_order = models.ForeignKey(
        ProductionOrder, models.CASCADE, related_name="items", verbose_name=_("production order")
    )
    vendor_id = models.CharField(_("vendor ID"), max_length=64)
    order_item_vendor_id = models.CharField(_("vendor's order line"), max_length=64, blank=True)
    reference = models.CharField(_("merchant's reference"), max_length=200, blank=True)
    sku = models.CharField(_("SKU"), max_length=100, blank=True)
    sku_fulfiller = models.CharField(_("our SKU"), max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=500, blank=True)
    kind = models.CharField(_("made from"), max_length=16, blank=True)
    quantity = models.PositiveIntegerField(_("quantity"))
    # Of parcels reported, and of those waiting to be; re-shipments and forced ones may lift it above `quantity`.
    shipped = models.PositiveIntegerField(_("shipped"), default=0)

    state = models.CharField(
        _("state"), max_length=16, choices=ProductionOrderState, default=ProductionOrderState.UNKNOWN
    )
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    shipping_earliest = models.DateTimeField(_("earliest ship date"), null=True, blank=True)
    shipping_latest = models.DateTimeField(_("latest ship date"), null=True, blank=True)
    late = models.BooleanField(_("late according to the vendor"), null=True)

    # Pairs of key and value in their order: keys may repeat.
    configuration = models.JSONField(_("configuration"), default=list, blank=True)
    custom_properties = models.JSONField(_("custom properties"), default=list, blank=True)
    customs = models.JSONField(_("customs"), null=True, blank=True)
    # Sealed: the address of a design's editor lets anybody in who has it.
    designs = SealedJSONField(default=list, editable=False)
    # Of the product's parts, by the catalogue; empty while the catalogue does not know the SKU.
    printing_methods = ArrayField(
        models.CharField(max_length=100), verbose_name=_("printing methods"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("production item")
        verbose_name_plural = _("production items")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["production_order", "vendor_id"], name="one_production_item_per_vendor_id")
        ]
        indexes = [
            models.Index(fields=["sku", "production_order"], name="production_item_sku"),
            models.Index(fields=["sku_fulfiller"], name="production_item_our_sku"),
            GinIndex(fields=["printing_methods"], name="production_item_methods"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku_fulfiller or self.sku}"

    @property
    def remaining(self) -> int:
        """How many have yet to leave us; none of what the vendor cancelled."""
        return 0 if self.state == ProductionOrderState.CANCELLED else max(self.quantity - self.shipped, 0)
