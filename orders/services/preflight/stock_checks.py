"""The pre-flight of stock: what is ordered is there, and no open order needs it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from backoffice.errors import Errors, add_error
from backoffice.text.translatable import gettext as _
from catalog.services.orderable_variants import OrderableVariant
from catalog.services.stock import Stock
from catalog.services.variant_users import Key
from orders.models import Order, OrderLine
from orders.services.preflight.line_checks import ValidatedLine
from orders.services.stock import Taker, find_takers, lock_and_find_taken


def check_stock(lines: Sequence[ValidatedLine], *, errors: Errors, without: Collection[int] = ()) -> None:
    """Set each line's number of pieces that are not in stock, with an error where there are any.

    Lines with the same SKU share what is left, in their order. What is found stays true until the transaction ends:
    the stocks are locked. One query, none where no vendor counts. Lines `without` which it is asked, by key, take
    nothing.
    """
    if read_at := _read_at(lines):
        _check_all(lines, lock_and_find_taken(read_at, without=without), errors=errors)


def takers_of(lines: Iterable[ValidatedLine], *, lock: bool) -> Mapping[Key, list[Taker]]:
    """Return who takes of the stocks of these lines. One query, none where no vendor counts."""
    read_at = _read_at(lines)
    return find_takers(read_at, lock=lock) if read_at else {}


def check_stock_again(
    order: Order, lines: Sequence[ValidatedLine], takers: Mapping[Key, list[Taker]], *, errors: Errors
) -> None:
    """Do as `check_stock` for an order that is there already: it comes after those that came before it, and after
    those that were released before it.
    """
    taken = Counter(
        {
            key: sum(one.pieces for one in rows if one.order != order.pk and (one.has_left or one.order < order.pk))
            for key, rows in takers.items()
        }
    )
    _check_all(lines, taken, errors=errors)


def _read_at(lines: Iterable[ValidatedLine]) -> dict[Key, datetime]:
    """Return when each stock that is counted was read."""
    return {
        (validated.line.vendor, validated.line.sku): validated.variant.changed_at
        for validated in lines
        if validated.variant is not None and validated.variant.stock is not None
    }


def _check_all(lines: Sequence[ValidatedLine], taken: dict[Key, int], *, errors: Errors) -> None:
    for index, validated in enumerate(lines):
        _check(validated, taken, path=f"lines[{index}]", errors=errors)


def _check(validated: ValidatedLine, taken: dict[Key, int], *, path: str, errors: Errors) -> None:
    """Note what is missing. The line takes of the stock, for those that follow."""
    variant, quantity = validated.variant, validated.line.quantity
    if variant is None or variant.stock is None:
        return
    key = variant.vendor, variant.sku
    before = taken.get(key, 0)
    taken[key] = before + quantity
    validated.line.backordered = max(0, quantity - variant.stock.left(before))
    if validated.line.backordered:
        add_error(errors, f"{path}.quantity", _describe(variant, variant.stock, quantity, before))


def _describe(variant: OrderableVariant, stock: Stock, quantity: int, taken: int) -> str:
    left = stock.left(taken)
    params = {"sku": variant.sku, "quantity": quantity, "left": left, "stock": stock.together, "taken": taken}
    if left == stock.largest < stock.together - taken:
        text = _("No single fulfiller has %(quantity)d × %(sku)s in stock; at most %(left)d are available.")
    elif taken:
        text = _(
            "%(quantity)d × %(sku)s is more than the %(left)d available: open orders need %(taken)d of %(stock)d "
            "in stock."
        )
    else:
        text = _("%(quantity)d × %(sku)s is more than the %(left)d in stock.")
    return text % params


def describe_backorder(line: OrderLine) -> str:
    """Return what the timeline says of a line that is ordered although there is too little of it."""
    text = _("Line %(line)s: %(missing)d of %(quantity)d × %(sku)s are out of stock and on backorder.")
    params = {"line": line.reference, "missing": line.backordered, "sku": line.sku, "quantity": line.quantity}
    return text % params


def note_backorders(order: Order, backorders: Mapping[OrderLine, int], *, actor: str) -> None:
    """Keep how many pieces of these lines are not there now that the order leaves, given how many were known, with a
    line in the timeline where there are more.
    """
    OrderLine.objects.bulk_update(backorders, ["backordered"])
    for line, before in backorders.items():
        if line.backordered > before:
            order.events.create(actor=actor, kind="line.remark", params={"text": describe_backorder(line)})
