"""The timeline of an order."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.event import VendorTimelineEvent
from orders.models.order import AWAITED, Order


def awaits_rules(kind: str) -> bool:
    """Return whether a new event of that kind waits for rules: to be set wherever such a row is made."""
    return kind in AWAITED


class OrderEvent(VendorTimelineEvent):
    """One line of an order's timeline; `orders.services.timeline` has the sentences."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="events", verbose_name=_("order"))
    # Cleared in the transaction that holds what the rules did: so no event is lost, and none runs twice.
    awaiting_rules = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta(VendorTimelineEvent.Meta):
        indexes = [
            models.Index(fields=["order", "at"], name="event_timeline"),
            models.Index(fields=["id"], condition=Q(awaiting_rules=True), name="event_awaiting_rules"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "source_key"], condition=~Q(source_key=""), name="one_event_per_source"
            )
        ]
