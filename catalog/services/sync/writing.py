"""Writes what was read of a catalogue: products with all that belongs to them, in bulk, unchanged rows not at all."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.db.models import Q

from backoffice.vendors.catalog_messages import ProductData, VariantData
from catalog.models import Category, Product, ProductText
from catalog.services.bulk import ChildTable, copy_rows, replace_children, reserve_ids, update_rows, upsert_children
from catalog.services.revisions import next_revision, stamp_revision
from catalog.services.sync.writing_variants import WriteContext, write_variant_texts, write_variants

PRODUCT_TEXTS = ChildTable(ProductText, key=("product_id", "language"), values=("name", "overwritten", "source_hash"))
PRODUCT_CATEGORIES = ChildTable(Product.categories.through, key=("product_id", "category_id"))
_UPDATE_COLUMNS = (
    "id",
    "vendor_id",
    "name",
    "image_url",
    "video_url",
    "vendor_created_at",
    "vendor_updated_at",
    "content_hash",
    "gone_at",
    "changed_at",
    "revised_at",
)
_INSERT_COLUMNS = (*_UPDATE_COLUMNS, "vendor", "created_at")


class ReadProduct(NamedTuple):
    """A product as read, with those of its variants that are to be written.

    `fingerprint` is empty when some of it is left out: then it is read again next time.
    """

    data: ProductData
    variants: Sequence[VariantData]
    fingerprint: str


def write_products(products: Sequence[ReadProduct], *, context: WriteContext) -> Counter[str]:
    """Write a batch in one transaction. Return what was done to how many.

    Each product and SKU may occur once. Raises DataError, IntegrityError: then nothing of the batch is written.
    """
    counts: Counter[str] = Counter()
    with transaction.atomic():
        context = replace(context, revised_at=next_revision())
        ids = _write_groups(products, context=context, counts=counts)
        variants = [
            (ids[product.data.vendor_id], product.data.vendor_id, data)
            for product in products
            for data in product.variants
        ]
        write_variants(variants, context=context, counts=counts)
        _write_product_texts(products, ids=ids, context=context)
        stamp_revision(context.revised_at)
        transaction.set_rollback(context.dry_run)
    return counts


def write_texts(products: Sequence[ReadProduct], *, context: WriteContext) -> Counter[str]:
    """Write the texts of a further language for products and variants that we have; others are left out."""
    counts: Counter[str] = Counter()
    with transaction.atomic():
        context = replace(context, revised_at=next_revision())
        vendor_ids = [product.data.vendor_id for product in products]
        known = Product.objects.filter(vendor=context.vendor, vendor_id__in=vendor_ids)
        ids = dict(known.values_list("vendor_id", "id"))
        products = [product for product in products if product.data.vendor_id in ids]
        changed = write_variant_texts(
            [(ids[product.data.vendor_id], data) for product in products for data in product.variants], context=context
        )
        counts["texts"] = len(changed)
        renamed = _write_product_texts(products, ids=ids, context=context)
        stamp_revision(context.revised_at, variants=changed, products=renamed)
        transaction.set_rollback(context.dry_run)
    return counts


def _write_groups(products: Sequence[ReadProduct], *, context: WriteContext, counts: Counter[str]) -> dict[str, int]:
    """Write the rows of the groups themselves. Return their ids by the vendor's."""
    stored = _read_stored([product.data.vendor_id for product in products], context=context)
    new = [product.data for product in products if product.data.vendor_id not in stored]
    ids = {vendor_id: pk for vendor_id, (pk, _) in stored.items()}
    ids |= dict(zip([data.vendor_id for data in new], reserve_ids(Product, len(new)), strict=True))
    changed = [
        product.data
        for product in products
        if product.data.vendor_id in stored and stored[product.data.vendor_id][1] != _content_hash(product.data)
    ]
    copy_rows(
        Product, _INSERT_COLUMNS, [(*_row(data, ids=ids, context=context), context.vendor, context.at) for data in new]
    )
    update_rows(Product, _UPDATE_COLUMNS, [_row(data, ids=ids, context=context) for data in changed])
    _write_categories([*new, *changed], ids=ids, vendor=context.vendor)
    counts["products_new"] += len(new)
    counts["products_changed"] += len(changed)
    counts["products_unchanged"] += len(products) - len(new) - len(changed)
    return ids


def _read_stored(vendor_ids: list[str], *, context: WriteContext) -> dict[str, tuple[int, str]]:
    """Return id and hash by the vendor's id; with `force` the hash is made of what the rows hold."""
    rows = Product.objects.filter(vendor=context.vendor, vendor_id__in=vendor_ids)
    if not context.force:
        return {row.vendor_id: (row.pk, row.content_hash) for row in rows.only("vendor_id", "content_hash")}
    return {
        row.vendor_id: (row.pk, "" if row.gone_at else _hash(row, row.paths))
        for row in rows.annotate(paths=ArrayAgg("categories__path", filter=Q(categories__isnull=False), default=[]))
    }


def _row(data: ProductData, *, ids: dict[str, int], context: WriteContext) -> tuple[Any, ...]:
    return (
        ids[data.vendor_id],
        data.vendor_id,
        data.name,
        data.image_url,
        data.video_url,
        data.vendor_created_at,
        data.vendor_updated_at,
        _content_hash(data),
        None,
        context.at,
        context.revised_at,
    )


def _content_hash(data: ProductData) -> str:
    return _hash(data, data.categories)


def _hash(shown: Product | ProductData, categories: Iterable[str]) -> str:
    times = (shown.vendor_created_at, shown.vendor_updated_at)
    own = (shown.name, shown.image_url, shown.video_url, sorted(categories), times)
    return blake2b(msgspec.msgpack.encode(own), digest_size=16).hexdigest()


def _write_categories(products: Sequence[ProductData], *, ids: dict[str, int], vendor: str) -> None:
    paths = {path for data in products for path in data.categories}
    Category.objects.bulk_create([Category(vendor=vendor, path=path) for path in sorted(paths)], ignore_conflicts=True)
    known = dict(Category.objects.filter(vendor=vendor, path__in=paths).values_list("path", "id"))
    rows = [(ids[data.vendor_id], known[path]) for data in products for path in data.categories]
    replace_children(PRODUCT_CATEGORIES, [ids[data.vendor_id] for data in products], rows)


def _write_product_texts(products: Sequence[ReadProduct], *, ids: dict[str, int], context: WriteContext) -> list[int]:
    """Write them last of all: the fingerprint says that everything else is written. Return whose name is another."""
    rows = [
        (ids[data.vendor_id], context.language, data.name, data.name_overwritten, fingerprint)
        for data, _, fingerprint in products
    ]
    texts = ProductText.objects.filter(product__in=[row[0] for row in rows], language=context.language)
    known = dict(texts.values_list("product", "name"))
    upsert_children(PRODUCT_TEXTS, rows)
    return [pk for pk, _language, name, *_rest in rows if known.get(pk) != name]
