"""The timeline of an order."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.models import Callback, Push
from backoffice.models.fields import SaidJSONField
from orders.models.order import AWAITED, Order


def awaits_rules(kind: str) -> bool:
    """Whether a new event of that kind waits for rules to run: to be set wherever such a row is made."""
    return kind in AWAITED


class OrderEvent(models.Model):
    """One line of the timeline: who or what did what, when; never changed. `orders.services.timeline` has the words."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="events", verbose_name=_("order"))
    at = models.DateTimeField(_("at"), default=timezone.now)
    # A user's name, "shop:WEB", "vendor:<name>", "rule:7" or "system".
    actor = models.CharField(_("by"), max_length=150)
    kind = models.CharField(_("kind"), max_length=64)
    params = SaidJSONField(default=dict)
    push = models.ForeignKey(Push, models.SET_NULL, null=True, related_name="+")
    callback = models.ForeignKey(Callback, models.SET_NULL, null=True, related_name="+")
    # Set for lines of the vendor's own history, which come again with every report.
    source_key = models.CharField(max_length=100, blank=True)
    # Cleared in the transaction that holds what the rules did: so no event is lost, and none runs twice.
    awaiting_rules = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("timeline")
        ordering = ["at", "pk"]
        indexes = [
            models.Index(fields=["order", "at"], name="event_timeline"),
            models.Index(fields=["id"], condition=Q(awaiting_rules=True), name="event_awaiting_rules"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "source_key"], condition=~Q(source_key=""), name="one_event_per_source"
            )
        ]

    def __str__(self) -> str:
        return self.kind
