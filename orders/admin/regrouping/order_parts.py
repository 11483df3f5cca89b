"""What was split and merged, on the page of an order: where its lines came from, and where they went."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from backoffice.engine.admin.timeline import Timeline
from orders.admin.parts import Place, register_entries, register_part
from orders.models import Order, OrderState, ProductionState
from orders.services.regrouping.candidates import Candidate, find_candidates

KINDS = ("order.split", "order.split_off", "order.merged", "order.absorbed")


@dataclass(frozen=True)
class Family:
    """Orders that this one has lines of, or gave lines to; `candidates` are open ones that go to the same recipient."""

    into: Order | None = None
    source: Order | None = None
    split_off: list[Order] = field(default_factory=list)
    absorbed: list[Order] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)


def _family(request: HttpRequest, order: Order) -> Family | None:
    """Read the family in one query, and open orders of the same recipient where merging is still possible."""
    keys = [key for key in (order.split_from_id, order.merged_into_id) if key]
    related = Order.objects.filter(Q(split_from=order.pk) | Q(merged_into=order.pk) | Q(pk__in=keys))
    rows = list(related.only("number", "state", "split_from", "merged_into").order_by("pk"))
    may = request.user.has_perm("orders.change_order") and _may_still_merge(order)
    found = Family(
        into=next((row for row in rows if row.pk == order.merged_into_id), None),
        source=next((row for row in rows if row.pk == order.split_from_id), None),
        split_off=[row for row in rows if row.split_from_id == order.pk],
        absorbed=[row for row in rows if row.merged_into_id == order.pk],
        candidates=_proposed(order) if may else [],
    )
    return found if rows or found.candidates else None


def _proposed(order: Order) -> list[Candidate]:
    """Return those that can be merged now, without what was split on purpose."""
    return [
        one
        for one in find_candidates(order)
        if not one.refusal and order.split_from_id != one.order.pk and one.order.split_from_id != order.pk
    ]


def _may_still_merge(order: Order) -> bool:
    """Return whether nothing of it is at a vendor as far as its own row says."""
    return order.production == ProductionState.NONE and not order.has_ended and not order.cancel_requested_at


def _entries(request: HttpRequest, order: Order, timeline: Timeline) -> Mapping[int, dict[str, Any]]:
    """Say where lines went and came from, with the way there."""
    return {
        entry.event.pk: {"text": entry.text, "order": entry.event.params["order"], **entry.event.params}
        for day in timeline.days
        for entry in day.entries
        if entry.event.kind in KINDS and "order" in entry.event.params
    }


def may_split(request: HttpRequest, order: Order) -> bool:
    """Return whether the page offers to split the order; what else stands against it the next page says."""
    is_one = order.state != OrderState.CANCELLED and sum(line.quantity for line in order.lines.all()) > 1
    return is_one and request.user.has_perm("orders.change_order") and _may_still_merge(order)


register_part(Place.NOTES, "orders/regrouping/family.html", read=_family)
register_part(Place.LINES, "orders/regrouping/split_button.html", read=may_split)
register_entries("orders/regrouping/entry.html", read=_entries)
