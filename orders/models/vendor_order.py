"""What each vendor holds of an order."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.reported import Reported
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.states import StateChoices, Tone
from backoffice.text.translatable import gettext as _t
from orders.models.line import OrderLine
from orders.models.order import Order


class VendorOrderState(StateChoices):
    """Ours, from `vendors.messages.OrderState`, plus what only we know of."""

    PLANNED = "planned", Tone.GREY, "hourglass_empty", _("planned")
    DRAFT = "draft", Tone.GREY, "edit_note", _("draft")
    SUBMITTED = "submitted", Tone.BLUE, "outbox", _("submitted")
    CHECKED = "checked", Tone.BLUE, "fact_check", _("checked")
    IN_PRODUCTION = "in_production", Tone.BLUE, "precision_manufacturing", _("in production")
    DONE = "done", Tone.GREEN, "check_circle", _("produced")
    CANCELLED = "cancelled", Tone.GREY, "cancel", _("cancelled")
    REFUSED = "refused", Tone.RED, "block", _("rejected")
    UNKNOWN = "unknown", Tone.AMBER, "help", _("unknown")
    # An edit left it without lines; kept for what its vendor may still report of it.
    DROPPED = "dropped", Tone.GREY, "remove", _("no longer needed")


UNSUBMITTED = (VendorOrderState.PLANNED, VendorOrderState.DRAFT)
# Nothing is made of it there; it is placed anew when the order is released.
FAILED = (VendorOrderState.REFUSED, VendorOrderState.CANCELLED)
UNSENT = (VendorOrderState.PLANNED, *FAILED)
# The vendor has it and is not through with it.
IN_PROGRESS = (
    VendorOrderState.SUBMITTED,
    VendorOrderState.CHECKED,
    VendorOrderState.IN_PRODUCTION,
    VendorOrderState.UNKNOWN,
)
# Nothing of it is made or will be.
ENDED = (VendorOrderState.CANCELLED, VendorOrderState.DROPPED)


class VendorOrder(Reported):
    """One vendor's part of an order: its reference and id there, how far it is, what was last reported."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="vendor_orders", verbose_name=_("order"))
    vendor = models.CharField(_("vendor"), max_length=32)
    part = models.PositiveSmallIntegerField(_("part"))
    reference = models.CharField(_("our reference"), max_length=50)
    generation = models.PositiveSmallIntegerField(_("generation"), default=1)
    state = models.CharField(_("state"), max_length=16, choices=VendorOrderState, default=VendorOrderState.PLANNED)
    vendor_id = models.CharField(_("vendor ID"), max_length=64, blank=True)
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    # The vendor's word "pending" stands for a draft and for a submitted order: our own record decides.
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    # Drafts given up because they differed from what was agreed: discarded later, never submitted.
    abandoned_ids = ArrayField(
        models.CharField(max_length=64), verbose_name=_("abandoned drafts"), default=list, blank=True
    )

    shipping_earliest = models.DateTimeField(_("earliest ship date"), null=True, blank=True)
    shipping_latest = models.DateTimeField(_("latest ship date"), null=True, blank=True)
    late = models.BooleanField(_("late"), null=True)
    # How far the vendor is with the slips and labels that we supply (`services.file_states`).
    document_states = models.JSONField(_("documents at the vendor"), default=list, db_default=[], blank=True)
    # From then on a person is needed for a file that the vendor has not fetched, or could not use.
    files_due_at = models.DateTimeField(_("files need attention from"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    class Meta:
        verbose_name = _("vendor order")
        verbose_name_plural = _("vendor orders")
        ordering = ["part"]
        constraints = [
            models.UniqueConstraint(fields=["order", "part"], name="one_vendor_order_per_part"),
            models.UniqueConstraint(fields=["vendor", "reference"], name="one_vendor_order_per_reference"),
            models.UniqueConstraint(
                fields=["vendor", "vendor_id"], condition=~Q(vendor_id=""), name="one_vendor_order_per_vendor_id"
            ),
        ]
        indexes = [
            models.Index(
                fields=["vendor", "read_at"],
                condition=Q(state__in=["submitted", "checked", "in_production", "unknown"]),
                name="vendor_order_in_progress",
            ),
            models.Index(
                fields=["files_due_at", "id"],
                condition=Q(files_due_at__isnull=False, state__in=["submitted", "checked", "in_production", "unknown"]),
                name="vendor_order_files_due",
            ),
            models.Index(
                fields=["unreadable_since", "id"],
                condition=Q(
                    unreadable_since__isnull=False, state__in=["submitted", "checked", "in_production", "unknown"]
                ),
                name="vendor_order_unreadable",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def can_cancel(self) -> Eligibility:
        """Return whether its vendor may still be asked to cancel it."""
        too_late = self.state in (VendorOrderState.IN_PRODUCTION, VendorOrderState.DONE)
        return ineligible(self.too_late_text()) if too_late else ELIGIBLE

    def too_late_text(self) -> str:
        """Return why it cannot be cancelled any more, for people."""
        text = _t("Order %(reference)s cannot be cancelled: %(state)s since %(since)s.")
        since = timezone.localtime(self.reported_at or self.updated_at)
        return text % {
            "reference": self.reference,
            "state": self.get_state_display(),
            "since": date_format(since, "DATETIME_FORMAT"),
        }


class VendorOrderLine(models.Model):
    """One of our lines within a vendor order, with the vendor's id once it is there."""

    vendor_order = models.ForeignKey(VendorOrder, models.CASCADE, related_name="lines", verbose_name=_("vendor order"))
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="vendor_lines", verbose_name=_("line"))
    # Unique within the vendor order; how a line is found again at the vendor.
    reference = models.CharField(_("our reference"), max_length=50)
    vendor_id = models.CharField(_("vendor ID"), max_length=64, blank=True)
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    # How far the vendor is with each of its files, or its design (`services.file_states`).
    file_states = models.JSONField(_("files at the vendor"), default=list, db_default=[], blank=True)
    shipping_earliest = models.DateTimeField(_("earliest ship date"), null=True, blank=True)
    shipping_latest = models.DateTimeField(_("latest ship date"), null=True, blank=True)
    late = models.BooleanField(_("late"), null=True)
    # Which of the line's print files were found fit, by their place, so that each is fetched once.
    checked_files = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True, editable=False)

    class Meta:
        verbose_name = _("vendor order line")
        verbose_name_plural = _("vendor order lines")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["vendor_order", "reference"], name="one_vendor_line_per_reference")
        ]

    def __str__(self) -> str:
        return self.reference
