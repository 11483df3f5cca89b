"""The order that is split off: the same shop, customer and addresses, a reference of its own, some of the lines."""

import copy
from collections.abc import Sequence
from typing import TypeVar

from orders.models import Address, Order, OrderDocument, OrderLine, OrderState, ProductionState, ShipmentState
from orders.models.document import DocumentKind
from orders.services.intake.new_rows import number_order
from orders.services.order_message import OrderRows
from orders.services.regrouping.shares import Share, divide_backorder
from orders.services.regrouping.totals import keep_parts

Row = TypeVar("Row", OrderLine, Address)


def write_split_off(order: Order, lines: Sequence[OrderLine], share: Share, *, reference: str) -> OrderRows:
    """Write the new order, in state new and without a line in its timeline, with copies of what goes of these lines.

    A slip of ours is made for it too; what the shop supplied is about the parcel of the order that stays.
    """
    new = copy.copy(order)
    new.pk, new._state.adding = None, True
    new.reference, new.split_from, new.replaces, new.merged_into = reference, order, None, None
    new.state, new.production, new.shipment = OrderState.NEW, ProductionState.NONE, ShipmentState.NONE
    new.revision, new.late, new.total = 1, False, share.total
    new.totals = keep_parts(share.totals)
    new.ship_by = new.leaves_at = new.cancel_requested_at = None
    # Of a shop's order: what somebody splits is no double click.
    new.fingerprint = ""
    taken = [line for line in lines if line.pk in share.pieces]
    rows = OrderRows(
        new,
        [_part_of(line, new, share.pieces[line.pk], position=place) for place, line in enumerate(taken, start=1)],
        [_copy(address, new) for address in order.addresses.all()],
        [OrderDocument(order=new, kind=DocumentKind.DELIVERY_SLIP, made_by_us=True)] if _has_own_slip(order) else [],
    )
    number_order(rows)
    new.save(force_insert=True)
    OrderLine.objects.bulk_create(rows.lines)
    Address.objects.bulk_create(rows.addresses)
    OrderDocument.objects.bulk_create(rows.documents)
    return rows


def _part_of(line: OrderLine, new: Order, pieces: int, *, position: int) -> OrderLine:
    part = _copy(line, new)
    part.position, part.quantity, part.backordered = position, pieces, divide_backorder(line, pieces)[1]
    return part


def _copy(row: Row, new: Order) -> Row:
    made = copy.copy(row)
    made.pk, made._state.adding, made.order = None, True, new
    return made


def _has_own_slip(order: Order) -> bool:
    return order.shop.own_delivery_slip or order.documents.filter(made_by_us=True).exists()
