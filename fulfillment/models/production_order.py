"""What a marketplace gives us to make and ship, when we are its fulfiller."""

from typing import Any, cast

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.reported import Reported
from backoffice.states import StateChoices, Tone


class ProductionOrderState(StateChoices):
    """Where it stands at the vendor, as in `vendors.production_messages`."""

    PENDING = "pending", Tone.GREY, "hourglass_empty", _("waiting")
    IN_PRODUCTION = "in_production", Tone.BLUE, "precision_manufacturing", _("in production")
    DONE = "done", Tone.GREEN, "check_circle", _("finished")
    CANCELLED = "cancelled", Tone.GREY, "cancel", _("cancelled")
    UNKNOWN = "unknown", Tone.AMBER, "help", _("unknown")


class DispatchState(StateChoices):
    """How much of it has left us: derived from the parcels, never from the vendor's word."""

    NONE = "none", Tone.GREY, "package_2", _("nothing shipped")
    PARTIAL = "partial", Tone.BLUE, "stacks", _("partly shipped")
    SHIPPED = "shipped", Tone.GREEN, "local_shipping", _("shipped")


ENDED_STATES = (ProductionOrderState.DONE, ProductionOrderState.CANCELLED)
_TO_DO = ~Q(state__in=["done", "cancelled"]) & ~Q(dispatch="shipped")


class ProductionOrderQuerySet(models.QuerySet["ProductionOrder"]):
    def locked(self, pk: int) -> "ProductionOrder":
        """Return the production order, locked to the end of the transaction. Raises DoesNotExist."""
        return self.select_for_update().get(pk=pk)

    def to_do(self) -> "ProductionOrderQuerySet":
        """Return those that are neither ended at the vendor nor wholly shipped."""
        return self.filter(_TO_DO)

    def ended(self) -> "ProductionOrderQuerySet":
        """Return all others: nothing of them is left to make or ship."""
        return self.filter(Q(state__in=ENDED_STATES) | Q(dispatch=DispatchState.SHIPPED))


class ProductionOrder(Reported):
    """One order to make and ship, kept whole as the vendor reports it. How much has left us is derived."""

    vendor = models.CharField(_("vendor"), max_length=32)
    vendor_id = models.CharField(_("vendor ID"), max_length=64)
    # The merchant's order that it is a part of.
    order_vendor_id = models.CharField(_("vendor's order"), max_length=64, blank=True)
    reference = models.CharField(_("merchant's reference"), max_length=200, blank=True)
    reference2 = models.CharField(_("second reference"), max_length=200, blank=True)
    merchant = models.CharField(_("merchant"), max_length=200, blank=True)

    state = models.CharField(
        _("state"), max_length=16, choices=ProductionOrderState, default=ProductionOrderState.UNKNOWN
    )
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    dispatch = models.CharField(_("shipment"), max_length=12, choices=DispatchState, default=DispatchState.NONE)

    complaint = models.BooleanField(_("complaint"), default=False)
    express_production = models.BooleanField(_("express production"), default=False)
    express_shipping = models.BooleanField(_("express shipping"), default=False)
    # Either of the two: what is made first.
    is_express = models.GeneratedField(
        expression=cast(Any, Q(express_production=True) | Q(express_shipping=True)),
        output_field=models.BooleanField(_("express")),
        db_persist=True,
    )
    shipping_earliest = models.DateTimeField(_("earliest ship date"), null=True, blank=True)
    shipping_latest = models.DateTimeField(_("latest ship date"), null=True, blank=True)
    # `shipping_latest`, or the far future: a list sorted by it needs no rule for what is not given.
    due_at = models.DateTimeField(_("due"))
    late = models.BooleanField(_("late according to the vendor"), null=True)
    comment = models.TextField(_("comment"), blank=True)
    # The vendor makes a label when asked for it, on the day of dispatch.
    has_generic_label = models.BooleanField(_("generic label"), default=False)

    # Snapshots as they came: fields of `vendors.messages.PostalAddress`, None where not given.
    recipient = models.JSONField(_("recipient"), null=True, blank=True)
    shipper = models.JSONField(_("sender"), null=True, blank=True)
    export = models.JSONField(_("exporter"), null=True, blank=True)
    parties = models.JSONField(_("parties"), default=list, blank=True)
    # Pairs of key and value in their order: keys may repeat.
    custom_properties = models.JSONField(_("custom properties"), default=list, blank=True)

    # Whose it is was erased: what is reported of it moves its states, and brings nobody back.
    erased_at = models.DateTimeField(_("personal data erased"), null=True, blank=True, editable=False)
    ordered_at = models.DateTimeField(_("created at the vendor"), null=True, blank=True)
    created_at = models.DateTimeField(_("received"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = ProductionOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("production order")
        verbose_name_plural = _("production orders")
        permissions = [
            ("dispatch_productionorder", "Can fetch labels and report parcels"),
            ("force_productionorder", "Can report parcels beyond the ordered quantity or without the supplied labels"),
            ("view_documents", "Can open print files, delivery slips, previews and labels"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["vendor", "vendor_id"], name="one_production_order_per_vendor_id")
        ]
        indexes = [
            models.Index(fields=["-is_express", "due_at", "id"], condition=_TO_DO, name="production_work"),
            models.Index(
                fields=["merchant", "-is_express", "due_at", "id"], condition=_TO_DO, name="production_of_merchant"
            ),
            models.Index(fields=["vendor", "read_at"], condition=_TO_DO, name="production_unread"),
            models.Index(
                fields=["unreadable_since", "id"],
                condition=_TO_DO & Q(unreadable_since__isnull=False),
                name="production_unreadable",
            ),
            models.Index(fields=["state", "-id"], name="production_state"),
            # Found by their beginnings too, whatever the language of the database.
            models.Index(fields=["reference"], opclasses=["varchar_pattern_ops"], name="production_reference"),
            models.Index(fields=["vendor_id"], opclasses=["varchar_pattern_ops"], name="production_vendor_id"),
            models.Index(fields=["reference2"], name="production_reference2"),
            models.Index(fields=["order_vendor_id"], name="production_of_order"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor_id} {self.reference}".strip()

    @property
    def keeps_no_copy(self) -> bool:
        """Whether whose it is was erased: what is reported of it is applied, and not kept."""
        return self.erased_at is not None

    @property
    def is_to_do(self) -> bool:
        """As `to_do()` of the query set."""
        return self.state not in ENDED_STATES and self.dispatch != DispatchState.SHIPPED

    @property
    def is_late(self) -> bool:
        """Still to do after its time, or late by the vendor's own word."""
        return self.is_to_do and (self.late is True or self.due_at < timezone.now())
