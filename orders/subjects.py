"""What pushes and callbacks of orders are about: pushes vendor orders, callbacks orders. Staff quote orders."""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q

from backoffice.models import Shop
from backoffice.services.subjects import register_subject
from backoffice.vendors.registry import vendor_names
from orders.models import ExportBatch, MailCampaign, Order, OrderExport, VendorOrder

FOUND = 50


def _orders(order_ids: Collection[int]) -> Mapping[int, Order]:
    return Order.objects.in_bulk(order_ids)


def _orders_of(vendor_order_ids: Collection[int]) -> Mapping[int, Order]:
    rows = VendorOrder.objects.filter(pk__in=vendor_order_ids).select_related("order")
    return {row.pk: row.order for row in rows}


def _quoted_orders(text: str) -> Iterable[int]:
    """By our number, the shop's reference, our reference at the vendor, or the vendor's id."""
    # Shops and vendors are named because the indexes begin with them.
    of_shops = Q(shop__in=list(Shop.objects.values_list("pk", flat=True)), reference=text)
    of_vendors = Q(vendor__in=vendor_names()) & (Q(reference=text) | Q(vendor_id=text))
    ours = Order.objects.filter(Q(number__in={text, text.upper()}) | of_shops).values_list("pk", flat=True)
    theirs = VendorOrder.objects.filter(of_vendors).values_list("order_id", flat=True)
    return {*ours[:FOUND], *theirs[:FOUND]}


def _quoted_vendor_orders(text: str) -> Iterable[int]:
    """All parts of the orders meant."""
    return VendorOrder.objects.filter(order__in=_quoted_orders(text)).values_list("pk", flat=True)[:FOUND]


def _batches(batch_ids: Collection[int]) -> Mapping[int, ExportBatch]:
    return ExportBatch.objects.in_bulk(batch_ids)


def _quoted_batches(text: str) -> Iterable[int]:
    """Those in which vendors were told of the orders meant."""
    told = OrderExport.objects.filter(order__in=_quoted_orders(text), batch__isnull=False)
    return told.values_list("batch_id", flat=True)[:FOUND]


register_subject("orders.order", shown=_orders, found=_quoted_orders)
register_subject("orders.vendororder", shown=_orders_of, found=_quoted_vendor_orders)
register_subject("orders.exportbatch", shown=_batches, found=_quoted_batches)


def _campaigns(campaign_ids: Collection[int]) -> Mapping[int, MailCampaign]:
    return MailCampaign.objects.in_bulk(campaign_ids)


def _quoted_campaigns(text: str) -> Iterable[int]:
    """By the vendor's id of the order of cards."""
    rows = MailCampaign.objects.filter(vendor__in=vendor_names(), vendor_id=text)
    return rows.values_list("pk", flat=True)[:FOUND]


register_subject("orders.mailcampaign", shown=_campaigns, found=_quoted_campaigns)
