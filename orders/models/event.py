"""The timeline of an order."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.event import VendorTimelineEvent
from backoffice.inserting import insert_rows
from orders.models.order import AWAITED, Order


def awaits_rules(kind: str) -> bool:
    """Return whether a new event of that kind waits for rules."""
    return kind in AWAITED


# Kind of event -> who is called with new ones of it, in the transaction that writes them (`orders.services.hooks`).
FOLLOWERS: dict[str, list[Callable[[Sequence["OrderEvent"]], None]]] = defaultdict(list)


class OrderEventQuerySet(models.QuerySet["OrderEvent"]):
    def bulk_create(  # type: ignore[override]
        self, objs: Iterable["OrderEvent"], *args: Any, **options: Any
    ) -> list["OrderEvent"]:
        objs = list(objs)
        for event in objs:
            event.awaiting_rules = awaits_rules(event.kind)
        with transaction.atomic(using=self.db, savepoint=False):
            if args or options:
                super().bulk_create(objs, *args, **options)  # type: ignore[arg-type]
            else:
                insert_rows(objs)
            call_followers(objs)
        return objs


class OrderEvent(VendorTimelineEvent):
    """One line of an order's timeline; `orders.services.timeline` has the sentences."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="events", verbose_name=_("order"))
    # Cleared in the transaction that holds what the rules did: so no event is lost, and none runs twice.
    awaiting_rules = models.BooleanField(default=False, db_default=False, editable=False)

    objects = OrderEventQuerySet.as_manager()

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

    def save(self, *args: Any, **options: Any) -> None:
        is_new = self._state.adding
        if is_new:
            self.awaiting_rules = awaits_rules(self.kind)
        super().save(*args, **options)
        if is_new:
            call_followers([self])


def call_followers(events: Sequence[OrderEvent]) -> None:
    """Call who follows these kinds, each once with all of theirs."""
    followed: dict[Callable[[Sequence[OrderEvent]], None], list[OrderEvent]] = {}
    for event in events:
        for follow in FOLLOWERS.get(event.kind, ()):
            followed.setdefault(follow, []).append(event)
    for follow, some in followed.items():
        follow(some)
