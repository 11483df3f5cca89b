"""What the dispatch station learns of orders: their numbers and references are no tracking codes."""

from django.db.models import Q

from backoffice.accounts.models import Shop
from backoffice.vendors.registry import vendor_names
from fulfillment.services.tracking_codes import register_own_codes
from orders.models import Order, VendorOrder


def _is_of_an_order(code: str) -> bool:
    """Look for our number, the shop's reference, or what a vendor has as reference."""
    # Shops and vendors are named because the indexes begin with them.
    shops = list(Shop.objects.values_list("pk", flat=True))
    of_orders = Order.objects.filter(Q(number=code) | Q(shop__in=shops, reference=code))
    return of_orders.exists() or VendorOrder.objects.filter(vendor__in=vendor_names(), reference=code).exists()


register_own_codes(_is_of_an_order)
