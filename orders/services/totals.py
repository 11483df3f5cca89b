"""What the total of an order is made of, as its shop sent it: lines, discount, shipping, taxes, rounding."""

from decimal import Decimal
from typing import Any

import msgspec

from backoffice.vendors.money import spell_total
from orders.models import Order

# As the column `Order.totals` has it: amounts are texts.
Kept = dict[str, Any]


class Tax(msgspec.Struct, frozen=True):
    """A tax, with its percentage and what it is on where the shop said so."""

    amount: Decimal
    name: str | None = None
    percent: Decimal | None = None
    net: Decimal | None = None


class Totals(msgspec.Struct, frozen=True):
    """In the order's currency; lines, discount and shipping are net."""

    lines: Decimal
    discount: Decimal
    shipping: Decimal
    taxes: list[Tax]
    rounding: Decimal

    @property
    def tax(self) -> Decimal:
        return sum((tax.amount for tax in self.taxes), Decimal(0))

    @property
    def sum(self) -> Decimal:
        """Return the total that these make."""
        return self.lines - self.discount + self.shipping + self.tax + self.rounding


def read_totals(order: Order) -> Totals | None:
    """Return what the shop sent; None where it sent nothing."""
    return None if order.totals is None else msgspec.convert(order.totals, Totals)


def discount_of(order: Order) -> Decimal:
    """Return what was taken off the lines, net: as far as anybody knows."""
    totals = read_totals(order)
    return Decimal(0) if totals is None else totals.discount


def spell_totals(order: Order) -> str:
    """Return the parts in a line, for the timeline."""
    totals, currency = read_totals(order), order.currency
    if totals is None:
        return ""
    lines, discount, shipping, tax, rounding = (
        spell_total(amount, currency=currency)
        for amount in (totals.lines, totals.discount, totals.shipping, totals.tax, totals.rounding)
    )
    return f"{lines} \N{MINUS SIGN} {discount} + {shipping} + {tax} + {rounding} {currency}"
