"""How each vendor is doing, and what all workers share towards it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import SealedJSONField


class Integration(models.Model):
    """One vendor's health: breaker, pause, last success and failure. Created on first use."""

    vendor = models.CharField(_("vendor"), max_length=32, primary_key=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    paused_by = models.CharField(_("paused by"), max_length=150, blank=True)
    pause_reason = models.CharField(_("reason for the pause"), max_length=300, blank=True, db_default="")
    auth_failed_at = models.DateTimeField(_("credentials rejected"), null=True, blank=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    last_failure_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    last_failure = models.TextField(_("cause of the last failure"), blank=True)
    # The breaker: consecutive failures, until when it is open, and how long the next opening lasts (seconds).
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    open_until = models.DateTimeField(_("calls stopped until"), null=True, blank=True)
    open_seconds = models.FloatField(default=0)
    # What was found out by trying where the vendor's documents contradict each other: name -> word.
    experience = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("integration")
        verbose_name_plural = _("integrations")
        permissions = [
            ("pause_integration", "Can pause and resume what is sent to a vendor"),
            ("test_integration", "Can test the connection to a vendor"),
        ]

    def __str__(self) -> str:
        return self.vendor


class RateLimit(models.Model):
    """The shared rate limit of one vendor (GCRA): one hot row, all comparisons by the database's clock."""

    vendor = models.CharField(max_length=32, primary_key=True)
    # "Theoretical arrival time": when the next call would come if calls were spaced evenly.
    arrival_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)
    # 1 = the full rate; halved by a 429, recovering within two minutes.
    factor = models.FloatField(default=1)
    factor_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.vendor


class VendorToken(models.Model):
    """The access token that all workers use, kept encrypted."""

    vendor = models.CharField(max_length=32, primary_key=True)
    token = SealedJSONField(null=True)
    expires_at = models.DateTimeField(null=True)
    # Which credentials of the account it was got with; empty for those of the environment.
    got_with = models.CharField(max_length=32, blank=True, db_default="")

    def __str__(self) -> str:
        return self.vendor


class Heartbeat(models.Model):
    """When a background process last showed that it works: "sweep" is written by every sweep."""

    name = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
