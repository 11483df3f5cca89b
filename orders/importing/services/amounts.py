"""What the amounts of a table come to: net prices of pieces, the total, and what it is made of.

An export has prices with tax or without, for a piece or for a line, and often no total. What the intake wants is the
net price of a piece, with four decimals, and the gross total. Parts of the total are given where the file has its tax.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from backoffice.accounts.models import Shop
from backoffice.errors import Errors, InvalidInput, add_error
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import exponent_of, round_money
from orders.importing.services.formats import ReadingChoices

_PRICE = Decimal("0.0001")
_NOTHING = Decimal(0)
# What `preflight.totals_checks` takes for a rounding, in the smallest unit.
_LARGEST_ROUNDING = 50

Values = Mapping[str, str]


@dataclass(frozen=True)
class OrderAmounts:
    """As the intake takes them, all as texts. `totals` is None where the file says too little."""

    unit_prices: list[str]
    total: str
    totals: dict[str, Any] | None


@dataclass(frozen=True)
class _Line:
    quantity: int
    # As the file has it, for the whole line, and net for a piece.
    worth: Decimal
    net_price: Decimal
    percent: Decimal | None


def reckon(
    values: Values, lines: Sequence[Values], *, currency: str, shop: Shop, choices: ReadingChoices
) -> OrderAmounts:
    """Return the amounts. Raise InvalidInput, by "<line>.<field>", for a price that is missing or needs a tax rate."""
    errors: Errors = {}
    read = [_line(line, place, errors, shop=shop, choices=choices) for place, line in enumerate(lines)]
    if errors:
        raise InvalidInput(_("The prices cannot be read."), errors=errors)
    shipping = _sum(values, lines, "shipping")
    discount = _sum(values, lines, "discount")
    tax = _tax(values, lines)
    total = _total(values, read, shipping - discount, tax, choices=choices)
    total = total.quantize(Decimal(1).scaleb(-exponent_of(currency)), ROUND_HALF_UP) if "total" not in values else total
    totals = _totals(read, shipping, discount, tax, total, currency=currency, choices=choices)
    return OrderAmounts([_spell(line.net_price) for line in read], _spell(total), totals)


def _line(values: Values, place: int, errors: Errors, *, shop: Shop, choices: ReadingChoices) -> _Line:
    quantity = int(values.get("quantity") or 0)
    percent = Decimal(values["tax_percent"]) if "tax_percent" in values else shop.tax_percent
    if "unit_price" in values:
        worth = Decimal(values["unit_price"]) * quantity
    elif "line_total" in values:
        worth = Decimal(values["line_total"])
    else:
        add_error(errors, f"{place}.unit_price", _("The price is missing."))
        return _Line(quantity, _NOTHING, _NOTHING, percent)
    if choices.prices_with_tax and percent is None:
        text = _(
            "The price includes tax, but the tax rate is unknown. Choose the column with the tax rate, or set a "
            "rate for the shop."
        )
        add_error(errors, f"{place}.tax_percent", text)
    net = worth / (1 + (percent or _NOTHING) / 100) if choices.prices_with_tax else worth
    piece = (net / max(quantity, 1)).quantize(_PRICE, ROUND_HALF_UP)
    return _Line(quantity, worth, piece, percent)


def _sum(values: Values, lines: Sequence[Values], name: str) -> Decimal:
    """Return the amount of the order, or the sum of those of its lines."""
    if name in values:
        return Decimal(values[name])
    return sum((Decimal(line[f"line_{name}"]) for line in lines if f"line_{name}" in line), _NOTHING)


def _tax(values: Values, lines: Sequence[Values]) -> Decimal | None:
    if "tax" in values:
        return Decimal(values["tax"])
    taxes = [Decimal(line["line_tax"]) for line in lines if "line_tax" in line]
    return sum(taxes, _NOTHING) if taxes else None


def _total(
    values: Values, lines: Sequence[_Line], beside: Decimal, tax: Decimal | None, *, choices: ReadingChoices
) -> Decimal:
    """Return what the file says the customer paid, else what it comes to."""
    if "total" in values:
        return Decimal(values["total"])
    worth = sum((line.worth for line in lines), _NOTHING) + beside
    if choices.prices_with_tax:
        return max(worth, _NOTHING)
    if tax is None:
        # What is beside the goods is taxed like most of them.
        largest = max((line.percent or _NOTHING for line in lines), default=_NOTHING)
        tax = sum((line.worth * (line.percent or _NOTHING) / 100 for line in lines), beside * largest / 100)
    return max(worth + tax, _NOTHING)


def _totals(
    lines: Sequence[_Line],
    shipping: Decimal,
    discount: Decimal,
    tax: Decimal | None,
    total: Decimal,
    *,
    currency: str,
    choices: ReadingChoices,
) -> dict[str, Any] | None:
    """Return what the total is made of; what rounding leaves between them is the rounding."""
    rates = {line.percent for line in lines}
    if tax is None or (choices.prices_with_tax and len(rates) != 1 and (shipping or discount)):
        return None
    rate = (next(iter(rates)) or _NOTHING) if choices.prices_with_tax and len(rates) == 1 else _NOTHING
    net = {name: amount / (1 + rate / 100) for name, amount in (("discount", discount), ("shipping", shipping))}
    net["lines"] = sum((line.net_price * line.quantity for line in lines), _NOTHING)
    rounded = {name: round_money(amount, currency=currency) for name, amount in net.items()}
    tax = round_money(tax, currency=currency)
    rounding = total - (rounded["lines"] - rounded["discount"] + rounded["shipping"] + tax)
    if abs(rounding) > Decimal(1).scaleb(-exponent_of(currency)) * _LARGEST_ROUNDING:
        # More than a rounding is said by the pre-flight, as what it is.
        rounding = _NOTHING
    parts = {name: _spell(amount) for name, amount in rounded.items()}
    return {**parts, "taxes": [{"amount": _spell(tax)}], "rounding": _spell(rounding)}


def _spell(amount: Decimal) -> str:
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if len(text.partition(".")[2]) > 2 else text
