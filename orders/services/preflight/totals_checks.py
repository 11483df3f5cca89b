"""The pre-flight of what a total is made of: each part fits its currency, and together they are the total.

Shops round each line or only the sum, so a part may differ from ours by half the smallest unit a line.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from backoffice.errors import Errors, add_error
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import exponent_of, round_money, spell_total
from orders.models import Order, OrderLine
from orders.services.totals import Totals, read_totals

# Of the smallest unit: half a crown, half a franc. What is rounded further is no rounding.
LARGEST_ROUNDING = 50


def check_totals(order: Order, lines: Sequence[OrderLine], *, errors: Errors) -> None:
    """Check the parts of the total against each other; nothing where the shop sent none.

    Taxes are not compared with those of the lines: whether any is owed depends on who buys and where.
    """
    totals = read_totals(order)
    if totals is None:
        return
    currency = order.currency
    unit = Decimal(1).scaleb(-exponent_of(currency))
    _check_places(totals, currency=currency, errors=errors)
    worth = sum((line.unit_price * line.quantity for line in lines), Decimal(0))
    if abs(totals.lines - worth) > unit * len(lines) / 2:
        text = _("The lines come to %(given)s %(currency)s in the totals, but to %(worth)s by their prices.")
        _add(errors, "totals.lines", text, currency, given=totals.lines, worth=round_money(worth, currency=currency))
    if totals.discount > totals.lines + totals.shipping:
        text = _("The discount, %(given)s %(currency)s, is more than lines and shipping, %(worth)s.")
        _add(errors, "totals.discount", text, currency, given=totals.discount, worth=totals.lines + totals.shipping)
    _check_taxes(totals, currency=currency, leeway=unit * (len(lines) + 1) / 2, errors=errors)
    if abs(totals.rounding) > unit * LARGEST_ROUNDING:
        text = _("The rounding, %(given)s %(currency)s, is more than the limit, %(worth)s.")
        _add(errors, "totals.rounding", text, currency, given=totals.rounding, worth=unit * LARGEST_ROUNDING)
    if totals.sum != order.total:
        text = _("The total is %(given)s %(currency)s, but its parts add up to %(worth)s.")
        _add(errors, "total", text, currency, given=order.total, worth=totals.sum)


def _check_places(totals: Totals, *, currency: str, errors: Errors) -> None:
    for path, amount in _amounts(totals):
        if amount != round_money(amount, currency=currency):
            text = _("%(total)s has more decimal places than %(currency)s, which has %(places)d.")
            words = {"total": amount, "currency": currency, "places": exponent_of(currency)}
            add_error(errors, path, text % words)


def _amounts(totals: Totals) -> Iterator[tuple[str, Decimal]]:
    for name in ("lines", "discount", "shipping", "rounding"):
        yield f"totals.{name}", getattr(totals, name)
    for index, tax in enumerate(totals.taxes):
        yield f"totals.taxes[{index}].amount", tax.amount
        if tax.net is not None:
            yield f"totals.taxes[{index}].net", tax.net


def _check_taxes(totals: Totals, *, currency: str, leeway: Decimal, errors: Errors) -> None:
    for index, tax in enumerate(totals.taxes):
        if tax.percent is None or tax.net is None:
            continue
        due = tax.net * tax.percent / 100
        if abs(tax.amount - due) > leeway:
            text = _("The tax is %(given)s %(currency)s, but %(percent)s%% of %(net)s is %(worth)s.")
            text %= {
                "percent": f"{tax.percent.normalize():f}",
                "net": spell_total(tax.net, currency=currency),
                "given": spell_total(tax.amount, currency=currency),
                "worth": spell_total(round_money(due, currency=currency), currency=currency),
                "currency": currency,
            }
            add_error(errors, f"totals.taxes[{index}].amount", text)


def _add(errors: Errors, path: str, text: str, currency: str, *, given: Decimal, worth: Decimal) -> None:
    words = {"given": spell_total(given, currency=currency), "worth": spell_total(worth, currency=currency)}
    add_error(errors, path, text % {**words, "currency": currency})
