"""What the catalogue holds of people: what shoppers designed, and reviews."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import CLEAR, FREE, SCRUB, Holder, register, register_without
from catalog.models import CustomPicture, CustomProduct, Review


def _find_reviews(person: DataSubject) -> QuerySet[Any]:
    names = {f"{first} {last}".strip() for first, last in person.names}
    return Review.objects.filter(Q(order__in=person.references) | Q(author__in=names))


def _find_products(person: DataSubject) -> QuerySet[Any]:
    return CustomProduct.objects.filter(pk__in=person.of(CustomProduct))


def _find_pictures(person: DataSubject) -> QuerySet[Any]:
    return CustomPicture.objects.filter(product__in=person.of(CustomProduct))


register(
    Holder(
        model=Review,
        holds=_("published reviews: author and text"),
        find=_find_reviews,
        fields=dict.fromkeys(("author", "text", "reply"), FREE),
        plain={"order": "our number"},
        kept=_("while it is among the newest published reviews"),
    ),
    Holder(
        model=CustomPicture,
        holds=_("images of products that a customer designed"),
        find=_find_pictures,
        deleted=True,
        fields={"url": CLEAR, "problem": CLEAR},
    ),
    Holder(
        model=CustomProduct,
        holds=_("products that a customer designed"),
        find=_find_products,
        fields=dict.fromkeys(
            ("description", "description_html", "external_data", "customiser_id", "logo_upload_id"), CLEAR
        )
        | {"title": SCRUB},
        plain={"external_id": "a number"},
    ),
)
register_without(
    "goods, prices and their vendors: of nobody",
    "catalog.Category", "catalog.Product", "catalog.ProductListing", "catalog.ProductText", "catalog.Variant",
    "catalog.VariantText", "catalog.Relation", "catalog.Availability", "catalog.VendorJob", "catalog.ChangeSet",
    "catalog.ChangeSetEvent", "catalog.Change", "catalog.PriceTier", "catalog.MarketPrices", "catalog.Rating",
    "catalog.RatingReading", "catalog.CatalogRules", "catalog.CategoryRule", "catalog.Snapshot", "catalog.SyncRun",
    "catalog.VariantChange", "catalog.SeenProduct", "catalog.SeenSku", "catalog.TableImport",
)  # fmt: skip
