"""One mail to one recipient: the row is the truth, Celery only the notification."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.model_fields import TranslatableJSONField, TranslatableTextField
from backoffice.states import StateChoices, Tone


class MailState(StateChoices):
    NEW = "new", Tone.GREY, "schedule_send", _("waiting")
    SENDING = "sending", Tone.BLUE, "sync", _("being sent")
    SENT = "sent", Tone.GREEN, "mark_email_read", _("sent")
    SKIPPED = "skipped", Tone.GREY, "unsubscribe", _("not sent")
    FAILED = "failed", Tone.RED, "block", _("rejected")
    UNKNOWN = "unknown", Tone.AMBER, "help", _("outcome unknown")


class Mail(models.Model):
    """Written in the transaction that causes it. Never twice: one row a kind, subject, occasion and recipient."""

    kind = models.CharField(_("kind"), max_length=40)
    # What it is about, and which of several occasions: a parcel of an order, a day of a digest.
    subject_type = models.CharField(_("about"), max_length=64)
    subject_id = models.BigIntegerField(_("about, ID"))
    occasion = models.CharField(_("occasion"), max_length=64, blank=True)
    recipient = models.EmailField(_("to"), max_length=254)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", verbose_name=_("shop"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("staff member")
    )
    language = models.CharField(_("language"), max_length=2)
    # What only the transaction that caused it knew; all else is read right before it is sent.
    params = TranslatableJSONField(_("details"), default=dict)

    state = models.CharField(_("state"), max_length=8, choices=MailState, default=MailState.NEW)
    # As it was handed to the mail server.
    subject_line = models.CharField(_("subject"), max_length=255, blank=True)
    text = models.TextField(_("text"), blank=True)
    message_id = models.CharField(max_length=255, blank=True, editable=False)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next try"), db_default=Now())
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    # Committed before the mail is handed over: a lost worker without it has certainly sent nothing.
    handed_over = models.BooleanField(default=False, db_default=False, editable=False)
    needs_attention = models.BooleanField(_("needs attention"), default=False, db_default=False)
    cause = TranslatableTextField(_("cause"), blank=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    created_by = models.CharField(_("by"), max_length=150)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("e-mail message")
        verbose_name_plural = _("e-mail messages")
        permissions = [("decide_mail", "Can send mails again and set failed ones aside")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind", "occasion", "recipient"], name="one_mail_per_occasion"
            )
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="new"), name="mail_due"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="mail_leased"),
            models.Index(fields=["-id"], condition=Q(needs_attention=True), name="mail_needs_attention"),
            models.Index(fields=["state", "-id"], name="mail_state"),
            models.Index(fields=["kind", "-id"], name="mail_kind"),
            models.Index(fields=["recipient", "-id"], name="mail_recipient"),
        ]

    def __str__(self) -> str:
        return self.subject_line or f"{self.kind} → {self.recipient}"
