"""What names a person goes from orders; numbers, amounts, days and countries stay, which tax law wants kept."""

from collections.abc import Collection
from typing import Any

from django.db.models.functions import Now

from fulfillment.models import Shipment
from orders.models import HoldReason, Order, OrderEvent, SearchWord, VendorOrder, VendorOrderLine
from orders.services.search import refresh_searches

# What of a line in a timeline names a thing and nobody.
_THINGS = frozenset({"vendor", "reference", "vendor_id", "number", "word", "carrier", "mail_kind", "since", "until"})
AT_ONCE = 500


def mark_orders(keys: Collection[int]) -> None:
    """Have these orders bring nobody back: what vendors still report of them moves states and nothing else."""
    for row in Order.objects.select_for_update().filter(pk__in=keys, erased_at__isnull=True).order_by("pk").only("pk"):
        Order.objects.filter(pk=row.pk).update(erased_at=Now())


def mark_given(keys: Collection[int]) -> None:
    """Have these orders, which stay, not bring back whom somebody else placed them for. Harmless twice."""
    rows = Order.objects.select_for_update().filter(pk__in=keys, erased_at=None, recipient_erased_at=None)
    for row in rows.order_by("pk").only("pk"):
        Order.objects.filter(pk=row.pk).update(recipient_erased_at=Now(), fingerprint="")
    clear_documents(keys)


def last_event(order: Order) -> int:
    """Return the key of the newest line of its timeline; 0 without one."""
    return order.events.order_by("-pk").values_list("pk", flat=True).first() or 0


def forget_reported(order: Order, *, after: int) -> None:
    """Take out of an order of which somebody is erased what a report has just brought: lines of the timeline behind
    `after`, and of who ordered all.
    """
    events = OrderEvent.objects.filter(order=order)
    if order.erased_at is None:
        clear_events(events.filter(pk__gt=after))
        clear_documents([order.pk])
        return
    clear_events(events)
    clear_parcels([order.pk])
    refresh_searches([order.pk])


def clear_events(events: Any) -> None:
    """Leave of these lines of timelines what happened to which thing, and no text."""
    changed = []
    for event in events:
        params = {name: _plain(name, value) for name, value in event.params.items()}
        if params != event.params:
            event.params = params
            changed.append(event)
    OrderEvent.objects.bulk_update(changed, ["params"], batch_size=AT_ONCE)


def clear_parcels(orders: Collection[int]) -> None:
    """Empty what leads to a recipient at the carrier, and the addresses of files."""
    Shipment.objects.filter(order__in=orders).update(tracking_code="", tracking_url="")
    clear_documents(orders)


def clear_documents(orders: Collection[int]) -> None:
    """Empty the addresses of files and documents at vendors, and read none again."""
    VendorOrder.objects.filter(order__in=orders).update(document_states=[], files_due_at=None)
    VendorOrderLine.objects.filter(vendor_order__order__in=orders).update(file_states=[])


def forget_words(words: Collection[str]) -> None:
    """Drop the words that no order is found by any more."""
    for word in words:
        if not Order.objects.extra(where=["search @@ %s::tsquery"], params=[_quoted(word)]).exists():
            SearchWord.objects.filter(word=word).delete()


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _plain(name: str, value: Any) -> Any:
    if name in _THINGS or (name == "reason" and value in HoldReason.values):
        return value
    if isinstance(value, dict | list):
        return type(value)()
    return "" if isinstance(value, str) else value
