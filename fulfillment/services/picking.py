"""Which orders are packed together, in which order, and how far their labels and slips are. The papers are in
`papers.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from backoffice.errors import DomainError
from backoffice.paper.fonts.shaping import find_unprintable
from backoffice.paper.postal import address_lines
from fulfillment.models import (
    Label,
    LabelState,
    ProductionFile,
    ProductionFileKind,
    ProductionOrder,
    ProductionOrderState,
)
from fulfillment.services.labels import fetch_label


@dataclass(frozen=True)
class Batch:
    """Orders in picking order, and how far their labels and the merchants' slips are. Ready to print when no label is
    being fetched or stuck and no slip is missing. Cancelled orders are left out of all the others: nothing of them is
    shipped.
    """

    orders: list[ProductionOrder]
    cancelled: list[ProductionOrder]
    fetching: list[Label]
    stuck: list[Label]
    missing_slips: list[ProductionFile]

    @property
    def is_ready(self) -> bool:
        return not self.fetching and not self.stuck and not self.missing_slips


def begin_batch(order_ids: Sequence[int], *, actor: str, dispatch_on: date) -> tuple[Batch, list[str]]:
    """Fetch all labels of the orders, each once; return the batch, and why some orders' are not fetched.

    What a vendor refused is requested again by itself only, once somebody has read why. Raises InvalidInput when
    `dispatch_on` is not today.
    """
    problems = []
    for order in find_batch(order_ids).orders:
        for label in order.labels.all():
            if label.state != LabelState.WAITING:
                continue
            try:
                fetch_label(label, actor=actor, dispatch_on=dispatch_on)
            except DomainError as error:
                problems.append(f"{order.vendor_id}: {error.text}")
    return find_batch(order_ids), problems


def find_batch(order_ids: Sequence[int]) -> Batch:
    """Return the orders in picking order: by their first article, so that one walk along the shelves serves all."""
    slips = Prefetch("files", ProductionFile.objects.filter(kind=ProductionFileKind.SLIP))
    rows = ProductionOrder.objects.filter(pk__in=order_ids).prefetch_related("items", "labels", slips)
    found = sorted(rows, key=_picking_key)
    orders = [order for order in found if order.state != ProductionOrderState.CANCELLED]
    labels = [label for order in orders for label in order.labels.all()]
    return Batch(
        orders=orders,
        cancelled=[order for order in found if order.state == ProductionOrderState.CANCELLED],
        fetching=[label for label in labels if label.state in (LabelState.WAITING, LabelState.ASKED)],
        stuck=[label for label in labels if label.state in (LabelState.LOST, LabelState.REFUSED)],
        missing_slips=[file for order in orders for file in order.files.all() if not file.is_kept],
    )


def _picking_key(order: ProductionOrder) -> tuple[str, object, int]:
    articles = sorted(item.sku_fulfiller or item.sku for item in order.items.all() if item.remaining)
    return next(iter(articles), "\uffff"), order.due_at, order.pk


def unprintable_letters(order: ProductionOrder) -> str:
    """Return the letters of our slip and of the pick list that no font has. Reads the items unless prefetched."""
    names = [name for item in order.items.all() for name in (item.sku_fulfiller, item.sku, item.name)]
    texts = [*address_lines(order.shipper), *address_lines(order.recipient), order.merchant, order.reference, *names]
    return find_unprintable("".join(texts))
