"""What vendors have to be sent: the row is the truth, Celery only the notification (docs/architecture.md)."""

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableJSONField, TranslatableTextField
from backoffice.states import StateChoices, Tone


class PushState(StateChoices):
    NEW = "new", Tone.GREY, "schedule", _("waiting")
    IN_FLIGHT = "in_flight", Tone.BLUE, "sync", _("being sent")
    CONFIRMED = "confirmed", Tone.GREEN, "check_circle", _("confirmed")
    FAILED = "failed", Tone.RED, "block", _("rejected")
    UNKNOWN = "unknown", Tone.AMBER, "help", _("outcome unknown")


OPEN_STATES = (PushState.NEW, PushState.IN_FLIGHT, PushState.UNKNOWN)


class Lane(models.IntegerChoices):
    """Who goes first when the vendor's rate limit is short."""

    ORDERS = 10, _("orders")
    READS = 30, _("reading back")
    CATALOG = 50, _("catalogue")


class PushQuerySet(models.QuerySet["Push"]):
    def open(self) -> "PushQuerySet":
        """Return those not finished: waiting, being sent, or unknown."""
        return self.filter(state__in=OPEN_STATES)

    def about(self, subject: models.Model) -> "PushQuerySet":
        """Return all pushes of one thing, oldest first."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).order_by("pk")

    def needing_attention(self) -> "PushQuerySet":
        """Return those refused, or unknown with nothing left to try, and not yet dealt with."""
        return self.filter(needs_attention=True)


class Push(models.Model):
    """One thing to be sent to a vendor. Committed before anything is sent; never sent twice on a guess."""

    vendor = models.CharField(_("vendor"), max_length=32)
    kind = models.CharField(_("kind"), max_length=64)
    subject_type = models.CharField(_("subject"), max_length=64)
    subject_id = models.BigIntegerField(_("subject id"))
    # Sending again never edits a row: it makes the next generation.
    generation = models.PositiveIntegerField(_("generation"), default=1)
    payload = models.JSONField(_("payload"), default=dict)
    # What was asked for while this one was on its way: becomes the next generation (pushes that merge only).
    follow_up = models.JSONField(null=True, editable=False)
    lane = models.PositiveSmallIntegerField(_("priority"), choices=Lane, default=Lane.ORDERS)

    state = models.CharField(_("state"), max_length=16, choices=PushState, default=PushState.NEW)
    # The write that is under way or whose outcome is unknown; empty between writes.
    step = models.CharField(_("step"), max_length=100, blank=True)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # Times the row outlived its worker with nothing under way: a row that kills workers is set aside.
    crashes = models.PositiveSmallIntegerField(default=0, editable=False)
    next_at = models.DateTimeField(_("next try"))
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    unknown_since = models.DateTimeField(_("unknown since"), null=True, blank=True)
    # Nothing sent before this moment can still be on its way: lease end plus settle time count from here.
    settles_at = models.DateTimeField(null=True, editable=False)
    looks = models.PositiveIntegerField(_("searches made"), default=0)
    absences = models.PositiveIntegerField(_("searches without a match"), default=0)

    needs_attention = models.BooleanField(_("needs attention"), default=False)
    # Set by `ask_for_attention`; what happens to the row afterwards does not move it.
    attention_since = models.DateTimeField(_("needs attention since"), null=True, blank=True, editable=False)
    cause = TranslatableTextField(_("cause"), blank=True)
    errors = TranslatableJSONField(_("errors by field"), default=list)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    decision = models.TextField(_("decision and reason"), blank=True)

    created_by = models.CharField(_("requested by"), max_length=150, default="system")
    # Of the request that made it necessary: names it in the log, however late it is sent.
    request_id = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    objects = PushQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing request")
        verbose_name_plural = _("outgoing requests")
        permissions = [
            ("resend_push", "Can try pushes now, send refused ones again and put them aside"),
            ("decide_push", "Can decide what became of a push whose outcome is unknown"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["vendor", "kind", "subject_type", "subject_id", "generation"], name="one_push_per_generation"
            ),
            models.UniqueConstraint(
                fields=["vendor", "kind", "subject_type", "subject_id"],
                condition=Q(state__in=["new", "in_flight", "unknown"]),
                name="one_open_push_per_subject",
            ),
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state__in=["new", "unknown"]), name="push_due"),
            models.Index(
                fields=["vendor", "lane", "next_at"],
                condition=Q(state__in=["new", "unknown"]),
                name="push_due_by_vendor",
            ),
            models.Index(fields=["lease_until"], condition=Q(state="in_flight"), name="push_leased"),
            models.Index(
                fields=["vendor", "subject_type", "subject_id", "id"],
                condition=Q(state__in=["new", "in_flight", "unknown"]),
                name="push_in_order",
            ),
            models.Index(fields=["subject_type", "subject_id"], name="push_subject"),
            models.Index(F("updated_at").desc(), condition=Q(needs_attention=True), name="push_needs_person"),
            models.Index(fields=["id"], condition=Q(needs_attention=True), name="push_attention"),
            models.Index(fields=["state", "-id"], name="push_state"),
            models.Index(fields=["kind", "-id"], name="push_kind"),
            models.Index(fields=["-created_at"], name="push_created"),
            # Nearly all are in the lane of orders; a list of the others must not look for them among those.
            models.Index(fields=["lane", "-id"], condition=Q(lane__gt=Lane.ORDERS), name="push_lane"),
            # Few pushes have a cause: searching in it stays cheap however many there are.
            models.Index(F("id").desc(), condition=~Q(cause=""), name="push_with_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.vendor} #{self.pk}"

    @property
    def key(self) -> dict[str, Any]:
        """What all generations of it have in common."""
        return {name: getattr(self, name) for name in ("vendor", "kind", "subject_type", "subject_id")}

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    def ask_for_attention(self, asks: bool = True) -> None:
        """Note whether it needs attention, and since when; it is not saved."""
        if asks and not self.needs_attention:
            self.attention_since = timezone.now()
        self.needs_attention = asks

    def subject(self) -> Any:
        """Return the thing this push is about, None when it is gone."""
        return apps.get_model(self.subject_type)._default_manager.filter(pk=self.subject_id).first()


class PushAttempt(models.Model):
    """One request made for a push, or one decision about it: masked, cut to size, never changed.

    Divided by months, as `Callback` is, with what follows from it.
    """

    push = models.ForeignKey(Push, models.CASCADE, related_name="attempt_rows", verbose_name=_("outgoing request"))
    step = models.CharField(_("step"), max_length=100, blank=True)
    started_at = models.DateTimeField(_("started"))
    duration_ms = models.PositiveIntegerField(_("milliseconds"), default=0)
    method = models.CharField(_("method"), max_length=8, blank=True)
    url = models.TextField(_("address"), blank=True)
    request = models.TextField(_("sent"), blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True, blank=True)
    answer = models.TextField(_("response"), blank=True)
    # It may have changed something at the vendor: a write, or a read with an effect, whatever its verb.
    has_effect = models.BooleanField(_("may have had an effect"), default=False)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        db_table = "engine_pushattempt_by_month"
        ordering = ["pk"]
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")

    def __str__(self) -> str:
        return f"{self.method} {self.status or self.error}"
