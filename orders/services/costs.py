"""What vendors charge us, and what customers paid for it."""

from decimal import Decimal

from backoffice.vendors.money import round_money
from orders.models import OrderLine


def find_purchase_cost(vendor_order_id: int) -> tuple[Decimal, str] | None:
    """What the vendor charges for making this vendor order once: net, in the order's currency, without shipping.

    None when the price of a line is not known.
    """
    lines = OrderLine.objects.filter(vendor_lines__vendor_order=vendor_order_id).select_related("order")
    costs = [None if line.unit_cost is None else line.unit_cost * line.quantity for line in lines]
    known = [cost for cost in costs if cost is not None]
    if not lines or len(known) < len(costs):
        return None
    currency = lines[0].order.currency
    return round_money(sum(known, Decimal(0)), currency=currency), currency


def find_sales_value(vendor_order_id: int) -> tuple[Decimal, str] | None:
    """What the customer paid for this vendor order's lines: gross, and the currency. None when a tax is not known."""
    lines = OrderLine.objects.filter(vendor_lines__vendor_order=vendor_order_id).select_related("order")
    values = [None if line.unit_price_gross is None else line.unit_price_gross * line.quantity for line in lines]
    known = [value for value in values if value is not None]
    if not lines or len(known) < len(values):
        return None
    return sum(known, Decimal(0)), lines[0].order.currency


def spell_price(amount: Decimal, currency: str) -> str:
    """Amount and currency, with the currency's decimal places."""
    return f"{round_money(amount, currency=currency)} {currency}"
