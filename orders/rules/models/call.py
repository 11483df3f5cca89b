"""Calls of rules to addresses outside: rows that are sent after commit, and what became of each try."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import SealedJSONField, TranslatableTextField
from backoffice.states import StateChoices, Tone
from orders.models.order import Order
from orders.rules.models.rule import Rule


class RuleSecret(models.Model):
    """What signs the calls of a rule. After a change the one before signs too, until `previous_until`."""

    rule = models.OneToOneField(Rule, models.CASCADE, primary_key=True, related_name="secret", verbose_name=_("rule"))
    secret = SealedJSONField(editable=False)
    previous = SealedJSONField(null=True, editable=False)
    previous_until = models.DateTimeField(_("previous secret valid until"), null=True)
    changed_by = models.CharField(_("changed by"), max_length=150)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("rule secret")
        verbose_name_plural = _("rule secrets")

    def __str__(self) -> str:
        return str(self.rule_id)


class CallState(StateChoices):
    NEW = "new", Tone.GREY, "schedule_send", _("waiting")
    SENDING = "sending", Tone.BLUE, "sync", _("being sent")
    SENT = "sent", Tone.GREEN, "check_circle", _("received")
    FAILED = "failed", Tone.RED, "block", _("not received")
    DISMISSED = "dismissed", Tone.GREY, "archive", _("dismissed")


class RuleCall(models.Model):
    """One call of a rule, written in the transaction of its run. Sent until it is received: at least once, under one id
    by which the receiver knows a repeat.
    """

    rule = models.ForeignKey(Rule, models.PROTECT, related_name="calls", verbose_name=_("rule"))
    order = models.ForeignKey(Order, models.CASCADE, related_name="rule_calls", verbose_name=_("order"))
    event = models.CharField(_("event"), max_length=12)
    url = models.TextField(_("address"))
    # Of the address: while a call to it is on its way, or has just failed, no other goes there.
    host = models.CharField(max_length=255, editable=False)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    state = models.CharField(_("state"), max_length=10, choices=CallState, default=CallState.NEW)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    # From when the hours count after which it is left to a person.
    begun_at = models.DateTimeField(_("started"), db_default=Now())
    next_at = models.DateTimeField(_("next try"), db_default=Now())
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    needs_attention = models.BooleanField(_("needs attention"), default=False, db_default=False)
    cause = TranslatableTextField(_("cause"), blank=True)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule call")
        verbose_name_plural = _("rule calls")
        permissions = [("decide_rulecall", "Can send calls of rules again and set failed ones aside")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(state="new"), name="rule_call_due"),
            models.Index(fields=["host"], condition=Q(state="sending"), name="rule_call_on_its_way"),
            models.Index(fields=["-id"], condition=Q(needs_attention=True), name="rule_call_attention"),
            models.Index(fields=["rule", "-id"], name="rule_call_newest"),
            models.Index(fields=["state", "-id"], name="rule_call_state"),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} → {self.host} #{self.pk}"


class RuleCallAttempt(models.Model):
    """One try: what was sent and what came back, masked and cut to size."""

    call = models.ForeignKey(RuleCall, models.CASCADE, related_name="attempt_rows", verbose_name=_("rule call"))
    started_at = models.DateTimeField(_("started"))
    duration_ms = models.PositiveIntegerField(_("milliseconds"), default=0)
    request = models.TextField(_("sent"))
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    answer = models.TextField(_("response"), blank=True)
    error = TranslatableTextField(_("error"), blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("call attempt")
        verbose_name_plural = _("call attempts")
        indexes = [models.Index(fields=["started_at"], name="rule_call_try_at")]

    def __str__(self) -> str:
        return str(self.status or self.error)
