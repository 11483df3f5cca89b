"""Addresses below /api/v1/."""

from django.urls import path, register_converter

from catalog.api.custom_products import CustomProductDetail, CustomProductPicture, CustomProducts
from catalog.api.views import Products, VariantDetail, VariantQuote


class SkuConverter:
    """A SKU as part of an address; control characters are never part of one."""

    regex = r"[^/\x00-\x1f\x7f]{1,100}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SkuConverter, "sku")

urlpatterns = [
    path("catalog/products/", Products.as_view(), name="api-products"),
    path("catalog/custom-products/", CustomProducts.as_view(), name="api-custom-products"),
    path("catalog/custom-products/<sku:external_id>/", CustomProductDetail.as_view(), name="api-custom-product"),
    path(
        "catalog/custom-products/<sku:external_id>/picture/",
        CustomProductPicture.as_view(),
        name="api-custom-product-picture",
    ),
    path("catalog/variants/<sku:sku>/", VariantDetail.as_view(), name="api-variant"),
    path("catalog/variants/<sku:sku>/quote/", VariantQuote.as_view(), name="api-quote"),
]
