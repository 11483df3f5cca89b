"""Parcels that we send for production orders and report to the vendor."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.states import StateChoices, Tone
from fulfillment.models.label import BARE_CODE, Label
from fulfillment.models.production_item import ProductionItem
from fulfillment.models.production_order import ProductionOrder
from fulfillment.models.shipment import ReportedParcel


class ParcelState(StateChoices):
    WAITING = "waiting", Tone.BLUE, "outbox", _("to be reported")
    REPORTED = "reported", Tone.GREEN, "check_circle", _("reported")
    REFUSED = "refused", Tone.RED, "block", _("rejected by the vendor")
    WITHDRAWN = "withdrawn", Tone.GREY, "undo", _("withdrawn")


class ProductionShipmentQuerySet(models.QuerySet["ProductionShipment"]):
    def with_code(self, *codes: str) -> Self:
        """Return those with one of these tracking codes, given without spaces however they are kept."""
        return self.alias(bare_code=BARE_CODE).filter(bare_code__in=codes)


class ProductionShipment(ReportedParcel):
    """A parcel of a production order: made here and reported once, or seen at the vendor."""

    production_order = models.ForeignKey(
        ProductionOrder, models.CASCADE, related_name="shipments", verbose_name=_("production order")
    )
    # At most one parcel carries a label; a withdrawn or refused parcel gives it back.
    label = models.OneToOneField(
        Label, models.PROTECT, null=True, blank=True, related_name="parcel", verbose_name=_("label")
    )
    state = models.CharField(_("state"), max_length=12, choices=ParcelState, default=ParcelState.WAITING)
    vendor_id = models.CharField(_("vendor ID"), max_length=64, blank=True)

    carrier = models.CharField(_("carrier"), max_length=64)
    tracking_code = models.CharField(_("tracking code"), max_length=200)
    # No items are named to the vendor: it takes the whole production order for shipped.
    is_whole = models.BooleanField(_("whole order"), default=False)
    # Beyond the ordered quantity, or without the supplied labels; the reason is kept.
    force = models.BooleanField(_("forced"), default=False)
    force_reason = models.TextField(_("reason for forcing"), blank=True)

    # A user's name, or "vendor:…" for a parcel that was reported elsewhere.
    made_by = models.CharField(_("created by"), max_length=150)
    # Until then it can be withdrawn: the report leaves afterwards.
    leaves_at = models.DateTimeField(_("report due"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    reported_at = models.DateTimeField(_("reported"), null=True, blank=True)

    objects = ProductionShipmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["production_order", "vendor_id"], condition=~Q(vendor_id=""), name="one_parcel_per_vendor_id"
            ),
            # A code names one parcel of ours that is on its way to the vendor: a second click makes no second one.
            models.UniqueConstraint(
                fields=["production_order", "carrier", "tracking_code"],
                condition=Q(state="waiting"),
                name="one_waiting_parcel_per_code",
            ),
        ]
        indexes = [
            models.Index(fields=["tracking_code", "carrier"], name="parcel_tracking"),
            models.Index(BARE_CODE, name="parcel_bare_code"),
            models.Index(
                fields=["reported_at", "carrier"], condition=Q(reported_at__isnull=False), name="parcel_reported"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier} {self.tracking_code}"


class ProductionShipmentLine(models.Model):
    """How much of an item is in a parcel."""

    shipment = models.ForeignKey(ProductionShipment, models.CASCADE, related_name="lines", verbose_name=_("parcel"))
    item = models.ForeignKey(ProductionItem, models.CASCADE, related_name="shipment_lines", verbose_name=_("item"))
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("parcel line")
        verbose_name_plural = _("parcel lines")
        constraints = [models.UniqueConstraint(fields=["shipment", "item"], name="one_line_per_parcel_and_item")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.item_id}"
