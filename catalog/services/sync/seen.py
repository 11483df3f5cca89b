"""What the listing has shown in this run: decides who came first, and in the end what is gone.

Kept in tables without a log, not in memory: a catalogue may have hundreds of thousands of SKUs. A row is marked "kept"
when a product was not written again, be it that nothing changed or that it cannot be read; all that it had stands.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from catalog.services.revisions import next_revision, stamp_revision

_START = (
    "DELETE FROM catalog_seenproduct WHERE vendor = %(vendor)s; DELETE FROM catalog_seensku WHERE vendor = %(vendor)s"
)
_CLAIM_PRODUCTS = """
    INSERT INTO catalog_seenproduct (vendor, vendor_id, kept) SELECT %s, unnest(%s::text[]), %s
    ON CONFLICT DO NOTHING RETURNING vendor_id
"""
# A kept product was seen before, and so were its variants.
_CLAIM_SKUS = """
    INSERT INTO catalog_seensku (vendor, sku)
    SELECT %(vendor)s, u.sku FROM unnest(%(skus)s::text[]) AS u (sku)
     WHERE NOT EXISTS (SELECT FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
                         JOIN catalog_seenproduct s
                           ON s.vendor = %(vendor)s AND s.vendor_id = p.vendor_id AND s.kept
                        WHERE v.vendor = %(vendor)s AND p.vendor = %(vendor)s AND v.sku = u.sku AND v.gone_at IS NULL)
    ON CONFLICT DO NOTHING RETURNING sku
"""
# Emptying the hash makes the variant be written in full when it comes back.
_MARK_VARIANTS = """
    UPDATE catalog_variant v
       SET gone_at = %(at)s, changed_at = %(at)s, revised_at = %(revised_at)s, orderable = false, content_hash = ''
     WHERE v.vendor = %(vendor)s AND v.gone_at IS NULL
       AND NOT EXISTS (SELECT FROM catalog_seensku s WHERE s.vendor = v.vendor AND s.sku = v.sku)
       AND NOT EXISTS (SELECT FROM catalog_product p
                         JOIN catalog_seenproduct s ON s.vendor = p.vendor AND s.vendor_id = p.vendor_id AND s.kept
                        WHERE p.id = v.product_id)
    RETURNING v.id
"""
_MARK_PRODUCTS = """
    UPDATE catalog_product p SET gone_at = %(at)s, changed_at = %(at)s, revised_at = %(revised_at)s, content_hash = ''
     WHERE p.vendor = %(vendor)s AND p.gone_at IS NULL
       AND NOT EXISTS (SELECT FROM catalog_seenproduct s WHERE s.vendor = p.vendor AND s.vendor_id = p.vendor_id)
       AND NOT EXISTS (SELECT FROM catalog_variant v WHERE v.product_id = p.id AND v.gone_at IS NULL)
"""

_COUNT_KEPT = """
    SELECT count(*) FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
      JOIN catalog_seenproduct s ON s.vendor = p.vendor AND s.vendor_id = p.vendor_id
     WHERE p.vendor = %s AND s.kept AND v.gone_at IS NULL
"""


def start_seeing(vendor: str) -> None:
    """Forget what an earlier run has seen; only one runs at a time for each vendor."""
    with connection.cursor() as cursor:
        cursor.execute(_START, {"vendor": vendor})


def claim_products(vendor_ids: Sequence[str], *, vendor: str, kept: bool) -> set[str]:
    """Note products. Return those not seen before in this run."""
    return _claim(_CLAIM_PRODUCTS, [vendor, list(vendor_ids), kept])


def claim_skus(skus: Sequence[str], *, vendor: str) -> set[str]:
    """Note SKUs. Return those not seen before in this run."""
    return _claim(_CLAIM_SKUS, {"skus": list(skus), "vendor": vendor})


def count_kept(vendor: str) -> int:
    """Return how many variants belong to products that were not written again."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_KEPT, [vendor])
        row = cursor.fetchone()
    return row[0] if row else 0


def mark_gone(vendor: str, *, at: datetime) -> list[int]:
    """Mark what was not seen as gone and return the ids of the variants. Only right after a complete run."""
    revised_at = next_revision()
    values: dict[str, str | datetime] = {"vendor": vendor, "at": at, "revised_at": revised_at}
    with connection.cursor() as cursor:
        cursor.execute(_MARK_VARIANTS, values)
        variants = [row[0] for row in cursor.fetchall()]
        cursor.execute(_MARK_PRODUCTS, values)
    stamp_revision(revised_at)
    return variants


def _claim(statement: str, values: object) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # type: ignore[arg-type]  # a list or a dict, both accepted
        return {row[0] for row in cursor.fetchall()}
