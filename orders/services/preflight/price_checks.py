"""The pre-flight of prices: figures that can be kept, and that nobody would mean.

What we pay is between staff: errors go to storefronts, so they name the limit and never the cost.
"""

from collections.abc import Sequence
from decimal import Decimal

from backoffice.accounts.models import Shop
from backoffice.errors import Errors, add_error
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import exponent_of, round_money, spell_total
from orders.models import Order, OrderLine
from orders.services.preflight.line_checks import ValidatedLine


def check_prices(order: Order, lines: Sequence[ValidatedLine], *, errors: Errors) -> None:
    """Check that the currency is the shop's, the total has its decimal places and is near its lines, and nothing is
    given away. A complaint order repeats what was paid before: only its currency counts.
    """
    shop, currency, total = order.shop, order.currency, order.total
    if currency != shop.currency:
        text = _("The shop sells in %(currency)s, not in %(given)s.")
        add_error(errors, "currency", text % {"currency": shop.currency, "given": currency})
    if total != round_money(total, currency=currency):
        text = _("%(total)s has more decimal places than %(currency)s, which has %(places)d.")
        add_error(errors, "total", text % {"total": total, "currency": currency, "places": exponent_of(currency)})
    if order.complaint:
        return
    for index, validated in enumerate(lines):
        if too_cheap := _why_too_cheap(validated, currency=currency, shop=shop):
            add_error(errors, f"lines[{index}].unit_price", too_cheap)
    _check_total(total, lines, currency=currency, shop=shop, errors=errors)


def _why_too_cheap(validated: ValidatedLine, *, currency: str, shop: Shop) -> str:
    """Return why, empty when the price can be meant. Samples may be free."""
    line, price = validated.line, validated.line.unit_price
    sku = line.sku or line.reference
    if validated.variant is not None and validated.variant.sample_product:
        return ""
    if not price:
        return _("%(sku)s is sold at a price of 0.") % {"sku": sku}
    cost, limit = line.unit_cost, shop.loss_limit_percent
    if cost is None or limit is None or price >= cost * (1 - limit / 100):
        return ""
    text = _("%(price)s %(currency)s for %(sku)s is further below its cost than the shop's limit, %(limit)s %%.")
    return text % {"price": price, "currency": currency, "sku": sku, "limit": f"{limit.normalize():f}"}


def _check_total(total: Decimal, lines: Sequence[ValidatedLine], *, currency: str, shop: Shop, errors: Errors) -> None:
    """Refuse only what lies far off: shipping makes it more than its lines, a voucher less."""
    factor = shop.total_factor
    worth = sum((_gross(validated.line) for validated in lines), Decimal(0))
    if factor is None or not worth or worth / factor <= total <= worth * factor:
        return
    text = _("The total, %(total)s %(currency)s, is far from its lines, %(lines)s: the limit is %(factor)s times.")
    params = {"total": spell_total(total, currency=currency), "currency": currency, "factor": f"{factor.normalize():f}"}
    params["lines"] = spell_total(round_money(worth, currency=currency), currency=currency)
    add_error(errors, "total", text % params)


def _gross(line: OrderLine) -> Decimal:
    """Return what the line costs the customer; net where no tax is known, which the factor allows for."""
    return line.unit_price * line.quantity * (1 + (line.tax_percent or Decimal(0)) / 100)
