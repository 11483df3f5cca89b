"""Writes the variants of a batch, and what changed at them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from backoffice.vendors.catalog_messages import VariantData
from catalog.models import Variant, VariantChange
from catalog.services.bulk import (
    copy_rows,
    read_children,
    replace_children,
    reserve_ids,
    to_json,
    update_rows,
    upsert_children,
)
from catalog.services.revisions import stamp_revision
from catalog.services.sync.changes import FIELDS, Difference, VariantContent, describe_changes
from catalog.services.sync.telling import tell_changes
from catalog.services.sync.variant_rows import (
    AVAILABILITIES,
    INSERT_COLUMNS,
    OWN_ROWS,
    OWN_TABLES,
    RELATIONS,
    TEXTS,
    TIERS,
    UPDATE_COLUMNS,
    WrittenVariant,
    content_hash,
    content_of,
    text_row,
    variant_row,
)

_CHANGE_COLUMNS = ("variant_id", "run_id", "kind", "detail", "at")


@dataclass(frozen=True)
class WriteContext:
    """What all batches of a run have in common. `force`: compare with the rows themselves, not with their hashes.

    `at` is when the vendor was asked, `revised_at` the stamp of the transaction that writes (see `revisions.py`).
    """

    vendor: str
    run_id: int
    language: str
    at: datetime
    revised_at: datetime
    # The country whose listing is read; empty for the usual one.
    listed_from: str = ""
    record_changes: bool = True
    force: bool = False
    dry_run: bool = False


class _Stored(NamedTuple):
    id: int
    content_hash: str
    is_gone: bool
    listed_from: str


def write_variants(
    variants: Sequence[tuple[int, str, VariantData]], *, context: WriteContext, counts: Counter[str]
) -> None:
    """Write (our product id, the vendor's product id, data); every SKU once."""
    stored = _read_stored([data.sku for _, _, data in variants], vendor=context.vendor)
    new, changed = [], []
    for product_id, product_vendor_id, data in variants:
        digest = content_hash(data, product_vendor_id=product_vendor_id)
        row = stored.get(data.sku)
        if row is None:
            new.append((product_id, data, digest))
        elif context.force or row.content_hash != digest or row.listed_from != context.listed_from:
            changed.append(WrittenVariant(row.id, product_id, data, digest))
    ids = reserve_ids(Variant, len(new))
    counts["unchanged"] += len(variants) - len(new) - len(changed)
    _insert([WrittenVariant(pk, *row) for pk, row in zip(ids, new, strict=True)], context=context, counts=counts)
    if changed:
        gone = {row.id for row in stored.values() if row.is_gone}
        _update(changed, gone=gone, context=context, counts=counts)


def write_variant_texts(variants: Sequence[tuple[int, VariantData]], *, context: WriteContext) -> list[int]:
    """Write the texts of (our product id, data) in the context's language. Return whose were new or differed."""
    skus = [data.sku for _, data in variants]
    known = {
        (product_id, sku): pk
        for pk, product_id, sku in Variant.objects.filter(vendor=context.vendor, sku__in=skus).values_list(
            "id", "product_id", "sku"
        )
    }
    rows = {
        known[product_id, data.sku]: text_row(known[product_id, data.sku], data, language=context.language)
        for product_id, data in variants
        if (product_id, data.sku) in known
    }
    return upsert_children(TEXTS, list(rows.values()))


def _read_stored(skus: list[str], *, vendor: str) -> dict[str, _Stored]:
    columns = ("sku", "id", "content_hash", "gone_at", "listed_from")
    rows = Variant.objects.filter(vendor=vendor, sku__in=skus).values_list(*columns)
    return {sku: _Stored(pk, digest, gone_at is not None, place) for sku, pk, digest, gone_at, place in rows}


def _insert(new: Sequence[WrittenVariant], *, context: WriteContext, counts: Counter[str]) -> None:
    """Insert all rows by COPY: new variants have nothing that could be in the way."""
    if not new:
        return
    copy_rows(
        Variant,
        INSERT_COLUMNS,
        (
            (
                *variant_row(
                    variant,
                    vendor=context.vendor,
                    changed_at=context.at,
                    revised_at=context.revised_at,
                    listed_from=context.listed_from,
                ),
                context.at,
            )
            for variant in new
        ),
    )
    for name, table in OWN_TABLES.items():
        copy_rows(table.model, table.columns, _own_rows(name, new))
    copy_rows(
        TEXTS.model, TEXTS.columns, (text_row(variant.id, variant.data, language=context.language) for variant in new)
    )
    counts["new"] += len(new)
    counts["tiers"] += sum(len(variant.data.tiers) for variant in new)
    if context.record_changes:
        record_changes([(variant.id, Difference("new", {})) for variant in new], context=context)


def _update(changed: Sequence[WrittenVariant], *, gone: set[int], context: WriteContext, counts: Counter[str]) -> None:
    before = _read_content([variant.id for variant in changed], language=context.language)
    changes: dict[int, list[Difference]] = {}
    for variant in changed:
        found = describe_changes(before[variant.id], after=content_of(variant.data))
        if variant.id in gone:
            found.insert(0, Difference("back", {}))
            counts["back"] += 1
        counts["changed" if found else "unchanged"] += 1
        changes[variant.id] = found
    # Without a difference in what we keep at most the hash and the vendor's own times move on.
    rows = [
        variant_row(
            variant,
            vendor=context.vendor,
            changed_at=context.at if changes[variant.id] else data["changed_at"],
            revised_at=context.revised_at if _is_revision(variant, changes, data) else data["revised_at"],
            listed_from=context.listed_from,
        )
        for variant in changed
        for data in [before[variant.id].data]
        if changes[variant.id]
        or data["content_hash"] != variant.content_hash
        or data["listed_from"] != context.listed_from
    ]
    update_rows(Variant, UPDATE_COLUMNS, rows)
    products = {variant.id: before[variant.id].data["product_id"] for variant in changed}
    left = {products[variant.id] for variant in changed if products[variant.id] != variant.product_id}
    stamp_revision(context.revised_at, products=left)
    written = [variant for variant in changed if changes[variant.id]]
    for name, table in OWN_TABLES.items():
        count = replace_children(table, [variant.id for variant in written], list(_own_rows(name, written)))
        counts["tiers"] += count if table is TIERS else 0
    upsert_children(TEXTS, [text_row(variant.id, variant.data, language=context.language) for variant in written])
    if context.record_changes:
        record_changes([(pk, change) for pk, found in changes.items() for change in found], context=context)


def _is_revision(variant: WrittenVariant, changes: Mapping[int, list[Difference]], data: Mapping[str, Any]) -> bool:
    """Return whether storefronts see it differently: also in another product."""
    return bool(changes[variant.id]) or variant.product_id != data["product_id"]


def _read_content(ids: Sequence[int], *, language: str) -> dict[int, VariantContent]:
    """Return what the rows of these variants hold now."""
    tiers, offers, relations, texts = (read_children(table, ids) for table in (TIERS, AVAILABILITIES, RELATIONS, TEXTS))
    return {
        row["id"]: VariantContent(
            data=row,
            tiers=tiers.get(row["id"], set()),
            children={
                "availability": offers.get(row["id"], set()),
                "relations": relations.get(row["id"], set()),
                "text": {text[1:] for text in texts.get(row["id"], set()) if text[0] == language},
            },
        )
        for row in Variant.objects.filter(id__in=ids).values(
            "id", "product_id", "changed_at", "revised_at", "content_hash", "listed_from", *FIELDS
        )
    }


def _own_rows(name: str, variants: Sequence[WrittenVariant]) -> Iterator[tuple[Any, ...]]:
    return ((variant.id, *row) for variant in variants for row in OWN_ROWS[name](variant.data))


def record_changes(changes: Sequence[tuple[int, Difference]], *, context: WriteContext) -> None:
    """Keep (our variant id, change) for people to see, and tell storefronts of it."""
    copy_rows(
        VariantChange,
        _CHANGE_COLUMNS,
        [(pk, context.run_id, change.kind, to_json(change.detail), context.at) for pk, change in changes],
    )
    tell_changes(changes)
