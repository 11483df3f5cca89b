"""The pre-flight of prices: figures that can be kept, and that nobody would mean.

What we pay is between staff: complaints go to storefronts, so they name the limit and never the cost.
"""

from collections.abc import Sequence
from decimal import Decimal

from backoffice.models import Shop
from backoffice.translatable import gettext as _
from backoffice.vendors.money import exponent_of, round_money, spell_total
from orders.services.intake.input import NewOrder, amount
from orders.services.intake.line_checks import Errors, JudgedLine, complain


def check_prices(new: NewOrder, lines: Sequence[JudgedLine], *, shop: Shop, errors: Errors) -> None:
    """The currency is the shop's, the total has its decimal places and is near its lines, nothing is given away.

    Complaints go into `errors` by path. A complaint order repeats what was paid before: only its currency counts.
    """
    if new.currency != shop.currency:
        text = _("The shop sells in %(currency)s, not in %(given)s.")
        complain(errors, "currency", text % {"currency": shop.currency, "given": new.currency})
    total = amount(new.total)
    if total != round_money(total, currency=new.currency):
        text = _("%(total)s has more decimal places than %(currency)s, which has %(places)d.")
        words = {"total": new.total, "currency": new.currency, "places": exponent_of(new.currency)}
        complain(errors, "total", text % words)
    if new.complaint:
        return
    for index, judged in enumerate(lines):
        if too_cheap := _why_too_cheap(judged, currency=new.currency, shop=shop):
            complain(errors, f"lines[{index}].unit_price", too_cheap)
    _check_total(total, lines, currency=new.currency, shop=shop, errors=errors)


def _why_too_cheap(judged: JudgedLine, *, currency: str, shop: Shop) -> str:
    """Empty when the price can be meant. Samples may be free."""
    price = amount(judged.line.unit_price)
    sku = judged.sku or judged.line.reference
    if judged.variant is not None and judged.variant.sample_product:
        return ""
    if not price:
        return _("%(sku)s is sold at a price of 0.") % {"sku": sku}
    cost, limit = judged.unit_cost, shop.loss_limit_percent
    if cost is None or limit is None or price >= cost * (1 - limit / 100):
        return ""
    text = _("%(price)s %(currency)s for %(sku)s is further below its cost than the shop's limit, %(limit)s %%.")
    return text % {"price": judged.line.unit_price, "currency": currency, "sku": sku, "limit": f"{limit.normalize():f}"}


def _check_total(total: Decimal, lines: Sequence[JudgedLine], *, currency: str, shop: Shop, errors: Errors) -> None:
    """Shipping makes it more than its lines, a voucher less: only what lies far off is complained about."""
    factor = shop.total_factor
    worth = sum((_gross(judged, shop=shop) for judged in lines), Decimal(0))
    if factor is None or not worth or worth / factor <= total <= worth * factor:
        return
    text = _("The total, %(total)s %(currency)s, is far from its lines, %(lines)s: the limit is %(factor)s times.")
    words = {"total": spell_total(total, currency=currency), "currency": currency}
    lines_words = spell_total(round_money(worth, currency=currency), currency=currency)
    complain(errors, "total", text % (words | {"lines": lines_words, "factor": f"{factor.normalize():f}"}))


def _gross(judged: JudgedLine, *, shop: Shop) -> Decimal:
    """What the line costs the customer; net where no tax is known, which the factor allows for."""
    line = judged.line
    tax = shop.tax_percent if line.tax_percent is None else amount(line.tax_percent)
    return amount(line.unit_price) * line.quantity * (1 + (tax or Decimal(0)) / 100)
