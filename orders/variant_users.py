"""What orders register with the catalogue: which variants open ones need, what they take of stocks, what was sold."""

from collections.abc import Collection, Mapping

from django.db.models import Exists, OuterRef

from backoffice.accounts.models import Shop
from backoffice.visibility import visible
from catalog.models import CustomProduct, Product, Variant
from catalog.models.custom_product import FIRST_CUSTOM_NUMBER
from catalog.services.sold import register_sold
from catalog.services.stock import register_stock_takers
from catalog.services.variant_users import Key, VariantUser, register_variant_users
from orders.models import OrderLine
from orders.models.order import OPEN_STATES
from orders.services.stock import find_taken

MOST_NAMED = 200


def _open_orders(keys: Collection[Key]) -> Mapping[Key, list[VariantUser]]:
    vendors, skus = {vendor for vendor, _sku in keys}, {sku for _vendor, sku in keys}
    lines = visible(OrderLine.objects.filter(vendor__in=vendors, sku__in=skus, order__state__in=OPEN_STATES))
    rows = lines.order_by("-order_id").values_list("vendor", "sku", "order_id", "order__number").distinct()
    found: dict[Key, list[VariantUser]] = {}
    for vendor, sku, order_id, number in rows[:MOST_NAMED]:
        found.setdefault((vendor, sku), []).append(VariantUser("orders.order", order_id, number))
    return found


def _sold_products(shop: Shop, after: int, limit: int) -> list[int]:
    """Return products of the catalogue with a line in some order of the shop."""
    lines = OrderLine.objects.filter(order__shop=shop, vendor=OuterRef("vendor"), sku=OuterRef("sku"))
    sold = Variant.objects.filter(Exists(lines), product=OuterRef("pk"))
    return list(Product.objects.filter(Exists(sold), pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])


def _sold_custom_products(shop: Shop, after: int, limit: int) -> list[int]:
    """Return custom products with a line in some order of the shop, by the numbers under which they are exported."""
    lines = OrderLine.objects.filter(order__shop=shop, sku=OuterRef("external_id"))
    sold = CustomProduct.objects.filter(Exists(lines), shop=shop, pk__gt=after - FIRST_CUSTOM_NUMBER)
    return [FIRST_CUSTOM_NUMBER + pk for pk in sold.order_by("pk").values_list("pk", flat=True)[:limit]]


register_variant_users(_open_orders)
register_stock_takers(find_taken)
register_sold(_sold_products)
register_sold(_sold_custom_products)
