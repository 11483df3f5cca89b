"""What a total is made of, divided and added up: each part over all orders stays what it was."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import msgspec

from backoffice.vendors.money import round_money
from orders.models import Order, OrderLine
from orders.services.totals import Kept, Tax, Totals, read_totals

NOTHING = Decimal(0)


def share_of_totals(order: Order, lines: Sequence[OrderLine], pieces: Mapping[int, int]) -> Totals | None:
    """Return the parts that go with these pieces: lines by their prices, as much of the discount, and the taxes of
    goods; shipping, its tax and the rounding stay. None where the shop sent no parts.
    """
    totals, currency = read_totals(order), order.currency
    if totals is None:
        return None
    moved, whole = _net(lines, pieces), _net(lines, {line.pk: line.quantity for line in lines})
    sold = min(totals.lines, round_money(moved, currency=currency))
    # What stays has to be worth the rest of the discount.
    least = totals.discount - (totals.lines - sold) - totals.shipping
    discount = max(least, round_money(totals.discount * _ratio(moved, whole), currency=currency))
    goods = totals.lines - totals.discount
    of_goods = max(NOTHING, _ratio(goods, goods + totals.shipping))
    return Totals(
        lines=sold,
        discount=min(totals.discount, discount, sold),
        shipping=NOTHING,
        taxes=[
            _share_of_tax(tax, of_goods * _ratio_of_tax(tax, lines, pieces), currency=currency) for tax in totals.taxes
        ],
        rounding=NOTHING,
    )


def leave(totals: Totals, share: Totals) -> Totals:
    """Return what is left of the parts without that share of them."""
    return Totals(
        lines=totals.lines - share.lines,
        discount=totals.discount - share.discount,
        shipping=totals.shipping - share.shipping,
        taxes=[
            msgspec.structs.replace(tax, amount=tax.amount - own.amount, net=_minus(tax.net, own.net))
            for tax, own in zip(totals.taxes, share.taxes, strict=True)
        ],
        rounding=totals.rounding - share.rounding,
    )


def add_up(orders: Sequence[Order]) -> Totals | None:
    """Return the parts of all orders together, taxes of one name and percentage as one; None where one has none."""
    parts = [totals for order in orders if (totals := read_totals(order)) is not None]
    if len(parts) < len(orders):
        return None
    taxes: dict[tuple[str | None, Decimal | None], Tax] = {}
    for tax in (tax for totals in parts for tax in totals.taxes):
        key = tax.name, tax.percent
        if (known := taxes.get(key)) is not None:
            net = None if None in (known.net, tax.net) else (known.net or NOTHING) + (tax.net or NOTHING)
            tax = msgspec.structs.replace(known, amount=known.amount + tax.amount, net=net)  # noqa: PLW2901 - their sum
        taxes[key] = tax
    names = ("lines", "discount", "shipping", "rounding")
    sums = {name: sum((getattr(totals, name) for totals in parts), NOTHING) for name in names}
    return Totals(taxes=list(taxes.values()), **sums)


def keep_parts(totals: Totals | None) -> Kept | None:
    """Return the parts as an order keeps them."""
    return None if totals is None else msgspec.to_builtins(totals)


def _share_of_tax(tax: Tax, ratio: Decimal, *, currency: str) -> Tax:
    amount = min(tax.amount, round_money(tax.amount * ratio, currency=currency))
    net = None if tax.net is None else min(tax.net, round_money(tax.net * ratio, currency=currency))
    return msgspec.structs.replace(tax, amount=amount, net=net)


def _ratio_of_tax(tax: Tax, lines: Sequence[OrderLine], pieces: Mapping[int, int]) -> Decimal:
    """Return how much of what is taxed so goes: by the lines with that percentage, else by all."""
    taxed = [line for line in lines if tax.percent is not None and line.tax_percent == tax.percent] or list(lines)
    return _ratio(_net(taxed, pieces), _net(taxed, {line.pk: line.quantity for line in taxed}))


def _net(lines: Sequence[OrderLine], pieces: Mapping[int, int]) -> Decimal:
    return sum((line.unit_price * pieces.get(line.pk, 0) for line in lines), NOTHING)


def _ratio(part: Decimal, whole: Decimal) -> Decimal:
    return part / whole if whole > 0 else NOTHING


def _minus(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    return None if whole is None else whole - (part or NOTHING)
