"""Finds products and variants by what people have at hand: SKU, name, GTIN, the vendor's id."""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Q, QuerySet

from catalog.models import CustomProduct, Product, Variant

_WORD = re.compile(r"\w+")


def search_variants(variants: QuerySet[Variant], text: str) -> QuerySet[Variant]:
    """Return variants whose SKU begins with the text, whose GTIN or vendor's id it is, or whose name has its words."""
    found = Q(sku__istartswith=text) | Q(gtin=text, gtin__gt="") | Q(vendor_id=text)
    return _search(variants, text, found, words_of="name")


def search_products(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Return products whose vendor's id it is, whose name has all the words, or with a variant that is found by it."""
    variants = search_variants(Variant.objects.order_by(), text)
    return _search(products, text, Q(vendor_id=text) | Q(pk__in=variants.values("product_id")), words_of="name")


def search_custom_products(products: QuerySet[CustomProduct], text: str) -> QuerySet[CustomProduct]:
    """Return custom products whose id or vendor's id it is, or whose title has all the words."""
    return _search(products, text, Q(external_id=text) | Q(vendor_id=text), words_of="title")


def _search(rows: QuerySet[Any], text: str, found: Q, *, words_of: str) -> QuerySet[Any]:
    """Return what is found, or has all words of the text in that field, each perhaps not typed to its end."""
    if words := _WORD.findall(text):
        query = SearchQuery(" & ".join(f"{word}:*" for word in words), search_type="raw", config="simple")
        return rows.alias(words=SearchVector(words_of, config="simple")).filter(found | Q(words=query))
    return rows.filter(found)
