"""What the production desk learns of orders: their numbers, references and vendors' ids are no tracking codes, and
lead to what is made of them.
"""

from collections.abc import Collection

from django.db.models import Q

from backoffice.accounts.models import Shop
from backoffice.vendors.registry import account_names
from fulfillment.services.own_codes import register_own_codes
from fulfillment.services.work_search import Quoted, register_finder
from orders.models import Order, VendorOrder
from orders.services.search import find_quoted_orders


def _is_of_an_order(spellings: Collection[str]) -> bool:
    """Look for our number, the shop's reference, and what a vendor has as reference and as id."""
    # Shops and vendors are named because the indexes begin with them.
    shops = list(Shop.objects.values_list("pk", flat=True))
    of_orders = Q(number__in=spellings) | Q(shop__in=shops, reference__in=spellings)
    at_vendors = Q(vendor__in=account_names()) & (Q(reference__in=spellings) | Q(vendor_id__in=spellings))
    return Order.objects.filter(of_orders).exists() or VendorOrder.objects.filter(at_vendors).exists()


def _find_at_vendors(text: str) -> Quoted:
    """Return what vendors have of the orders that are meant by our number or the shop's reference."""
    rows = VendorOrder.objects.filter(order__in=find_quoted_orders(text)).values_list("reference", "vendor_id")
    found = list(rows)
    return Quoted({reference for reference, __ in found}, {vendor_id for __, vendor_id in found if vendor_id})


register_own_codes(_is_of_an_order)
register_finder(_find_at_vendors)
