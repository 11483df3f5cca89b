"""Parcels on their way to customers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReportedParcel(models.Model):
    """What vendors report of every parcel."""

    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    tracking_url = models.TextField(_("tracking link"), blank=True)
    # None: the vendor does not say.
    delivered = models.BooleanField(_("delivered"), null=True)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    delivery_earliest = models.DateTimeField(_("earliest delivery"), null=True, blank=True)
    delivery_latest = models.DateTimeField(_("latest delivery"), null=True, blank=True)
    late = models.BooleanField(_("late"), null=True)
    height_cm = models.DecimalField(_("height in cm"), max_digits=10, decimal_places=2, null=True, blank=True)
    width_cm = models.DecimalField(_("width in cm"), max_digits=10, decimal_places=2, null=True, blank=True)
    depth_cm = models.DecimalField(_("depth in cm"), max_digits=10, decimal_places=2, null=True, blank=True)
    weight_g = models.DecimalField(_("weight in g"), max_digits=12, decimal_places=2, null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        abstract = True


class Shipment(ReportedParcel):
    """A parcel that a vendor sent for one of our orders. The set only grows: reports update it, nothing removes it."""

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="shipments", verbose_name=_("order"))
    vendor_order = models.ForeignKey(
        "orders.VendorOrder", models.PROTECT, related_name="shipments", verbose_name=_("vendor order")
    )
    vendor_id = models.CharField(_("vendor ID"), max_length=64)
    carrier = models.CharField(_("carrier"), max_length=64, blank=True)
    tracking_code = models.CharField(_("tracking code"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("first reported"), auto_now_add=True)

    class Meta:
        verbose_name = _("shipment")
        verbose_name_plural = _("shipments")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["vendor_order", "vendor_id"], name="one_row_per_parcel")]
        indexes = [
            models.Index(fields=["tracking_code"], condition=~Q(tracking_code=""), name="shipment_tracking"),
            models.Index(fields=["-created_at"], name="shipment_newest"),
        ]

    def __str__(self) -> str:
        return self.tracking_code or self.vendor_id


class ShipmentLine(models.Model):
    """How much of an order line is in a parcel."""

    shipment = models.ForeignKey(Shipment, models.CASCADE, related_name="lines", verbose_name=_("shipment"))
    line = models.ForeignKey(
        "orders.OrderLine", models.PROTECT, null=True, related_name="shipment_lines", verbose_name=_("order line")
    )
    sku = models.CharField(_("SKU"), max_length=100)
    quantity = models.PositiveIntegerField(_("quantity"))
    # The vendor's id of its line: the key within a parcel, since our line may be missing.
    line_vendor_id = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("shipped line")
        verbose_name_plural = _("shipped lines")
        constraints = [models.UniqueConstraint(fields=["shipment", "line_vendor_id"], name="one_row_per_shipped_line")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.sku}"
