"""What an edit does to the money: what the customer pays, and what is left of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from backoffice.vendors.money import round_money
from orders.models import OrderLine
from orders.services.order_message import OrderRows
from orders.services.totals import discount_of


@dataclass(frozen=True)
class Amounts:
    """In the order's currency: `total` is gross, `net` that of the lines, `sold` what the discount leaves of it, and
    `margin` what its vendors leave of that; None while the cost of a line is not known.
    """

    total: Decimal
    net: Decimal
    sold: Decimal
    margin: Decimal | None

    @property
    def margin_percent(self) -> int | None:
        return None if self.margin is None or not self.sold else round(100 * self.margin / self.sold)


def amounts_of(rows: OrderRows) -> Amounts:
    """Return the amounts of the order."""
    currency = rows.order.currency
    net = sum((_round(line.unit_price * line.quantity, currency) for line in rows.lines), Decimal(0))
    costs = [None if line.unit_cost is None else line.unit_cost * line.quantity for line in rows.lines]
    sold = net - discount_of(rows.order)
    margin = None if None in costs else sold - sum((_round(cost, currency) for cost in costs if cost), Decimal(0))
    return Amounts(total=rows.order.total, net=net, sold=sold, margin=margin)


def follow_lines(total: Decimal, before: Iterable[OrderLine], after: Iterable[OrderLine], *, currency: str) -> Decimal:
    """Return the total moved by what the lines cost the customer more or less; shipping and vouchers stay in it."""
    difference = gross_of(after) - gross_of(before)
    return max(Decimal(0), total + _round(difference, currency)) if difference else total


def gross_of(lines: Iterable[OrderLine]) -> Decimal:
    """Return what the lines cost the customer; net where no tax is known."""
    return sum(
        (line.unit_price * line.quantity * (1 + (line.tax_percent or Decimal(0)) / 100) for line in lines), Decimal(0)
    )


def _round(amount: Decimal, currency: str) -> Decimal:
    return round_money(amount, currency=currency)
