"""Whose rows of the catalogue are whose. Products are the vendors', and all shops sell from the same ones."""

from backoffice.visibility import register, register_shared, register_shop_or_all, register_subjects
from catalog.models import (
    Availability,
    CatalogRules,
    Category,
    CategoryRule,
    Change,
    ChangeSet,
    ChangeSetEvent,
    CustomPicture,
    CustomProduct,
    MarketPrices,
    PriceTier,
    Product,
    ProductListing,
    ProductText,
    Rating,
    RatingReading,
    Relation,
    Review,
    SeenProduct,
    SeenSku,
    Snapshot,
    SyncRun,
    TableImport,
    Variant,
    VariantChange,
    VariantText,
    VendorJob,
)

register_shared(
    Availability, Category, MarketPrices, PriceTier, Product, ProductListing, ProductText, Relation, Variant,
    VariantText, reason="The vendors' catalogue, from which all shops sell.",
)  # fmt: skip
register_shared(
    RatingReading, SeenProduct, SeenSku, Snapshot, SyncRun, VariantChange,
    reason="What was read of the vendors' catalogue, and when.",
)  # fmt: skip


# Without a shop it changes the catalogue that all have in common.
register_shop_or_all(ChangeSet, "shop")
for _model in (Change, ChangeSetEvent, TableImport, VendorJob):
    register_shop_or_all(_model, "change_set__shop")
register(CatalogRules, "shop")
register(CustomProduct, "shop")
register(Rating, "shop")
register(CategoryRule, "rules__shop")
register(CustomPicture, "product__shop")
register(Review, "rating__shop")
register_subjects(ChangeSet, VendorJob, CustomProduct)
