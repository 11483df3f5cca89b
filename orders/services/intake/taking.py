"""Taking an order in: checked, written, and sent on its way or held, in one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import IntegrityError

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import OddPrice, ShortStock
from backoffice.engine.services.task_queue import RUN_RULES, enqueue_soon_on_commit
from backoffice.errors import Conflict, InvalidInput, merge
from backoffice.text.translatable import gettext as _
from orders.models import Address, Hold, HoldReason, Order, OrderEvent, OrderLine, OrderState
from orders.models.document import OrderDocument
from orders.models.event import awaits_rules
from orders.services.cooling_off import cooled_at
from orders.services.intake.duplicates import holds_for_duplicate
from orders.services.intake.input import NewOrder
from orders.services.intake.new_rows import build_rows, is_made_already, number_order
from orders.services.lifecycle import begin_released
from orders.services.order_message import OrderRows
from orders.services.preflight.order_checks import Findings, check_order, divide


class OrderRefused(InvalidInput):
    """The pre-flight found what must be corrected first."""


@dataclass(frozen=True)
class PlacedOrder(OrderRows):
    """An order just taken, with the parts that were written with it."""

    holds: list[Hold]


def place_order(
    new: NewOrder, *, shop: Shop, actor: str, hold_invalid: bool = False, repeats: Order | None = None
) -> PlacedOrder:
    """Take the order. It begins held when something stands against it, else released when its shop releases
    automatically, else new.

    Raise OrderRefused with errors by field (unless `hold_invalid`, or a vendor makes it since before a restore:
    then it is taken and held). Odd prices and stock that is too small are refused, held or accepted as its shop
    chooses. An order that a person `repeats` is no duplicate of it. Must run in a transaction within
    `refusing_taken_reference`.
    """
    rows = build_rows(new, shop=shop)
    order, findings = rows.order, check_order(rows)
    if new.replaces is not None:
        _ensure_replaceable(new.replaces, new.reference, shop=shop)
    refused = merge(
        findings.errors,
        findings.prices if shop.on_odd_price == OddPrice.REFUSE else {},
        findings.stock if shop.on_short_stock == ShortStock.REFUSE else {},
    )
    if refused and not hold_invalid and not is_made_already(new.reference, shop=shop):
        text = _("The order breaks limits of its vendor or the catalogue.")
        raise OrderRefused(text, errors=refused, suggestions=findings.suggestions)
    holds = [*_holds_for(findings, shop=shop), *holds_for_duplicate(order, repeats=repeats)]
    if holds:
        order.state = OrderState.HELD
    elif shop.release_automatically:
        order.state, order.leaves_at = OrderState.RELEASED, cooled_at(shop)
    number_order(rows)
    placed = _write(rows, findings, holds, actor=actor)
    if order.state == OrderState.RELEASED:
        has_documents = bool(placed.documents) or order.generic_label
        begin_released(order, lines=placed.lines, has_documents=has_documents, actor=actor)
    return placed


def _ensure_replaceable(replaces: int, reference: str, *, shop: Shop) -> None:
    """Raise OrderRefused unless the shop's order that is to be replaced has that reference and is cancelled, which it
    is for good.
    """
    replaced = Order.objects.filter(shop=shop, pk=replaces).only("state", "reference", "number").first()
    if replaced is None:
        text = _("The shop has no order %(id)s.") % {"id": replaces}
    elif replaced.reference != reference:
        text = _("Order %(number)s has the reference %(reference)s: only the same reference can be used again.")
        text = text % {"number": replaced.number, "reference": replaced.reference}
    elif replaced.state != OrderState.CANCELLED:
        text = _("Order %(number)s is %(state)s: only a cancelled order can be replaced.")
        text = text % {"number": replaced.number, "state": replaced.get_state_display()}
    else:
        return
    raise OrderRefused(_("The order cannot replace that one."), errors={"replaces": [text]})


@contextmanager
def refusing_taken_reference(new: NewOrder, *, shop: Shop) -> Iterator[None]:
    """Raise Conflict, naming the order, when the shop has one with that reference.

    Stands around the transaction: of two at once the second waits at the unique index, and what it did is undone.
    """
    try:
        yield
    except IntegrityError:
        existing = Order.objects.filter(shop=shop, reference=new.reference).order_by("-pk").first()
        if existing is None:
            raise
        text = _("The shop's reference %(reference)s is order %(number)s.")
        if existing.state == OrderState.CANCELLED:
            text = _(
                "The shop's reference %(reference)s is order %(number)s, which is cancelled. To order anew under it, "
                "name that order in `replaces`."
            )
        params = {"reference": new.reference, "number": existing.number}
        raise Conflict(text % params, code="reference_taken", order=existing.pk) from None


def _write(rows: OrderRows, findings: Findings, holds: list[Hold], *, actor: str) -> PlacedOrder:
    order = rows.order
    order.save(force_insert=True)
    for hold in holds:
        hold.order, hold.placed_by = order, actor
    placed = PlacedOrder(
        order=order,
        lines=OrderLine.objects.bulk_create(rows.lines),
        addresses=Address.objects.bulk_create(rows.addresses),
        documents=OrderDocument.objects.bulk_create(rows.documents),
        holds=Hold.objects.bulk_create(holds),
    )
    events = [("order.received", {"reference": order.reference})]
    if order.state != OrderState.NEW:
        events.append((f"order.{order.state}", {}))
    events += [("order.remark", {"text": text}) for text in findings.remarks]
    events += [("line.remark", {"text": line.remark}) for line in findings.lines if line.remark]
    if order.shop.on_short_stock == ShortStock.BACKORDER:
        events += [("line.remark", {"text": _backorder(line)}) for line in rows.lines if line.backordered]
    events += [("hold.placed", {"reason": hold.reason, "text": hold.text}) for hold in holds]
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, actor=actor, kind=kind, params=params, awaiting_rules=awaits_rules(kind))
        for kind, params in events
    )
    enqueue_soon_on_commit(RUN_RULES)
    return placed


def _backorder(line: OrderLine) -> str:
    text = _("Line %(line)s: %(missing)d of %(quantity)d × %(sku)s are not in stock and on backorder.")
    params = {"line": line.reference, "missing": line.backordered, "sku": line.sku, "quantity": line.quantity}
    return text % params


def _holds_for(findings: Findings, *, shop: Shop) -> Iterator[Hold]:
    """Yield a hold for each place where it is corrected or decided: addresses, doubts, prices, stock, all else."""
    address, other = divide(findings.errors)
    if address or findings.doubts:
        text = _("The address may not be enough to deliver to. Correct it, or release the hold.")
        if address:
            text = _("The vendor would refuse the address. Correct it, then release the hold.")
        yield Hold(reason=HoldReason.BAD_ADDRESS, text=text, errors=address | findings.doubts)
    if other:
        text = _("The order breaks limits. Correct it with the shop, then release the hold.")
        yield Hold(reason=HoldReason.INVALID_INPUT, text=text, errors=other)
    if findings.prices:
        text = _("The prices look wrong. Check them with the shop, then release the hold or cancel the order.")
        yield Hold(reason=HoldReason.ODD_PRICE, text=text, errors=findings.prices)
    if findings.stock and shop.on_short_stock != ShortStock.BACKORDER:
        text = _(
            "There is not enough in stock. Change the order with the shop, or release the hold to order it anyway."
        )
        yield Hold(reason=HoldReason.OUT_OF_STOCK, text=text, errors=findings.stock)
