"""Orders as WooCommerce sent them or as we read them there."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableTextField
from backoffice.states import StateChoices, Tone
from orders.connectors.woocommerce.models.connection import WooConnection
from orders.models import Order


class MessageState(StateChoices):
    NEW = "new", Tone.GREY, "schedule", _("waiting")
    APPLIED = "applied", Tone.GREEN, "check_circle", _("applied")
    KNOWN = "known", Tone.GREEN, "done_all", _("nothing new")
    UNPAID = "unpaid", Tone.GREY, "hourglass_empty", _("not paid")
    OLD = "old", Tone.GREY, "history", _("paid before the start date")
    BLOCKED = "blocked", Tone.AMBER, "rule", _("needs a decision")
    DISMISSED = "dismissed", Tone.GREY, "archive", _("dismissed")


class WooMessage(models.Model):
    """The bytes of one webhook, or of one order that was read: stored before anything of it is parsed."""

    connection = models.ForeignKey(
        WooConnection, models.CASCADE, db_index=False, related_name="messages", verbose_name=_("connection")
    )
    # What makes it the same as another one: id of the delivery, or order and time, with the digest of the body.
    dedup_key = models.CharField(max_length=200, editable=False)
    topic = models.CharField(_("topic"), max_length=100, blank=True)
    body = models.BinaryField(_("body"))
    received_at = models.DateTimeField(_("received"), auto_now_add=True)
    # Once it was parsed.
    woo_id = models.BigIntegerField(_("WooCommerce's id"), null=True)
    number = models.CharField(_("number at WooCommerce"), max_length=50, blank=True)
    modified_at = models.DateTimeField(null=True)
    order = models.ForeignKey(
        Order, models.SET_NULL, null=True, related_name="woocommerce_messages", verbose_name=_("order")
    )

    state = models.CharField(_("state"), max_length=10, choices=MessageState, default=MessageState.NEW)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next try"), db_default=Now())
    cause = TranslatableTextField(_("cause"), blank=True)
    needs_attention = models.BooleanField(_("needs attention"), default=False, db_default=False)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    processed_at = models.DateTimeField(_("processed"), null=True)

    class Meta:
        verbose_name = _("order from WooCommerce")
        verbose_name_plural = _("orders from WooCommerce")
        permissions = [("decide_woomessage", "Can have orders from WooCommerce tried again and set them aside")]
        constraints = [models.UniqueConstraint(fields=["connection", "dedup_key"], name="one_row_per_woo_message")]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state="new"), name="woo_message_due"),
            models.Index(fields=["-id"], condition=Q(needs_attention=True), name="woo_message_attention"),
            models.Index(fields=["connection", "woo_id"], condition=Q(state="blocked"), name="woo_message_blocked"),
            models.Index(fields=["state", "-id"], name="woo_message_state"),
        ]

    def __str__(self) -> str:
        return self.number or f"#{self.pk}"
