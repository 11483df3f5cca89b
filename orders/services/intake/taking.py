"""Taking an order in: judged, written, and sent on its way or held, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import ShortStock
from backoffice.acting import told_by
from backoffice.engine.services.task_queue import RUN_RULES, enqueue_soon_on_commit
from backoffice.inserting import insert_rows
from orders.models import Hold, Order, OrderEvent, OrderState
from orders.models.event import awaits_rules
from orders.services.intake.input import NewOrder
from orders.services.intake.judging import judge_order, refuse_reference
from orders.services.intake.new_rows import number_order
from orders.services.lifecycle import begin_released
from orders.services.order_message import OrderRows
from orders.services.preflight.order_checks import Findings
from orders.services.preflight.stock_checks import describe_backorder


@dataclass(frozen=True)
class PlacedOrder(OrderRows):
    """An order just taken, with the parts that were written with it."""

    holds: list[Hold]


def place_order(
    new: NewOrder,
    *,
    shop: Shop,
    actor: str,
    hold_invalid: bool = False,
    repeats: Order | None = None,
    is_test: bool = False,
) -> PlacedOrder:
    """Take the order as `judge_order` says, and raise what it raises. A test stays one for good. Must run in a
    transaction within `refusing_taken_reference`.
    """
    judged = judge_order(new, shop=shop, hold_invalid=hold_invalid, repeats=repeats, is_test=is_test)
    order = judged.order
    number_order(judged.rows)
    with told_by("intake"):  # the timeline says who ordered it, and the rows what
        placed = _write(judged.rows, judged.findings, judged.holds, actor=actor)
        if order.state == OrderState.RELEASED:
            has_documents = bool(placed.documents) or order.generic_label
            begin_released(order, lines=placed.lines, has_documents=has_documents, actor=actor)
    return placed


@contextmanager
def refusing_taken_reference(new: NewOrder, *, shop: Shop, is_test: bool = False) -> Iterator[None]:
    """Raise Conflict, naming the order, when the shop has one with that reference.

    Stands around the transaction: of two at once the second waits at the unique index, and what it did is undone.
    """
    try:
        yield
    except IntegrityError:
        taken = Order.objects.filter(shop=shop, reference=new.reference, is_test=is_test)
        existing = taken.order_by("-pk").first()
        if existing is None:
            raise
        raise refuse_reference(existing) from None


def _write(rows: OrderRows, findings: Findings, holds: list[Hold], *, actor: str) -> PlacedOrder:
    order = rows.order
    insert_rows([order])
    for hold in holds:
        hold.order, hold.placed_by = order, actor
    placed = PlacedOrder(
        order=order,
        lines=insert_rows(rows.lines),
        addresses=insert_rows(rows.addresses),
        documents=insert_rows(rows.documents),
        holds=insert_rows(holds),
    )
    events = [("order.received", {"reference": order.reference})]
    if order.state != OrderState.NEW:
        events.append((f"order.{order.state}", {}))
    events += [("order.remark", {"text": text}) for text in findings.remarks]
    events += [("line.remark", {"text": line.remark}) for line in findings.lines if line.remark]
    if order.shop.on_short_stock == ShortStock.BACKORDER:
        events += [("line.remark", {"text": describe_backorder(line)}) for line in rows.lines if line.backordered]
    events += [("hold.placed", {"reason": hold.reason, "text": hold.text}) for hold in holds]
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, actor=actor, kind=kind, params=params, awaiting_rules=awaits_rules(kind))
        for kind, params in events
    )
    enqueue_soon_on_commit(RUN_RULES)
    return placed
