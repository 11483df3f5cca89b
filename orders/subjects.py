"""What pushes and callbacks of orders are about: pushes vendor orders, callbacks orders. Staff quote orders."""

from collections.abc import Collection, Iterable, Mapping

from backoffice.engine.services.subjects import register_subject
from orders.models import Order, VendorOrder
from orders.services.search import MOST_QUOTED, find_quoted_orders


def _orders_of(vendor_order_ids: Collection[int]) -> Mapping[int, Order]:
    rows = VendorOrder.objects.filter(pk__in=vendor_order_ids).select_related("order")
    return {row.pk: row.order for row in rows}


def _quoted_vendor_orders(text: str) -> Iterable[int]:
    """Return all parts of the orders meant."""
    return VendorOrder.objects.filter(order__in=find_quoted_orders(text)).values_list("pk", flat=True)[:MOST_QUOTED]


register_subject("orders.order", shown=Order.objects.in_bulk, found=find_quoted_orders)
register_subject("orders.vendororder", shown=_orders_of, found=_quoted_vendor_orders)
