"""Tables of what vendors hold, for people to edit and send back."""

from collections.abc import Iterator

from django.db.models import QuerySet

from catalog.models import Variant
from catalog.services.current_values import current_values
from catalog.services.tables.columns import Row, rows_of

_BATCH = 1000


def export_rows(kind: str, *, vendor: str, variants: QuerySet[Variant]) -> Iterator[Row]:
    """Return the rows of all these variants, by product and SKU as they came in; a batch at a time in memory."""
    last = 0
    plain = variants.only("pk", "sku", "name", "currency", "order_min_qty", "order_max_qty", "tier_price_qty_only",
                          "available").order_by("pk")  # fmt: skip
    while batch := list(plain.filter(pk__gt=last)[:_BATCH]):
        current = current_values(kind, vendor=vendor, variants=batch)
        for variant in batch:
            if variant.sku in current:
                yield from rows_of(kind, variant, current[variant.sku])
        last = batch[-1].pk
