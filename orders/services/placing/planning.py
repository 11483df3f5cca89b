"""Which vendor makes what: an order divided into the orders that the vendors get."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from backoffice.inserting import insert_rows
from backoffice.vendor_accounts.services.choosing import account_of_shop
from backoffice.vendors.abilities import TakesOrders
from backoffice.vendors.registry import vendor_type
from orders.models import Order, OrderLine, VendorOrder, VendorOrderLine, VendorOrderState

# What a line at a vendor is before the vendor has reported of it.
NOTHING_REPORTED: Mapping[str, Any] = {
    "vendor_id": "",
    "raw_state": "",
    "file_states": [],
    "shipping_earliest": None,
    "shipping_latest": None,
    "late": None,
}


def plan_vendor_orders(
    order: Order, *, lines: Sequence[OrderLine] | None = None, has_documents: bool | None = None
) -> list[VendorOrder]:
    """Make the order's vendor orders with their lines; the order must be locked and have none yet.

    Lines (by position) and whether it has documents are read unless they are given. A vendor order holds as many
    lines as its vendor takes (fewer when we supply shipping documents or labels), in the order of the customer's
    lines; parts are numbered through all vendors from 1.
    """
    if lines is None:
        lines = list(order.lines.order_by("position"))
    if has_documents is None:
        has_documents = order.generic_label or order.documents.exists()
    parts = list(divide_lines(lines, has_documents=has_documents))
    vendor_orders = insert_rows(
        [
            VendorOrder(
                order=order,
                vendor=account_of(order, lines[0].vendor),
                part=part,
                reference=reference_of(order, part=part),
            )
            for part, lines in enumerate(parts, start=1)
        ]
    )
    insert_rows(
        [
            # The position rather than the shop's reference: short, and nothing a vendor might trim or fold.
            VendorOrderLine(vendor_order=vendor_order, line=line, reference=str(line.position))
            for vendor_order, lines in zip(vendor_orders, parts, strict=True)
            for line in lines
        ]
    )
    return vendor_orders


def account_of(order: Order, vendor: str, *, parts: Iterable[VendorOrder] = ()) -> str:
    """Return the account that gets the order's lines of a vendor: the one that its `parts` have, else its shop's, and
    for tests another one, which makes nothing.
    """
    used = (part.vendor for part in parts)
    return account_of_shop(order.shop_id, vendor, is_test=order.is_test, used=used)


def reference_of(order: Order, *, part: int, generation: int = 1) -> str:
    """Return its name at its vendor: "WEB-100001", the second part "WEB-100001-2", begun anew "WEB-100001-g2"."""
    reference = order.number if part == 1 else f"{order.number}-{part}"
    return reference if generation == 1 else f"{reference}-g{generation}"


def start_over(vendor_order: VendorOrder) -> str:
    """Forget what the vendor holds and begin again under the next reference. The row must be locked.

    The old id is kept among the abandoned ones: nothing that carries it is ever submitted or adopted again. Return it,
    empty when there was none.
    """
    given_up = vendor_order.vendor_id
    if given_up:
        vendor_order.abandoned_ids = [*vendor_order.abandoned_ids, given_up]
    vendor_order.generation += 1
    vendor_order.reference = reference_of(
        vendor_order.order, part=vendor_order.part, generation=vendor_order.generation
    )
    vendor_order.state = VendorOrderState.PLANNED
    vendor_order.vendor_id = vendor_order.raw_state = ""
    vendor_order.submitted_at = vendor_order.reported_at = vendor_order.read_at = None
    vendor_order.unreadable_since = None
    vendor_order.reported_history_id = vendor_order.reported_rank = 0
    vendor_order.shipping_earliest = vendor_order.shipping_latest = vendor_order.late = None
    vendor_order.document_states, vendor_order.files_due_at = [], None
    vendor_order.save()
    vendor_order.lines.update(checked_files=[], **NOTHING_REPORTED)
    # The vendor put it back into its stock, where it is needed again.
    if not vendor_order.order.is_test:
        OrderLine.objects.filter(vendor_lines__vendor_order=vendor_order).update(takes_stock=True)
    return given_up


def divide_lines(lines: Sequence[OrderLine], *, has_documents: bool) -> Iterator[Sequence[OrderLine]]:
    """Divide the lines by vendor and by what a vendor takes at once."""
    by_vendor: dict[str, list[OrderLine]] = {}
    for line in lines:
        by_vendor.setdefault(line.vendor, []).append(line)
    for vendor, own in by_vendor.items():
        limits = vendor_type(vendor, TakesOrders)
        size = limits.MAX_LINES_WITH_DOCUMENTS if has_documents else limits.MAX_LINES
        for start in range(0, len(own), size):
            yield own[start : start + size]
