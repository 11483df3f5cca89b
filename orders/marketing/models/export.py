"""Exports of orders to vendors that act upon them: letters, review invitations."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableTextField
from backoffice.states import StateChoices, Tone
from backoffice.vendors.registry import vendor_title
from orders.models.order import Order


class ExportState(StateChoices):
    WAITING = "waiting", Tone.BLUE, "outgoing_mail", _("waiting")
    SENT = "sent", Tone.GREEN, "mark_email_read", _("sent")
    KNOWN = "known", Tone.GREEN, "done_all", _("already known there")
    REFUSED = "refused", Tone.RED, "block", _("rejected there")
    SKIPPED = "skipped", Tone.GREY, "unsubscribe", _("not sent")


class Consent(models.TextChoices):
    """What a customer agrees to when ordering: the names are those of the order's fields."""

    LETTERS = "accepts_letters", _("letters")
    REVIEW_REQUEST = "accepts_review_request", _("review requests")


class ExportBatch(models.Model):
    """Orders that one vendor gets together; what its push is about. Never changed once all of it is sent."""

    vendor = models.CharField(_("vendor"), max_length=32)
    # What the orders of one request share, in the vendor's words; empty where nothing has to be shared.
    group = models.CharField(_("group"), max_length=200, blank=True)
    corrected = models.BooleanField(_("corrections"), default=False)
    size = models.PositiveIntegerField(_("orders"))
    # How many of it go in one request: falls when the vendor cannot take as many, or does not say which it means.
    limit = models.PositiveIntegerField(_("orders per request"))
    # Requests of many that were not answered.
    silences = models.PositiveSmallIntegerField(default=0, editable=False)
    taken = models.PositiveIntegerField(_("orders sent"), default=0)
    known = models.PositiveIntegerField(_("already known there"), default=0)
    refused = models.PositiveIntegerField(_("rejected there"), default=0)
    left_out = models.PositiveIntegerField(_("left out"), default=0)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("batch of orders")
        verbose_name_plural = _("batches of orders")

    def __str__(self) -> str:
        return f"{vendor_title(self.vendor)} #{self.pk}"


class OrderExport(models.Model):
    """One vendor and one order: whether it is to be sent, was sent, or is not to be, and why."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="exports", verbose_name=_("order"))
    vendor = models.CharField(_("vendor"), max_length=32)
    state = models.CharField(_("state"), max_length=10, choices=ExportState, default=ExportState.WAITING)
    # The account at the vendor that has it; empty until it is put into a batch. Corrections go there too.
    account = models.CharField(_("account"), max_length=32, blank=True, db_default="")
    # Why it is not sent, or what the vendor said when it refused.
    text = TranslatableTextField(_("reason"), blank=True)
    # A person excluded it: no rule and no command asks for it again.
    excluded_by = models.CharField(_("dismissed by"), max_length=150, blank=True)
    requested_by = models.CharField(_("requested by"), max_length=150)
    # The one it is in while it waits, then the last one it was in.
    batch = models.ForeignKey(
        ExportBatch, models.SET_NULL, null=True, blank=True, related_name="exports", verbose_name=_("batch")
    )
    # It was sent before, and something has changed since: sent again as a correction.
    corrected = models.BooleanField(_("correction"), default=False)
    # Something changed while it was on its way: when that is over it is sent once more.
    changed_meanwhile = models.BooleanField(default=False, editable=False)
    # Requests with this order alone that were not answered, and since when.
    tries = models.PositiveSmallIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    requested_at = models.DateTimeField(_("requested"))
    exported_at = models.DateTimeField(_("sent"), null=True, blank=True)
    times_exported = models.PositiveSmallIntegerField(_("times sent"), default=0)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("order sent to a marketing vendor")
        verbose_name_plural = _("orders sent to marketing vendors")
        permissions = [("export_orders", "Can have vendors told of orders and set orders aside")]
        constraints = [models.UniqueConstraint(fields=["order", "vendor"], name="one_export_per_order_and_vendor")]
        indexes = [
            models.Index(
                fields=["vendor", "id"], condition=Q(state="waiting", batch__isnull=True), name="export_to_gather"
            ),
            models.Index(fields=["state", "-id"], name="export_state"),
            models.Index(fields=["vendor", "state", "-id"], name="export_vendor"),
            models.Index(F("updated_at").desc(), condition=Q(state="refused"), name="export_refused"),
            models.Index(fields=["-id"], condition=~Q(excluded_by=""), name="export_set_aside"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} → {vendor_title(self.vendor)}"

    @property
    def was_exported(self) -> bool:
        """Whether the vendor has it."""
        return self.times_exported > 0


class OptOut(models.Model):
    """A customer wants no more of it, whatever was agreed to with an order. `email` is in lower case."""

    consent = models.CharField(_("opted out of"), max_length=32, choices=Consent)
    email = models.EmailField(_("e-mail"), max_length=255)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    noted_by = models.CharField(_("recorded by"), max_length=150)
    noted_at = models.DateTimeField(_("recorded"), auto_now_add=True)

    class Meta:
        verbose_name = _("opt-out")
        verbose_name_plural = _("opt-outs")
        constraints = [models.UniqueConstraint(fields=["email", "consent"], name="one_opt_out_per_customer")]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        self.email = self.email.strip().lower()
