"""How exports of orders stand."""

from orders.marketing.models import OrderExport
from orders.models import Order


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in OrderExport.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def story(order: Order) -> list[str]:
    return [event.kind for event in order.events.all() if event.kind.startswith("export.")]


def spoil(order: Order, **values: str) -> None:
    """Give the order an address that AutoLetter, stricter than we are, refuses."""
    order.addresses.update(**values)
