"""The pre-flight of stock: what is ordered is there, and no open order needs it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from backoffice.errors import Errors, add_error
from backoffice.text.translatable import gettext as _
from catalog.services.orderable_variants import OrderableVariant
from catalog.services.stock import Stock
from catalog.services.variant_users import Key
from orders.services.preflight.line_checks import ValidatedLine
from orders.services.stock import lock_and_find_taken


def check_stock(lines: Sequence[ValidatedLine], *, errors: Errors, without: Collection[int] = ()) -> None:
    """Set each line's number of pieces that are not in stock, with an error where there are any.

    Lines with the same SKU share what is left, in their order. What is found stays true until the transaction ends:
    the stocks are locked. One query, none where no vendor counts. Lines `without` which it is asked, by key, take
    nothing.
    """
    read_at: dict[Key, datetime] = {
        (validated.line.vendor, validated.line.sku): validated.variant.changed_at
        for validated in lines
        if validated.variant is not None and validated.variant.stock is not None
    }
    if not read_at:
        return
    taken = lock_and_find_taken(read_at, without=without)
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
        text = _("%(quantity)d × %(sku)s is more than one fulfiller has in stock, %(left)d.")
    elif taken:
        text = _(
            "%(quantity)d × %(sku)s is more than is left, %(left)d: open orders take %(taken)d of %(stock)d in stock."
        )
    else:
        text = _("%(quantity)d × %(sku)s is more than is in stock, %(left)d.")
    return text % params
