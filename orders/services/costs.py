"""What vendors charge us, and what customers paid for it."""

from decimal import Decimal

from backoffice.vendors.money import round_money
from orders.models import OrderLine


def find_purchase_cost(vendor_order_id: int) -> tuple[Decimal, str] | None:
    """Return what the vendor charges for making this vendor order once: net, in the order's currency, without shipping.
    None when the price of a line is not known.
    """
    if (cost := _sum_lines(vendor_order_id, price="unit_cost")) is None:
        return None
    return round_money(cost[0], currency=cost[1]), cost[1]


def find_sales_value(vendor_order_id: int) -> tuple[Decimal, str] | None:
    """Return what the customer paid for this vendor order's lines, gross, and the currency; None when a tax is not
    known.
    """
    return _sum_lines(vendor_order_id, price="unit_price_gross")


def _sum_lines(vendor_order_id: int, *, price: str) -> tuple[Decimal, str] | None:
    lines = OrderLine.objects.filter(vendor_lines__vendor_order=vendor_order_id).select_related("order")
    prices = [getattr(line, price) for line in lines]
    if not prices or None in prices:
        return None
    total = sum((each * line.quantity for each, line in zip(prices, lines, strict=True)), Decimal(0))
    return total, lines[0].order.currency


def spell_price(amount: Decimal, currency: str) -> str:
    """Return amount and currency, with the currency's decimal places."""
    return f"{round_money(amount, currency=currency)} {currency}"
