"""The pre-flight once more, before an order is released: what a vendor would refuse is found before anything leaves.

Since the order came in, staff may have released it as it was, and the catalogue may have changed.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from backoffice.accounts.models import Shop
from backoffice.errors import Errors, InvalidInput
from backoffice.text.translatable import gettext as _
from catalog.models import Variant
from orders.models import HoldReason, Order
from orders.models.vendor_order import UNSENT
from orders.services.designs.ids import is_ours
from orders.services.order_message import OrderRows
from orders.services.preflight.address_checks import check_countries
from orders.services.preflight.line_checks import validate_lines
from orders.services.preflight.order_checks import Findings, check_limits, divide

_LINE = re.compile(r"lines\[(\d+)\](.*)", re.DOTALL)


def ensure_sendable(order: Order, *, anyway: bool = False) -> None:
    """Raise InvalidInput, with the errors by field, when the vendors would refuse what is left to send.

    With `anyway` only what no vendor takes stops it: errors of the catalogue are passed over.
    """
    found = recheck_orders([order])[order.pk]
    if found.errors and not (anyway and found.may_be_overridden):
        text = _("%(number)s would be refused: %(complaints)s")
        raise InvalidInput(text % {"number": order.number, "complaints": found.in_words}, errors=found.errors)


def reasons_to_hold(errors: Errors) -> dict[HoldReason, Errors]:
    """Return the errors by the reason to hold for them, as at intake."""
    both = zip((HoldReason.BAD_ADDRESS, HoldReason.INVALID_INPUT), divide(errors), strict=True)
    return {reason: some for reason, some in both if some}


def recheck_orders(orders: Collection[Order]) -> dict[int, Findings]:
    """Return what stands against each order, by its key; in a number of queries that their number does not change."""
    rows = Order.objects.filter(pk__in=[order.pk for order in orders]).select_related("shop").defer("search")
    by_shop: dict[Shop, list[OrderRows]] = defaultdict(list)
    for order in rows.prefetch_related("lines", "addresses", "documents", "vendor_orders__lines"):
        by_shop[order.shop].append(_what_is_left(order))
    found = {order.pk: Findings() for order in orders}
    if by_shop:
        has_catalogue = Variant.objects.exists()
        for shop, sales in by_shop.items():
            _recheck(shop, [sale for sale in sales if sale.lines], found, has_catalogue=has_catalogue)
    return found


def _what_is_left(order: Order) -> OrderRows:
    """Return the order with the lines that are still to be sent, as its shop would give them now."""
    parts = list(order.vendor_orders.all())
    unsent = {row.line_id for part in parts if part.state in UNSENT for row in part.lines.all()}
    lines = [line for line in order.lines.all() if not parts or line.pk in unsent]
    for line in lines:
        # A design of ours knows what it is now: its customer may have switched to another variant.
        if line.custom_product or is_ours(line.design_id):
            line.sku = ""
    return OrderRows(order, lines, list(order.addresses.all()), list(order.documents.all()))


def _recheck(shop: Shop, sales: list[OrderRows], found: dict[int, Findings], *, has_catalogue: bool) -> None:
    """Check all lines and all addresses of a shop at once, the rest order by order without a query."""
    errors: Errors = {}
    validated = validate_lines(
        [line for sale in sales for line in sale.lines], shop=shop, errors=errors, sold_before=True
    )
    places: Errors = {}
    check_countries(
        ((f"{place}/{address.field}", address) for place, sale in enumerate(sales) for address in sale.addresses),
        errors=places,
    )
    start = 0
    for place, sale in enumerate(sales):
        own = range(start, start + len(sale.lines))
        start = own.stop
        findings = Findings(lines=validated[own.start : own.stop])
        if has_catalogue:  # else it has not come in yet, and what is not known cannot be checked
            findings.errors |= {
                f"lines[{index}]{rest}": texts
                for index, line in enumerate(own)
                for rest, texts in _behind(errors, f"lines[{line}]")
            }
        findings.errors |= dict(_behind(places, f"{place}/"))
        check_limits(sale, findings)
        findings.errors = {path_in_order(path, sale): texts for path, texts in findings.errors.items()}
        found[sale.order.pk] = findings


def _behind(errors: Errors, prefix: str) -> Iterable[tuple[str, list[str]]]:
    return [(path.removeprefix(prefix), texts) for path, texts in errors.items() if path.startswith(prefix)]


def path_in_order(path: str, sale: OrderRows) -> str:
    """Return the path with the line's place in the whole order."""
    match = _LINE.fullmatch(path)
    return f"lines[{sale.lines[int(match[1])].position - 1}]{match[2]}" if match else path
