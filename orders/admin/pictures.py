"""The pictures of what was ordered."""

from collections.abc import Iterable

from django.urls import reverse

from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.registry import vendors_with
from catalog.models import Variant
from catalog.services.custom_products import pictures_of_products
from orders.models import OrderLine


def pictures_of(lines: Iterable[OrderLine]) -> dict[tuple[str, str], str]:
    """{(vendor, SKU): picture's address} of what the catalogue knows. One query, one more where signs were bought."""
    makers = set(vendors_with(TakesOrdersAtOnce))
    wanted = {(line.vendor, line.sku) for line in lines if line.sku}
    signs = {sku: vendor for vendor, sku in wanted if vendor in makers}
    found = Variant.objects.filter(sku__in={sku for vendor, sku in wanted if vendor not in makers}).exclude(
        image_url=""
    )
    shown = {(vendor, sku): image for vendor, sku, image in found.values_list("vendor", "sku", "image_url")}
    for sku, (pk, position) in pictures_of_products(signs).items():
        shown[signs[sku], sku] = reverse("admin:catalog_customproduct_picture", args=[pk, position])
    return shown
