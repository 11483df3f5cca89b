"""The order of the catalogue's changes: what lets storefronts read on where they stopped, and miss nothing.

Each transaction that changes products or variants takes one stamp for all of them. An advisory lock is held from there
to its end, so that stamps become visible in their own order: whoever has read all up to one will never find an earlier
one later on. A sequence or the clock alone would not do: a transaction that began first and ends last would appear
behind those who have read past it. A stamp is a time, so that "since yesterday" is a question too, and later than all
before it even where the clock was set back.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

# Any number that no other lock of ours has: "catalog" in letters.
LOCK = 0x636174616C6F67

# A statement of its own: the next one has to see what the holder before us has committed.
_TAKE_LOCK = "SELECT pg_advisory_xact_lock(%s)"
_NEXT = """
    SELECT greatest(clock_timestamp(), (SELECT max(revised_at) FROM catalog_variant) + interval '1 microsecond',
                    (SELECT max(revised_at) FROM catalog_product) + interval '1 microsecond')
"""
_STAMP_VARIANTS = "UPDATE catalog_variant SET revised_at = %s WHERE id = ANY(%s)"
_STAMP_PRODUCTS = "UPDATE catalog_product SET revised_at = %s WHERE id = ANY(%s)"
_STAMP_PRODUCTS_OF_VARIANTS = """
    UPDATE catalog_product p SET revised_at = %(at)s
     WHERE p.revised_at <> %(at)s AND p.id IN (SELECT product_id FROM catalog_variant v WHERE v.revised_at = %(at)s)
"""


def next_revision() -> datetime:
    """Return the stamp of this transaction's changes; all other changes of the catalogue wait for its end."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("A revision is taken inside a transaction only.")
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_LOCK, [LOCK])
        cursor.execute(_NEXT)
        row = cursor.fetchone()
    stamp: datetime = row[0] if row else timezone.now()
    return stamp


def stamp_revision(at: datetime, *, variants: Collection[int] = (), products: Collection[int] = ()) -> None:
    """Stamp these as changed, and the products of all variants that have the stamp: a product shows its variants."""
    with connection.cursor() as cursor:
        if variants:
            cursor.execute(_STAMP_VARIANTS, [at, list(variants)])
        if products:
            cursor.execute(_STAMP_PRODUCTS, [at, list(products)])
        cursor.execute(_STAMP_PRODUCTS_OF_VARIANTS, {"at": at})
