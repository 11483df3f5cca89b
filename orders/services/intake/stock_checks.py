"""The pre-flight of stock: what is ordered is there, and no open order needs it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from backoffice.said import gettext as _
from catalog.services.stock import Stock
from catalog.services.variant_facts import VariantFacts
from catalog.services.variant_users import Key
from orders.services.intake.line_checks import Errors, JudgedLine, complain
from orders.services.stock import lock_and_find_taken


def check_stock(lines: Sequence[JudgedLine], *, errors: Errors) -> list[JudgedLine]:
    """Each line with the pieces of it that are not in stock; complaints go into `errors` by path.

    Lines with the same SKU share what is left, in their order. What is found stays true until the transaction ends:
    the stocks are locked. One query, none where no vendor counts.
    """
    read_at: dict[Key, datetime] = {
        (judged.vendor, judged.sku): judged.variant.changed_at
        for judged in lines
        if judged.variant is not None and judged.variant.stock is not None
    }
    if not read_at:
        return list(lines)
    taken = lock_and_find_taken(read_at)
    checked = []
    for index, judged in enumerate(lines):
        key = judged.vendor, judged.sku
        if key in read_at and judged.variant is not None and judged.variant.stock is not None:
            missing = max(0, judged.line.quantity - judged.variant.stock.left(taken.get(key, 0)))
            if missing:
                text = _describe(judged.variant, judged.variant.stock, judged.line.quantity, taken.get(key, 0))
                complain(errors, f"lines[{index}].quantity", text)
            taken[key] = taken.get(key, 0) + judged.line.quantity
            judged = replace(judged, backordered=missing)
        checked.append(judged)
    return checked


def _describe(variant: VariantFacts, stock: Stock, quantity: int, taken: int) -> str:
    left = stock.left(taken)
    words = {"sku": variant.sku, "quantity": quantity, "left": left, "stock": stock.together, "taken": taken}
    if left == stock.largest < stock.together - taken:
        text = _("%(quantity)d × %(sku)s is more than one fulfiller has in stock, %(left)d.")
    elif taken:
        text = _(
            "%(quantity)d × %(sku)s is more than is left, %(left)d: open orders take %(taken)d of %(stock)d in stock."
        )
    else:
        text = _("%(quantity)d × %(sku)s is more than is in stock, %(left)d.")
    return text % words
