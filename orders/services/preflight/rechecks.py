"""The pre-flight once more, before an order is released: what a vendor would refuse is found before anything leaves.

Since the order came in, staff may have released it as it was, and the catalogue may have changed.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import ShortStock
from backoffice.accounts.services.markets import markets_of
from backoffice.errors import Errors, InvalidInput
from backoffice.text.translatable import gettext as _
from catalog.models import Variant
from orders.models import Hold, HoldReason, Order
from orders.models.vendor_order import UNSENT
from orders.services.designs.ids import is_ours
from orders.services.order_message import OrderRows
from orders.services.preflight.address_checks import check_countries
from orders.services.preflight.line_checks import validate_lines
from orders.services.preflight.order_checks import Findings, by_reason, check_limits, market_of
from orders.services.preflight.price_checks import check_margins
from orders.services.preflight.stock_checks import check_stock_again, takers_of

_LINE = re.compile(r"lines\[(\d+)\](.*)", re.DOTALL)


# What a person has decided about these is not asked again.
DECIDED = (HoldReason.ODD_PRICE, HoldReason.OUT_OF_STOCK)


def ensure_sendable(order: Order, *, anyway: bool = False) -> Findings:
    """Return what the pre-flight finds in what is left to send, whose stocks are locked until the transaction ends.

    Raise InvalidInput, with the errors by field, when the vendors would refuse it or its shop would not take it now.
    With `anyway` only what no vendor takes stops it: errors of the catalogue, prices and stock are passed over.
    """
    found = recheck_orders([order], lock=True)[order.pk]
    if found.obstacles and not (anyway and found.may_be_overridden):
        text = _("The vendor would reject %(number)s: %(complaints)s")
        raise InvalidInput(text % {"number": order.number, "complaints": found.in_words}, errors=found.obstacles)
    return found


def reasons_to_hold(found: Findings) -> dict[HoldReason, Errors]:
    """Return the errors by the reason to hold for them, as at intake."""
    return by_reason(errors=found.errors, prices=found.prices, stock=found.stock)


def recheck_orders(orders: Collection[Order], *, lock: bool = False) -> dict[int, Findings]:
    """Return what stands against each order, by its key; in a number of queries that their number does not change.
    With `lock` nobody else takes of their stocks until the transaction ends.

    What came in after an order leaves it its share of the stock, unless it was released before.
    """
    rows = Order.objects.filter(pk__in=[order.pk for order in orders]).select_related("shop").defer("search")
    by_shop: dict[Shop, list[OrderRows]] = defaultdict(list)
    for order in rows.prefetch_related("lines", "addresses", "documents", "vendor_orders__lines"):
        by_shop[order.shop].append(_what_is_left(order))
    found = {order.pk: Findings() for order in orders}
    if by_shop:
        has_catalogue = Variant.objects.exists()
        for shop, all_sales in by_shop.items():
            sales = [sale for sale in all_sales if sale.lines]
            _recheck(shop, sales, found, has_catalogue=has_catalogue)
            if has_catalogue:
                _recheck_goods(sales, found, lock=lock)
        _leave_decided(found)
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
    known = markets_of(shop)
    markets = [(market_of(sale.order, sale.addresses, markets=known), len(sale.lines)) for sale in sales]
    validated = validate_lines(
        [line for sale in sales for line in sale.lines],
        shop=shop,
        errors=errors,
        markets=[market for market, lines in markets for _line in range(lines)],
        sold_before=True,
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


def _recheck_goods(sales: list[OrderRows], found: dict[int, Findings], *, lock: bool) -> None:
    """Check what may have changed since an order came in: what its goods cost, and how many of them there are."""
    takers = takers_of([line for sale in sales for line in found[sale.order.pk].lines], lock=lock)
    for sale in sales:
        findings, order = found[sale.order.pk], sale.order
        check_margins(order, findings.lines, errors=findings.prices)
        known = {one.line: one.line.backordered for one in findings.lines}
        check_stock_again(order, findings.lines, takers, errors=findings.stock)
        findings.backorders = {line: before for line, before in known.items() if line.backordered != before}
        if order.shop.on_short_stock == ShortStock.BACKORDER:
            findings.stock = {}
        findings.prices, findings.stock = (
            {path_in_order(path, sale): texts for path, texts in errors.items()}
            for errors in (findings.prices, findings.stock)
        )


def _leave_decided(found: dict[int, Findings]) -> None:
    """Leave out what a person has said of these orders already: prices that are right, goods to be ordered anyway."""
    asked = [pk for pk, findings in found.items() if findings.prices or findings.stock]
    if not asked:
        return
    holds = Hold.objects.filter(order__in=asked, reason__in=DECIDED).order_by("pk")
    newest = {(pk, reason): overridden for pk, reason, overridden in holds.values_list("order", "reason", "overridden")}
    for (pk, reason), overridden in newest.items():
        if overridden:
            found[pk].dismiss(HoldReason(reason))


def _behind(errors: Errors, prefix: str) -> Iterable[tuple[str, list[str]]]:
    return [(path.removeprefix(prefix), texts) for path, texts in errors.items() if path.startswith(prefix)]


def path_in_order(path: str, sale: OrderRows) -> str:
    """Return the path with the line's place in the whole order."""
    match = _LINE.fullmatch(path)
    return f"lines[{sale.lines[int(match[1])].position - 1}]{match[2]}" if match else path
