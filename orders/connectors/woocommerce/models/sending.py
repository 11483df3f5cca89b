"""What leaves for WooCommerce about an order."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableTextField
from backoffice.states import StateChoices, Tone
from fulfillment.models import Shipment
from orders.connectors.woocommerce.models.order import WooOrder


class SendingKind(models.TextChoices):
    TRACKING = "tracking", _("tracking code")
    STATUS = "status", _("status")


class SendingState(StateChoices):
    NEW = "new", Tone.GREY, "schedule_send", _("waiting")
    SENDING = "sending", Tone.BLUE, "sync", _("being sent")
    SENT = "sent", Tone.GREEN, "check_circle", _("sent")
    MOOT = "moot", Tone.GREY, "done_all", _("no longer needed")
    FAILED = "failed", Tone.RED, "block", _("not sent")
    DISMISSED = "dismissed", Tone.GREY, "archive", _("dismissed")


OPEN_SENDINGS = (SendingState.NEW, SendingState.SENDING)


class WooSending(models.Model):
    """One parcel or status for one order there, written in the transaction of what it is about."""

    woo_order = models.ForeignKey(
        WooOrder, models.CASCADE, db_index=False, related_name="sendings", verbose_name=_("order at WooCommerce")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=SendingKind)
    # Of the same thing there is one row, however often it is heard of.
    key = models.CharField(max_length=64, default=uuid.uuid4, editable=False)
    shipment = models.ForeignKey(
        Shipment, models.CASCADE, null=True, related_name="woocommerce", verbose_name=_("shipment")
    )
    status = models.CharField(_("status"), max_length=40, blank=True)

    state = models.CharField(_("state"), max_length=10, choices=SendingState, default=SendingState.NEW)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    begun_at = models.DateTimeField(db_default=Now(), editable=False)
    next_at = models.DateTimeField(_("next try"), db_default=Now())
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    cause = TranslatableTextField(_("cause"), blank=True)
    needs_attention = models.BooleanField(_("needs attention"), default=False, db_default=False)
    decided_by = models.CharField(_("decided by"), max_length=150, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("sent to WooCommerce")
        verbose_name_plural = _("sent to WooCommerce")
        permissions = [("decide_woosending", "Can send again what WooCommerce did not take, and set it aside")]
        constraints = [models.UniqueConstraint(fields=["woo_order", "kind", "key"], name="one_row_per_woo_sending")]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state="new"), name="woo_sending_due"),
            models.Index(
                fields=["woo_order", "id"], condition=Q(state__in=["new", "sending"]), name="woo_sending_open"
            ),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="woo_sending_leased"),
            models.Index(fields=["-id"], condition=Q(needs_attention=True), name="woo_sending_attention"),
        ]

    def __str__(self) -> str:
        return f"{self.woo_order_id} {self.kind}"
