"""The pre-flight of prices: figures that can be kept, and that nobody would mean.

What we pay is between staff: errors go to storefronts, so they name the limit and never the cost.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from backoffice.accounts.models import Shop
from backoffice.accounts.models.shop import OddPrice
from backoffice.accounts.services.markets import Market, why_no_market
from backoffice.errors import Errors, add_error
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import exponent_of, round_money, spell_total
from orders.models import Address, AddressRole, Order, OrderLine
from orders.services.order_message import OrderRows
from orders.services.preflight.line_checks import ValidatedLine
from orders.services.preflight.totals_checks import check_totals


def check_prices(
    rows: OrderRows,
    lines: Sequence[ValidatedLine],
    *,
    market: Market | None,
    errors: Errors,
    check_parts: bool = True,
    beside: Sequence[OrderLine] = (),
) -> None:
    """Check that the shop has such a `market`, the total has its decimal places and is near its lines, and nothing is
    given away; nothing at all where the shop does not want to know. A complaint order repeats what was paid before:
    only its currency counts. What a total is made of is checked when its shop sends it (`check_parts`): an edit of the
    lines leaves it as it was. Lines `beside` these are part of the total, and otherwise not looked at.
    """
    order = rows.order
    shop, currency, total = order.shop, order.currency, order.total
    if shop.on_odd_price == OddPrice.OFF:
        return
    if market is None:
        text = why_no_market(shop, currency=currency, country=country_of(rows.addresses))
        add_error(errors, "currency", text)
    if total != round_money(total, currency=currency):
        text = _("%(total)s has more decimal places than %(currency)s, which has %(places)d.")
        add_error(errors, "total", text % {"total": total, "currency": currency, "places": exponent_of(currency)})
    if order.complaint:
        return
    if check_parts:
        check_totals(order, [validated.line for validated in lines], errors=errors)
    check_margins(order, lines, errors=errors)
    sold = [*(validated.line for validated in lines), *beside]
    _check_total(total, sold, currency=currency, shop=shop, errors=errors)


def country_of(addresses: Iterable[Address]) -> str:
    """Return where an order goes, as the shop said."""
    return next((address.country_code for address in addresses if address.role == AddressRole.RECIPIENT), "")


def check_margins(order: Order, lines: Sequence[ValidatedLine], *, errors: Errors) -> None:
    """Check that nothing is given away at what the vendor charges now, unless the shop or the order makes it so."""
    if order.complaint or order.shop.on_odd_price == OddPrice.OFF:
        return
    for index, validated in enumerate(lines):
        if too_cheap := _why_too_cheap(validated, currency=order.currency, shop=order.shop):
            add_error(errors, f"lines[{index}].unit_price", too_cheap)


def _why_too_cheap(validated: ValidatedLine, *, currency: str, shop: Shop) -> str:
    """Return why, empty when the price can be meant. Samples may be free."""
    line, price = validated.line, validated.line.unit_price
    sku = line.sku or line.reference
    if validated.variant is not None and validated.variant.sample_product:
        return ""
    if not price:
        return _("%(sku)s is sold at a price of 0.") % {"sku": sku}
    cost, least = line.unit_cost, shop.least_margin_percent
    if cost is None or least is None or price * (1 - least / 100) >= cost:
        return ""
    text = _("%(price)s %(currency)s for %(sku)s leaves less than the shop's minimum margin, %(least)s%%.")
    return text % {"price": price, "currency": currency, "sku": sku, "least": f"{least.normalize():f}"}


def _check_total(total: Decimal, lines: Sequence[OrderLine], *, currency: str, shop: Shop, errors: Errors) -> None:
    """Refuse only what lies far off: shipping makes it more than its lines, a voucher less."""
    factor = shop.total_factor
    worth = sum(map(_gross, lines), Decimal(0))
    if factor is None or not worth or worth / factor <= total <= worth * factor:
        return
    text = _(
        "The total, %(total)s %(currency)s, differs too much from the sum of its lines, %(lines)s: the limit is a "
        "factor of %(factor)s."
    )
    params = {"total": spell_total(total, currency=currency), "currency": currency, "factor": f"{factor.normalize():f}"}
    params["lines"] = spell_total(round_money(worth, currency=currency), currency=currency)
    add_error(errors, "total", text % params)


def _gross(line: OrderLine) -> Decimal:
    """Return what the line costs the customer; net where no tax is known, which the factor allows for."""
    return line.unit_price * line.quantity * (1 + (line.tax_percent or Decimal(0)) / 100)
