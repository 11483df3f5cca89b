"""Addresses below /api/v1/."""

from django.urls import path

from catalog.api.categories import Categories
from catalog.api.custom_products import CustomProductDetail, CustomProductPicture, CustomProducts
from catalog.api.variants import VariantDetail, VariantQuote, Variants
from catalog.api.views import Products

urlpatterns = [
    path("catalog/products/", Products.as_view(), name="api-products"),
    path("catalog/custom-products/", CustomProducts.as_view(), name="api-custom-products"),
    path("catalog/custom-products/<code:external_id>/", CustomProductDetail.as_view(), name="api-custom-product"),
    path(
        "catalog/custom-products/<code:external_id>/picture/",
        CustomProductPicture.as_view(),
        name="api-custom-product-picture",
    ),
    path("catalog/categories/", Categories.as_view(), name="api-categories"),
    path("catalog/variants/", Variants.as_view(), name="api-variants"),
    # First: a SKU may have slashes, and none is told from what follows it.
    path("catalog/variants/<sku:sku>/quote/", VariantQuote.as_view(), name="api-quote"),
    path("catalog/variants/<sku:sku>/", VariantDetail.as_view(), name="api-variant"),
]
