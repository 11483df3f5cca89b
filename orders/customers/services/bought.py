"""What a customer bought: read from the newest of their orders, so that ten thousand cost no more than a thousand."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Expression, QuerySet
from django.db.models.functions import Lower
from django.utils.formats import number_format

from backoffice.visibility import visible
from orders.models import Order, OrderState
from orders.models.order import OPEN_STATES

# So many of the newest orders are counted and added up.
MOST_COUNTED = 1000


class CountedOrder(NamedTuple):
    """What of an order is counted."""

    pk: int
    customer_email: str
    customer_firstname: str
    customer_lastname: str
    customer_phone: str
    state: str
    currency: str
    total: Decimal
    complaint: bool
    accepts_letters: bool
    accepts_review_request: bool
    placed_at: datetime


@dataclass(frozen=True)
class OrderValue:
    value: Decimal
    currency: str


@dataclass(frozen=True)
class Bought:
    """The newest orders of a customer, newest first, and what follows from them; `is_cut` when there are older ones."""

    orders: Sequence[CountedOrder]
    is_cut: bool

    @property
    def count(self) -> int:
        return len(self.orders)

    @property
    def count_text(self) -> str:
        """How many orders, as people read it: "1,000+" where not all are counted."""
        return f"{number_format(self.count, force_grouping=True)}{'+' if self.is_cut else ''}"

    @property
    def newest(self) -> CountedOrder | None:
        return self.orders[0] if self.orders else None

    @property
    def oldest(self) -> CountedOrder | None:
        """The oldest of those that are counted."""
        return self.orders[-1] if self.orders else None

    @cached_property
    def open(self) -> int:
        return sum(order.state in OPEN_STATES for order in self.orders)

    @cached_property
    def cancelled(self) -> int:
        return sum(order.state == OrderState.CANCELLED for order in self.orders)

    @cached_property
    def complaints(self) -> int:
        """Orders that are sent again, or made again, because of a complaint."""
        return sum(order.complaint for order in self.orders)

    @cached_property
    def amounts(self) -> list[OrderValue]:
        """What was not cancelled, by currency, the largest first."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for order in self.orders:
            if order.state != OrderState.CANCELLED:
                totals[order.currency] += order.total
        return [OrderValue(totals[currency], currency) for currency in sorted(totals, key=lambda one: -totals[one])]

    @cached_property
    def name(self) -> str:
        return next(iter(self.names), "")

    @cached_property
    def names(self) -> list[str]:
        """How they called themselves, as last first."""
        return _distinct(f"{order.customer_firstname} {order.customer_lastname}".strip() for order in self.orders)

    @cached_property
    def phones(self) -> list[str]:
        return _distinct(order.customer_phone for order in self.orders)


def orders_of(email: str | Expression) -> QuerySet[Order]:
    """Return the orders placed with that e-mail, in whatever letter case it was typed, in shops that the reader sees;
    tests are none.
    """
    rows = Order.objects.alias(folded_email=Lower("customer_email")).filter(folded_email=email, is_test=False)
    return visible(rows)


def read_bought(emails: Iterable[str], *, most: int = MOST_COUNTED) -> Bought:
    """Return the newest orders placed with these e-mails. One query, which reads no more than `most` of each."""
    found = [CountedOrder(*row) for row in _newest(emails, *CountedOrder._fields, most=most + 1)]
    return Bought(found[:most], is_cut=len(found) > most)


def newest_orders(emails: Iterable[str], *, most: int, older: int | None = None) -> list[int]:
    """Return the keys of the newest orders, of those before the order `older`. One query."""
    return [row[0] for row in _newest(emails, "pk", most=most, older=older)]


def _newest(emails: Iterable[str], *fields: str, most: int, older: int | None = None) -> QuerySet[Any, tuple[Any, ...]]:
    """Each e-mail's newest come in order out of the index, whatever else there is."""
    all_orders = (orders_of(email) for email in emails)
    wanted = (orders if older is None else orders.filter(pk__lt=older) for orders in all_orders)
    first, *others = (orders.order_by("-pk").values_list(*fields)[:most] for orders in wanted)
    return first.union(*others, all=True).order_by("-pk")[:most] if others else first


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, texts)))
