"""Callbacks of vendors: stored as they came, worked off later."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableTextField
from backoffice.states import StateChoices, Tone


class CallbackState(StateChoices):
    NEW = "new", Tone.GREY, "schedule", _("waiting")
    APPLIED = "applied", Tone.GREEN, "check_circle", _("applied")
    KNOWN = "known", Tone.GREEN, "done_all", _("nothing new")
    STALE = "stale", Tone.GREY, "history", _("older than our data")
    ORPHAN = "orphan", Tone.AMBER, "link_off", _("not matched yet")
    INVALID = "invalid", Tone.AMBER, "report", _("unreadable")
    QUARANTINED = "quarantined", Tone.RED, "error", _("failed repeatedly")
    DISMISSED = "dismissed", Tone.GREY, "do_not_disturb_on", _("dismissed")


class Callback(models.Model):
    """One call of a vendor: its raw bytes, how often it came, and what became of it.

    The table is divided by months (`services/partitions.py`). PostgreSQL's own key is (id, received_at), so nothing can
    refer to it by a constraint (`db_constraint=False`), and no query may group by it and show other columns.
    """

    vendor = models.CharField(_("vendor"), max_length=32)
    topic = models.CharField(_("topic"), max_length=64)
    # The vendor's event id, else a hash of the body: a repeat only counts up `seen`.
    # `CallbackKey` has one row for each, whatever month it came in.
    key = models.CharField(_("key"), max_length=128)
    # Whose address it came to, where a vendor calls one for each shop: the shop's code.
    recipient = models.CharField(_("received at"), max_length=64, blank=True, db_default="")
    body = models.BinaryField(_("body"))
    headers = models.JSONField(_("headers"), default=dict)
    # Of the request that brought it.
    request_id = models.CharField(max_length=64, blank=True, db_default="", editable=False)
    source_ip = models.GenericIPAddressField(_("from"), null=True)
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    last_seen_at = models.DateTimeField(_("last seen"), auto_now_add=True)
    seen = models.PositiveIntegerField(_("times seen"), default=1)

    state = models.CharField(_("state"), max_length=16, choices=CallbackState, default=CallbackState.NEW)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next try"), null=True)
    note = TranslatableTextField(_("note"), blank=True)
    subject_type = models.CharField(_("subject"), max_length=64, blank=True)
    subject_id = models.BigIntegerField(_("subject id"), null=True)
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)

    class Meta:
        db_table = "engine_callback_by_month"
        verbose_name = _("incoming webhook")
        verbose_name_plural = _("incoming webhooks")
        permissions = [("replay_callback", "Can have callbacks worked off once more")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="callback_due"),
            models.Index(fields=["state", "-id"], name="callback_state"),
            models.Index(fields=["subject_type", "subject_id"], name="callback_subject"),
            models.Index(fields=["-received_at"], name="callback_received"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.topic} #{self.pk}"


class CallbackKey(models.Model):
    """That a callback has come, so that a repeat is known in any month; written and deleted by triggers of `Callback`,
    whoever writes that.
    """

    # SHA-256 of vendor and key, cut to half: see `services/callbacks.py`.
    digest = models.UUIDField(primary_key=True)
    callback_id = models.BigIntegerField()
    received_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.digest)
