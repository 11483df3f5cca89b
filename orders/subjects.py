"""Pushes and callbacks are about vendor orders; staff know them by the customer's order."""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q

from backoffice.models import Shop
from backoffice.services.subjects import register_subject
from backoffice.vendors.registry import vendor_names
from orders.models import Order, VendorOrder

FOUND = 50


def _orders_of(vendor_order_ids: Collection[int]) -> Mapping[int, Order]:
    rows = VendorOrder.objects.filter(pk__in=vendor_order_ids).select_related("order")
    return {row.pk: row.order for row in rows}


def _quoted(text: str) -> Iterable[int]:
    """By our number, the shop's reference, our reference at the vendor, or the vendor's id."""
    # Shops and vendors are named because the indexes begin with them.
    of_shops = Q(shop__in=list(Shop.objects.values_list("pk", flat=True)), reference=text)
    at_vendor = Q(vendor__in=vendor_names()) & (Q(reference=text) | Q(vendor_id=text))
    orders = Order.objects.filter(Q(number__in={text, text.upper()}) | of_shops).values_list("pk", flat=True)
    of_orders = VendorOrder.objects.filter(order__in=list(orders[:FOUND])).values_list("pk", flat=True)
    directly = VendorOrder.objects.filter(at_vendor).values_list("pk", flat=True)
    return {*of_orders[:FOUND], *directly[:FOUND]}


register_subject("orders.vendororder", shown=_orders_of, found=_quoted)
