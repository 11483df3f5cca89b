"""What the listing has shown in this run: decides who came first, and in the end what is gone.

Kept in temporary tables of the database session, not in memory: a catalogue may have hundreds of thousands of SKUs.
A row is marked "kept" when a product was not written again, be it that nothing changed or that it cannot be read; all
that it had stands.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

_START = """
    DROP TABLE IF EXISTS seen_product, seen_sku;
    CREATE TEMPORARY TABLE seen_product (vendor_id text PRIMARY KEY, kept boolean NOT NULL);
    CREATE TEMPORARY TABLE seen_sku (sku text PRIMARY KEY);
"""
_CLAIM_PRODUCTS = """
    INSERT INTO seen_product SELECT unnest(%s::text[]), %s ON CONFLICT DO NOTHING RETURNING vendor_id
"""
# A kept product was seen before, and so were its variants.
_CLAIM_SKUS = """
    INSERT INTO seen_sku
    SELECT u.sku FROM unnest(%(skus)s::text[]) AS u (sku)
     WHERE NOT EXISTS (SELECT FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
                         JOIN seen_product s ON s.vendor_id = p.vendor_id AND s.kept
                        WHERE v.vendor = %(vendor)s AND p.vendor = %(vendor)s AND v.sku = u.sku AND v.gone_at IS NULL)
    ON CONFLICT DO NOTHING RETURNING sku
"""
# Emptying the hash makes the variant be written in full when it comes back.
_MARK_VARIANTS = """
    UPDATE catalog_variant v SET gone_at = %(at)s, changed_at = %(at)s, orderable = false, content_hash = ''
     WHERE v.vendor = %(vendor)s AND v.gone_at IS NULL
       AND NOT EXISTS (SELECT FROM seen_sku s WHERE s.sku = v.sku)
       AND NOT EXISTS (SELECT FROM catalog_product p JOIN seen_product s ON s.vendor_id = p.vendor_id AND s.kept
                        WHERE p.id = v.product_id)
    RETURNING v.id
"""
_MARK_PRODUCTS = """
    UPDATE catalog_product p SET gone_at = %(at)s, changed_at = %(at)s, content_hash = ''
     WHERE p.vendor = %(vendor)s AND p.gone_at IS NULL
       AND NOT EXISTS (SELECT FROM seen_product s WHERE s.vendor_id = p.vendor_id)
       AND NOT EXISTS (SELECT FROM catalog_variant v WHERE v.product_id = p.id AND v.gone_at IS NULL)
"""

_COUNT_KEPT = """
    SELECT count(*) FROM catalog_variant v JOIN catalog_product p ON p.id = v.product_id
      JOIN seen_product s ON s.vendor_id = p.vendor_id
     WHERE p.vendor = %s AND s.kept AND v.gone_at IS NULL
"""


def start_seeing() -> None:
    """Forget what an earlier run has seen."""
    with connection.cursor() as cursor:
        cursor.execute(_START)


def claim_products(vendor_ids: Sequence[str], *, kept: bool) -> set[str]:
    """Note products; answers those not seen before in this run."""
    return _claim(_CLAIM_PRODUCTS, [list(vendor_ids), kept])


def claim_skus(skus: Sequence[str], *, vendor: str) -> set[str]:
    """Note SKUs; answers those not seen before in this run."""
    return _claim(_CLAIM_SKUS, {"skus": list(skus), "vendor": vendor})


def count_kept(vendor: str) -> int:
    """How many variants belong to products that were not written again."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_KEPT, [vendor])
        row = cursor.fetchone()
    return row[0] if row else 0


def mark_gone(vendor: str, *, at: datetime) -> list[int]:
    """Mark what was not seen as gone; answers the ids of the variants. Only right after a complete run."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK_VARIANTS, {"vendor": vendor, "at": at})
        variants = [row[0] for row in cursor.fetchall()]
        cursor.execute(_MARK_PRODUCTS, {"vendor": vendor, "at": at})
    return variants


def _claim(statement: str, values: object) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)  # type: ignore[arg-type]  # a list or a dict, both accepted
        return {row[0] for row in cursor.fetchall()}
