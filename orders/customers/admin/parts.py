"""What other apps add to the page of a customer: each registers its parts, and the page knows only the places."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.http import HttpRequest

from orders.admin.parts import Part
from orders.customers.admin.context import CustomerContext


class CustomerPlace(StrEnum):
    """Among the page's buttons, below the orders, beside them."""

    BUTTONS = "buttons"
    MAIN = "main"
    SIDE = "side"


# Return what the part shows to the reader, as `part.shown`; nothing (anything false) leaves it out. In a number of
# queries that does not depend on how much the customer ordered: `context.bought` has the newest orders.
Read = Callable[[HttpRequest, CustomerContext], Any]

_PARTS: dict[CustomerPlace, list[tuple[str, Read]]] = {place: [] for place in CustomerPlace}


def register_customer_part(place: CustomerPlace, template: str, *, read: Read) -> None:
    """Add a part to a place, after those that are there already."""
    _PARTS[place].append((template, read))


def customer_parts(request: HttpRequest, context: CustomerContext) -> dict[str, list[Part]]:
    """Return the parts of the page of a customer by place."""
    return {
        place: [Part(template, shown) for template, read in registered if (shown := read(request, context))]
        for place, registered in _PARTS.items()
    }
