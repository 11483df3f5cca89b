"""Addresses below /api/v1/."""

from django.urls import path

from catalog.api.custom_products import CustomProductDetail, CustomProductPicture, CustomProducts
from catalog.api.views import Products, VariantDetail, VariantQuote

urlpatterns = [
    path("catalog/products/", Products.as_view(), name="api-products"),
    path("catalog/custom-products/", CustomProducts.as_view(), name="api-custom-products"),
    path("catalog/custom-products/<code:external_id>/", CustomProductDetail.as_view(), name="api-custom-product"),
    path(
        "catalog/custom-products/<code:external_id>/picture/",
        CustomProductPicture.as_view(),
        name="api-custom-product-picture",
    ),
    path("catalog/variants/<code:sku>/", VariantDetail.as_view(), name="api-variant"),
    path("catalog/variants/<code:sku>/quote/", VariantQuote.as_view(), name="api-quote"),
]
