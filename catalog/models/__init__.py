"""The product catalogue as the vendors hold it, with price tiers and availability."""

from catalog.models.availability import Availability
from catalog.models.change_set import (
    Change,
    ChangeKind,
    ChangeSet,
    ChangeSetEvent,
    ChangeSetState,
    ChangeSource,
    ChangeState,
)
from catalog.models.custom_product import CustomPicture, CustomProduct
from catalog.models.price import MarketPrices, PriceList, PriceTier
from catalog.models.product import Category, Product, ProductListing, ProductText
from catalog.models.rating import Rating, RatingReading, Review
from catalog.models.rules import CatalogRules, CategoryRule
from catalog.models.snapshot import Snapshot
from catalog.models.sync import SeenProduct, SeenSku, SyncRun, VariantChange
from catalog.models.table_import import TableImport, TableImportState
from catalog.models.variant import Relation, Variant, VariantText
from catalog.models.vendor_job import VendorJob, VendorJobState

__all__ = [
    "Availability",
    "CatalogRules",
    "Category",
    "CategoryRule",
    "Change",
    "ChangeKind",
    "ChangeSet",
    "ChangeSetEvent",
    "ChangeSetState",
    "ChangeSource",
    "ChangeState",
    "CustomPicture",
    "CustomProduct",
    "MarketPrices",
    "PriceList",
    "PriceTier",
    "Product",
    "ProductListing",
    "ProductText",
    "Rating",
    "RatingReading",
    "Relation",
    "Review",
    "SeenProduct",
    "SeenSku",
    "Snapshot",
    "SyncRun",
    "TableImport",
    "TableImportState",
    "Variant",
    "VariantChange",
    "VariantText",
    "VendorJob",
    "VendorJobState",
]
