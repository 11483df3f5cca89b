"""Finds products and variants by what people have at hand: SKU, name, GTIN, the vendor's id."""

import re

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from catalog.models import CustomProduct, Product, Variant

_WORD = re.compile(r"\w+")


def search_variants(variants: QuerySet[Variant], text: str) -> QuerySet[Variant]:
    """Variants whose SKU begins with the text, whose GTIN or vendor's id it is, or whose name has all its words."""
    found = Q(sku__istartswith=text) | Q(gtin=text, gtin__gt="") | Q(vendor_id=text)
    if query := _words(text):
        variants = variants.alias(words=SearchVector("name", config="simple"))
        found |= Q(words=query)
    return variants.filter(found)


def search_products(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Products whose vendor's id it is, whose name has all the words, or one of whose variants is found by it."""
    variants = search_variants(Variant.objects.order_by(), text)
    found = Q(vendor_id=text) | Q(pk__in=variants.values("product_id"))
    if query := _words(text):
        products = products.alias(words=SearchVector("name", config="simple"))
        found |= Q(words=query)
    return products.filter(found)


def search_custom_products(products: QuerySet[CustomProduct], text: str) -> QuerySet[CustomProduct]:
    """Custom products whose id or vendor's id it is, or whose title has all the words."""
    found = Q(external_id=text) | Q(vendor_id=text)
    if query := _words(text):
        products = products.alias(words=SearchVector("title", config="simple"))
        found |= Q(words=query)
    return products.filter(found)


def _words(text: str) -> SearchQuery | None:
    """All words, each of them perhaps not typed to its end; None when there are none."""
    words = _WORD.findall(text)
    if not words:
        return None
    return SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
