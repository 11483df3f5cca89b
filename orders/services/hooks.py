"""Where rules, conversation and marketing take part in the way of an order, which knows neither of them.

Each hook is a list of functions that are called in its order. Apps above add theirs in a module that is loaded when
Django starts.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from backoffice.errors import Eligibility
from backoffice.vendors.abilities import Vendor
from orders.models import Order, OrderEvent
from orders.models.event import FOLLOWERS


class OrderHook(Protocol):
    """Called with a locked order, and who has just changed it."""

    def __call__(self, order: Order, *, actor: str) -> None: ...


class NoteHook(Protocol):
    """Called with an order, what is to be noted about it, and who writes it."""

    def __call__(self, order: Order, text: str, *, actor: str) -> None: ...


class VendorHook(Protocol):
    """Called with a vendor and the context in which each of its things is compared; returns how many stand how."""

    def __call__(self, vendor: Vendor, *, step: Callable[[], AbstractContextManager[None]]) -> Mapping[str, int]: ...


class RegroupGuard(Protocol):
    """Called with orders that are to be split or merged; returns whether they may be."""

    def __call__(self, orders: Sequence[Order], *, merging: bool) -> Eligibility: ...


# With an order's id, before more of it leaves for a vendor or becomes another order: it may be held then. Not in a
# transaction before something leaves.
before_placing: list[Callable[[int], None]] = []
# The order's address is another one than those who know of the order were given.
on_correction: list[OrderHook] = []
# What stands above an order may keep it whole.
can_regroup: list[RegroupGuard] = []
# After a restore, when a vendor's orders have been compared with ours.
on_reconcile: list[VendorHook] = []
# With the params of an event of the timeline; returns those that are more than plain text, as texts.
describe_event: list[Callable[[Mapping[str, Any]], Mapping[str, str]]] = []
# What somebody, a rule or a job notes about an order.
on_note: list[NoteHook] = []


def follow_events(kinds: Iterable[str], follow: Callable[[Sequence[OrderEvent]], None]) -> None:
    """Have it called with new lines of these kinds in timelines, in the transaction that writes them."""
    for kind in kinds:
        FOLLOWERS[kind].append(follow)
