"""Who has bought before: found by anything a caller says, with the addresses of their last order."""

from dataclasses import dataclass

from django.db.models import F

from backoffice.accounts.models import Shop
from backoffice.visibility import visible
from orders.models import Order
from orders.services.intake.input import NewAddress, NewCustomer
from orders.services.intake.repeating import repeat_addresses, repeat_customer
from orders.services.search import search_orders

# So many of the newest orders that are found name the customers that are offered.
LOOKED_AT, OFFERED = 50, 8


@dataclass(frozen=True)
class PastCustomer:
    """A customer as in their newest order, and how many of the orders looked at are theirs."""

    order: Order
    orders: int
    customer: NewCustomer
    addresses: dict[str, NewAddress]


def find_past_customers(text: str) -> list[PastCustomer]:
    """Return those whose orders are found by the text, the newest first, each once. Two queries, both by index."""
    if not text.strip():
        return []
    found = search_orders(visible(Order.objects.order_by("-pk")), text).defer("search").prefetch_related("addresses")
    newest: dict[str, Order] = {}
    counts: dict[str, int] = {}
    for order in found[:LOOKED_AT]:
        key = (order.customer_email or order.customer_name).casefold() or f"order {order.pk}"
        newest.setdefault(key, order)
        counts[key] = counts.get(key, 0) + 1
    return [_past(order, counts[key]) for key, order in list(newest.items())[:OFFERED]]


def usual_country(shop: Shop) -> str:
    """Return the country of the shop's newest order, "" for none: most callers live where the last one did."""
    newest = Order.objects.filter(shop=shop).order_by("-pk").values("pk")[:1]
    codes = Order.objects.filter(pk__in=newest, addresses__role="recipient").values_list(F("addresses__country_code"))
    return next((code for (code,) in codes), "")


def _past(order: Order, orders: int) -> PastCustomer:
    return PastCustomer(order, orders, repeat_customer(order), repeat_addresses(order))
