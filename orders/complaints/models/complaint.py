"""A complaint about pieces of an order."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _t
from fulfillment.models import Shipment
from orders.complaints.models.choices import Bearer, ClaimState, ComplaintCause, ComplaintState
from orders.models import Order, OrderLine

# Against whom the cost is claimed.
CLAIMED_OF = (Bearer.VENDOR, Bearer.CARRIER)
LONGEST_TEXT = 2000


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def locked(self, pk: int) -> "Complaint":
        """Return the complaint, locked to the end of the transaction, after its order. Raise DoesNotExist."""
        return self.select_for_update(of=("self",)).select_related("order__shop").get(pk=pk)

    def open(self) -> "ComplaintQuerySet":
        return self.filter(state=ComplaintState.OPEN)

    def past_deadline(self, now: datetime | None = None) -> "ComplaintQuerySet":
        """Return open ones whose vendor takes no claim any more, and that nobody claimed in time."""
        return self.open().filter(claim=ClaimState.DUE, deadline__lt=now or timezone.now())


class Complaint(models.Model):
    """What is wrong with which pieces, who bears the cost, and how far it is. Its lines are all of one vendor."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="complaints", verbose_name=_("order"))
    vendor = models.CharField(_("vendor"), max_length=32)
    cause = models.CharField(_("cause"), max_length=16, choices=ComplaintCause)
    text = models.TextField(_("description"), blank=True)
    bearer = models.CharField(_("who bears the cost"), max_length=8, choices=Bearer)
    # The parcel that it is about, where it is about one.
    parcel = models.ForeignKey(Shipment, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=ComplaintState, default=ComplaintState.OPEN)
    claim = models.CharField(_("claim"), max_length=8, choices=ClaimState, default=ClaimState.NONE)
    claimed_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    # What whoever bears the cost gives us for it, in the order's currency.
    credit = models.DecimalField(_("credit"), max_digits=13, decimal_places=3, null=True, blank=True)
    # Until when the vendor takes a claim.
    deadline = models.DateTimeField(_("claim until"))
    opened_by = models.CharField(_("by"), max_length=150)
    opened_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    ended_by = models.CharField(_("ended by"), max_length=150, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    # Of the form that it was typed in: pressed twice it is one complaint.
    token = models.CharField(max_length=64, unique=True, editable=False)

    objects = ComplaintQuerySet.as_manager()

    class Meta:
        verbose_name = _("complaint")
        verbose_name_plural = _("complaints")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["-opened_at"], name="complaint_opened"),
            models.Index(fields=["-id"], condition=Q(state="open"), name="complaint_open"),
            models.Index(fields=["deadline"], condition=Q(state="open", claim="due"), name="complaint_due"),
        ]
        permissions = [("pay_refund", "Can note refunds and record their payment")]

    def __str__(self) -> str:
        return f"C-{self.pk}"

    @property
    def usually_claimed(self) -> bool:
        """Whether the cost is claimed of somebody."""
        return self.bearer in CLAIMED_OF

    @property
    def is_past_deadline(self) -> bool:
        return self.claim == ClaimState.DUE and self.state == ComplaintState.OPEN and self.deadline < timezone.now()

    def can_change(self) -> Eligibility:
        """Return whether anything about it may still be done."""
        if self.state == ComplaintState.OPEN:
            return ELIGIBLE
        text = _t("State of complaint %(complaint)s: %(state)s. Reopen it first.")
        return ineligible(text % {"complaint": str(self), "state": self.get_state_display()})


class ComplaintLine(models.Model):
    """So many pieces of one line."""

    complaint = models.ForeignKey(Complaint, models.CASCADE, related_name="lines", verbose_name=_("complaint"))
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="complained", verbose_name=_("line"))
    quantity = models.PositiveIntegerField(_("quantity"))

    class Meta:
        verbose_name = _("complaint line")
        verbose_name_plural = _("complaint lines")
        ordering = ["line__position"]
        constraints = [
            models.UniqueConstraint(fields=["complaint", "line"], name="one_row_per_complaint_line"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="complaint_of_some_pieces"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.line.sku or self.line.name}"
