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
    STALE = "stale", Tone.GREY, "history", _("older than what we know")
    ORPHAN = "orphan", Tone.AMBER, "link_off", _("belongs to nothing yet")
    INVALID = "invalid", Tone.AMBER, "report", _("unreadable")
    QUARANTINED = "quarantined", Tone.RED, "error", _("set aside")


class Callback(models.Model):
    """One call of a vendor: its raw bytes, how often it came, and what became of it."""

    vendor = models.CharField(_("vendor"), max_length=32)
    topic = models.CharField(_("topic"), max_length=64)
    # The vendor's event id, else a hash of the body: a repeat only counts up `seen`.
    key = models.CharField(_("key"), max_length=128)
    # Whose address it came to, where a vendor calls one for each shop: the shop's code.
    recipient = models.CharField(_("came to"), max_length=64, blank=True, db_default="")
    body = models.BinaryField(_("body"))
    headers = models.JSONField(_("headers"), default=dict)
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
        verbose_name = _("callback")
        verbose_name_plural = _("callbacks")
        permissions = [("replay_callback", "Can have callbacks worked off once more")]
        constraints = [models.UniqueConstraint(fields=["vendor", "key"], name="one_row_per_callback")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="callback_due"),
            models.Index(fields=["state", "-id"], name="callback_state"),
            models.Index(fields=["subject_type", "subject_id"], name="callback_subject"),
            models.Index(fields=["-received_at"], name="callback_received"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.topic} #{self.pk}"
