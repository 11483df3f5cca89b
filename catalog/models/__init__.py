"""The product catalogue as the vendors hold it, with price tiers and availability."""

from catalog.models.availability import Availability
from catalog.models.price import PriceList, PriceTier
from catalog.models.product import Category, Product, ProductText
from catalog.models.sync import SyncRun, VariantChange
from catalog.models.variant import Relation, Variant, VariantText

__all__ = [
    "Availability",
    "Category",
    "PriceList",
    "PriceTier",
    "Product",
    "ProductText",
    "Relation",
    "SyncRun",
    "Variant",
    "VariantChange",
    "VariantText",
]
