"""Tables of what vendors hold, for people to edit and send back."""

from collections.abc import Iterator

from django.db.models import QuerySet

from backoffice.accounts.services.markets import Market
from backoffice.tables.writing import Row
from catalog.models import Variant
from catalog.services.current_values import current_values
from catalog.services.tables.columns import rows_of

_BATCH = 1000


def export_rows(kind: str, *, vendor: str, variants: QuerySet[Variant], market: Market | None = None) -> Iterator[Row]:
    """Return the rows of all these variants, of prices in that market, by product and SKU as they came in; a batch at a
    time in memory.
    """
    last = 0
    plain = variants.only("pk", "sku", "name", "currency", "order_min_qty", "order_max_qty", "tier_price_qty_only",
                          "available", "listed_from").order_by("pk")  # fmt: skip
    while batch := list(plain.filter(pk__gt=last)[:_BATCH]):
        current = current_values(kind, vendor=vendor, variants=batch, market=market)
        for variant in batch:
            if variant.sku in current:
                yield from rows_of(kind, variant, current[variant.sku])
        last = batch[-1].pk
