"""Rules that staff edit: when something happens to an order and conditions hold, actions follow."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RuleEvent(models.TextChoices):
    RECEIVED = "received", _("is received")
    RELEASED = "released", _("is released")
    SHIPPED = "shipped", _("is shipped")
    DELIVERED = "delivered", _("is delivered")
    CANCELLED = "cancelled", _("is cancelled")
    HELD = "held", _("is held")
    REFUSED = "refused", _("is rejected by a vendor")
    LATE = "late", _("is late")
    UNKNOWN = "unknown", _("has an unknown outcome at a vendor")
    SILENT = "silent", _("waits at a vendor that does not respond")
    SCHEDULE = "schedule", _("is checked on a schedule")
    BY_HAND = "by_hand", _("is selected manually")


class Rule(models.Model):
    """One rule: event, conditions (`orders.rules.services.conditions`), ordered actions (`rules.actions`).

    Never deleted: one that was taken away keeps its runs.
    """

    name = models.CharField(_("name"), max_length=100)
    # Set for those we ship: `setup_rules` finds them again by it.
    key = models.CharField(max_length=40, blank=True, editable=False)
    event = models.CharField(_("when an order"), max_length=12, choices=RuleEvent)
    every_minutes = models.PositiveIntegerField(_("interval in minutes"), null=True, blank=True)
    daily_at = models.TimeField(_("daily at"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Berlin")
    next_slot_at = models.DateTimeField(_("next run"), null=True, blank=True, editable=False)
    conditions = models.JSONField(_("conditions"))
    actions = models.JSONField(_("actions"))
    # Rules of one event run in this order, and each sees what those before it did.
    position = models.PositiveIntegerField(_("position"))
    enabled = models.BooleanField(_("on"), default=False)
    note = models.TextField(_("note"), blank=True)
    # Counts changes, so that of two people who edit the same rule the second is warned.
    revision = models.PositiveIntegerField(default=1, editable=False)
    made_by = models.CharField(_("created by"), max_length=150)
    made_at = models.DateTimeField(_("created"), auto_now_add=True)
    changed_by = models.CharField(_("changed by"), max_length=150)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="one_rule_per_key")]

    def __str__(self) -> str:
        return self.name

    @property
    def actor(self) -> str:
        """Who acts, as services and timelines want it."""
        return f"rule:{self.pk}"
