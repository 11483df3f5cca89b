"""Where a storefront wants to be told of events."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.models import Shop
from backoffice.model_fields import SealedJSONField, TranslatableTextField
from backoffice.states import Chip, Tone

LONGEST_URL = 2000


class ApiVersion(models.TextChoices):
    """In which version of the API the addresses in a webhook are."""

    V1 = "v1", "v1"


class WebhookEndpoint(models.Model):
    """An address of a shop, with its secrets, and how it has been doing. Only people switch it off or remove it."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="webhook_endpoints", verbose_name=_("shop"))
    url = models.CharField(_("address"), max_length=LONGEST_URL)
    description = models.CharField(_("description"), max_length=200, blank=True)
    # Empty: all there are, and all that will be.
    topics = ArrayField(models.CharField(max_length=40), verbose_name=_("topics"), default=list, blank=True)
    api_version = models.CharField(
        _("API version"), max_length=8, choices=ApiVersion, default=ApiVersion.V1, db_default=ApiVersion.V1
    )
    active = models.BooleanField(_("switched on"), default=True, db_default=True)
    # [{"secret", "until"}], the newest first; `until` is None for that one. At most two.
    secrets = SealedJSONField(null=True, editable=False)
    created_by = models.CharField(_("created by"), max_length=150)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)

    # How it is doing: failed tries in a row, since when, and before when it is left alone.
    failures = models.PositiveIntegerField(_("failed tries in a row"), default=0, db_default=0, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    retry_at = models.DateTimeField(_("next try"), null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True, editable=False)
    last_failure_at = models.DateTimeField(_("last failure"), null=True, blank=True, editable=False)
    last_failure = TranslatableTextField(_("cause of the last failure"), blank=True, default="", db_default="")
    average_ms = models.FloatField(_("usual response time"), default=0, db_default=0, editable=False)
    # Whose turn it is next: who was served longest ago.
    served_at = models.DateTimeField(null=True, editable=False)
    # It takes nothing and somebody has to look: shown in the inbox, and mailed. It is tried all the same.
    needs_attention = models.BooleanField(_("needs attention"), default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        permissions = [("replay_webhookdelivery", "Can send events to endpoints again and make test events")]
        indexes = [
            models.Index(fields=["id"], condition=Q(needs_attention=True), name="endpoint_needs_attention"),
        ]

    def __str__(self) -> str:
        return self.description or self.url

    @property
    def is_failing(self) -> bool:
        return self.failing_since is not None

    def chip(self) -> Chip:
        """Return how it is doing, in a word."""
        if self.removed_at:
            return Chip(Tone.GREY, "delete", str(_("removed")))
        if not self.active:
            return Chip(Tone.GREY, "toggle_off", str(_("disabled")))
        if self.needs_attention:
            return Chip(Tone.RED, "error", str(_("accepts nothing")), hint=str(self.last_failure))
        if self.is_failing:
            return Chip(Tone.AMBER, "warning", str(_("interrupted")), hint=str(self.last_failure))
        return Chip(Tone.GREEN, "check_circle", str(_("healthy")))
