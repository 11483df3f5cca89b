"""The pictures of what was ordered."""

from collections.abc import Iterable

from django.urls import reverse

from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.registry import live_accounts
from catalog.models import Variant
from catalog.services.custom_products import pictures_of_products
from orders.models import OrderLine


def pictures_of(lines: Iterable[OrderLine]) -> dict[tuple[str, str], str]:
    """Return {(vendor, SKU): picture's address} where the catalogue has one. One query, two where signs were bought."""
    makers = set(live_accounts(TakesOrdersAtOnce))
    bought = {(line.vendor, line.sku) for line in lines if line.sku}
    signs = {sku: vendor for vendor, sku in bought if vendor in makers}
    variants = Variant.objects.filter(sku__in={sku for vendor, sku in bought if vendor not in makers})
    rows = variants.exclude(image_url="").values_list("vendor", "sku", "image_url")
    shown = {(vendor, sku): image for vendor, sku, image in rows}
    for sku, (pk, position) in pictures_of_products(signs).items():
        shown[signs[sku], sku] = reverse("admin:catalog_customproduct_picture", args=[pk, position])
    return shown
