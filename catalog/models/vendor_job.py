"""The batches in which a change set reaches its vendor, and the jobs that the vendor makes of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.states import StateChoices, Tone


class VendorJobState(StateChoices):
    PLANNED = "planned", Tone.GREY, "hourglass_empty", _("not sent")
    UNKNOWN = "unknown", Tone.AMBER, "help", _("unknown vendor status")
    QUEUED = "queued", Tone.BLUE, "sync", _("queued")
    SCHEDULED = "scheduled", Tone.BLUE, "sync", _("scheduled")
    PROCESSING = "processing", Tone.BLUE, "sync", _("processing")
    SUCCESS = "success", Tone.GREEN, "check_circle", _("done")
    ERROR = "error", Tone.RED, "error", _("done with errors")
    CANCELLED = "cancelled", Tone.AMBER, "cancel", _("cancelled by the vendor")
    REFUSED = "refused", Tone.RED, "block", _("rejected by the vendor")
    # Sent, but the vendor's number for it is not known: what became of it shows by reading the values back.
    ASSUMED = "assumed", Tone.AMBER, "help", _("accepted, number unknown")
    # The vendor said nothing for a day.
    SILENT = "silent", Tone.AMBER, "hearing_disabled", _("no response from the vendor")
    WITHDRAWN = "withdrawn", Tone.GREY, "undo", _("nothing left to send")


FINAL_STATES = (
    VendorJobState.SUCCESS, VendorJobState.ERROR, VendorJobState.CANCELLED, VendorJobState.REFUSED,
    VendorJobState.ASSUMED, VendorJobState.SILENT, VendorJobState.WITHDRAWN,
)  # fmt: skip


class VendorJob(models.Model):
    """One batch of a change set (at most as many rows as the vendor takes) and what the vendor says of it."""

    change_set = models.ForeignKey(
        "catalog.ChangeSet", models.CASCADE, related_name="jobs", verbose_name=_("change set")
    )
    vendor = models.CharField(_("vendor"), max_length=32)
    number = models.PositiveIntegerField(_("batch"))
    # Of the rows as they were approved.
    rows_hash = models.CharField(max_length=32, blank=True, editable=False)
    entries = models.PositiveIntegerField(_("rows"), default=0)
    state = models.CharField(_("state"), max_length=12, choices=VendorJobState, default=VendorJobState.PLANNED)
    raw_state = models.CharField(_("vendor status"), max_length=64, blank=True)
    # The answer to the batch has the one, jobs have the other; they are thought to be the same number.
    queue_id = models.CharField(_("queue number"), max_length=64, blank=True)
    job_id = models.CharField(_("job number"), max_length=64, blank=True)
    message = models.TextField(_("vendor's message"), blank=True)
    report_url = models.TextField(_("report URL"), blank=True)
    # The report as it came: a workbook or CSV.
    report = models.BinaryField(_("report"), null=True, editable=False)
    report_note = models.TextField(_("problem with the report"), blank=True)

    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    added_at = models.DateTimeField(_("added at the vendor"), null=True, blank=True)
    processed_at = models.DateTimeField(_("processed by the vendor"), null=True, blank=True)
    polls = models.PositiveIntegerField(_("status requests"), default=0)
    next_poll_at = models.DateTimeField(_("next status request"), null=True, blank=True)
    needs_attention = models.BooleanField(_("needs attention"), default=False)

    class Meta:
        verbose_name = _("batch")
        verbose_name_plural = _("batches")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["change_set", "number"], name="one_job_per_batch")]
        indexes = [
            models.Index(fields=["next_poll_at"], condition=Q(next_poll_at__isnull=False), name="job_due"),
            models.Index(fields=["vendor", "queue_id"], condition=~Q(queue_id=""), name="job_by_queue_id"),
            models.Index(fields=["vendor", "job_id"], condition=~Q(job_id=""), name="job_by_job_id"),
            models.Index(fields=["-id"], condition=Q(needs_attention=True), name="job_needs_person"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} #{self.queue_id or self.number}"

    @property
    def is_final(self) -> bool:
        """Whether the vendor has nothing more to say of it."""
        return self.state in FINAL_STATES
