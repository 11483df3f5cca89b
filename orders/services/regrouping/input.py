"""What is to be split off or merged, as storefronts send it and as the pages for staff make it."""

from typing import Annotated

from msgspec import Meta

from backoffice.text.structs import Input, Quantity
from orders.services.intake.input import OrderId, Reference

MOST_MERGED = 20


class SplitLine(Input, kw_only=True):
    """So many pieces of the line with that reference."""

    reference: Reference
    quantity: Quantity


class SplitInput(Input, kw_only=True):
    """What goes to the new order, and the shop's `reference` for it: left out, the order's own and "-S1"."""

    lines: Annotated[list[SplitLine], Meta(min_length=1, max_length=200)]
    reference: Reference | None = None


class MergeInput(Input, kw_only=True):
    """The ids of the orders whose lines go to the one that stays."""

    orders: Annotated[list[OrderId], Meta(min_length=1, max_length=MOST_MERGED)]
