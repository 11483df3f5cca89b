"""What goes to which endpoint, and each try."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableTextField
from backoffice.states import StateChoices, Tone
from backoffice.webhooks.models.endpoint import WebhookEndpoint
from backoffice.webhooks.models.event import ShopEvent


class WebhookState(StateChoices):
    # Behind an earlier event of the same thing, which is waiting or being sent.
    QUEUED = "queued", Tone.GREY, "low_priority", _("waiting for an earlier event")
    WAITING = "waiting", Tone.GREY, "schedule_send", _("waiting")
    SENDING = "sending", Tone.BLUE, "sync", _("being sent")
    DELIVERED = "delivered", Tone.GREEN, "check_circle", _("delivered")
    FAILED = "failed", Tone.RED, "block", _("abandoned")


OPEN_DELIVERIES = (WebhookState.QUEUED, WebhookState.WAITING, WebhookState.SENDING)


class WebhookDelivery(models.Model):
    """One event for one endpoint, until it is delivered or given up; sent again by a person, it is another row.

    Of each thing at each endpoint at most one is waiting or being sent, and the database sees to it: so events of a
    thing arrive in order. All others of it are queued behind, and the next one moves up when that one has ended.
    """

    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, db_index=False, related_name="deliveries", verbose_name=_("endpoint")
    )
    event = models.ForeignKey(ShopEvent, models.CASCADE, related_name="deliveries", verbose_name=_("event"))
    # Type and id of the thing: what has to arrive in order.
    object_key = models.CharField(max_length=140, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=WebhookState, default=WebhookState.WAITING)
    # Of this event to this endpoint, those before it was sent again included.
    tries = models.PositiveIntegerField(_("attempts"), default=0, db_default=0)
    tries_before = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    next_at = models.DateTimeField(_("next try"), db_default=Now())
    # The three days count from here.
    begun_at = models.DateTimeField(db_default=Now(), editable=False)
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    is_replay = models.BooleanField(_("sent again"), default=False, db_default=False)
    requested_by = models.CharField(_("requested by"), max_length=150, blank=True, default="", db_default="")
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    cause = TranslatableTextField(_("cause"), blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("created"), db_default=Now())
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "object_key"],
                condition=Q(state__in=["waiting", "sending"]),
                name="one_delivery_at_a_time_per_object",
            )
        ]
        indexes = [
            models.Index(fields=["endpoint", "next_at", "id"], condition=Q(state="waiting"), name="webhook_due"),
            models.Index(fields=["endpoint", "object_key", "id"], condition=Q(state="queued"), name="webhook_queued"),
            models.Index(fields=["endpoint"], condition=Q(state="sending"), name="webhook_sending"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="webhook_leased"),
            models.Index(
                fields=["endpoint", "begun_at"], condition=Q(state__in=["waiting", "queued"]), name="webhook_by_age"
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_log"),
            models.Index(fields=["endpoint", "state", "-id"], name="webhook_log_by_state"),
        ]

    def __str__(self) -> str:
        return f"evt_{self.event_id:012d} → {self.endpoint_id}"


class DeliveryAttempt(models.Model):
    """One try: masked, cut to size, never changed."""

    delivery = models.ForeignKey(WebhookDelivery, models.CASCADE, related_name="attempts", verbose_name=_("delivery"))
    number = models.PositiveIntegerField(_("try"))
    started_at = models.DateTimeField(_("started"))
    duration_ms = models.PositiveIntegerField(_("milliseconds"), default=0)
    url = models.TextField(_("address"), blank=True)
    request = models.TextField(_("sent"), blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    answer = models.TextField(_("response"), blank=True)
    error = TranslatableTextField(_("error"), blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("try")
        verbose_name_plural = _("attempts")
        indexes = [models.Index(fields=["started_at"], name="webhook_attempt_age")]

    def __str__(self) -> str:
        return f"#{self.number} {self.status or self.error}"
