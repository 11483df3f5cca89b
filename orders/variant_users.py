"""Open orders as those who need variants, for the catalogue's pages."""

from collections.abc import Collection, Mapping

from catalog.services.variant_users import Key, VariantUser, register_variant_users
from orders.models import OrderLine, OrderState

OPEN = (OrderState.NEW, OrderState.HELD, OrderState.RELEASED)
NAMED = 200


def _open_orders(keys: Collection[Key]) -> Mapping[Key, list[VariantUser]]:
    vendors, skus = {vendor for vendor, _sku in keys}, {sku for _vendor, sku in keys}
    lines = OrderLine.objects.filter(vendor__in=vendors, sku__in=skus, order__state__in=OPEN)
    rows = lines.order_by("-order_id").values_list("vendor", "sku", "order_id", "order__number").distinct()
    found: dict[Key, list[VariantUser]] = {}
    for vendor, sku, order_id, number in rows[:NAMED]:
        found.setdefault((vendor, sku), []).append(VariantUser("orders.order", order_id, number))
    return found


register_variant_users(_open_orders)
