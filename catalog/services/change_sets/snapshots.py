"""What vendors hold, read when it matters: for a check, right before a push, and to see what became of it."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from backoffice.accounts.services.markets import Market
from backoffice.vendors.abilities import Vendor
from catalog.models import ChangeSet, Snapshot, Variant
from catalog.services.bulk import ChildTable, to_json, upsert_children
from catalog.services.change_sets.formats import format_of
from catalog.services.change_sets.values import Value
from catalog.services.price_markets import market_key, market_of

# A reading older than that says nothing any more about what a push would change.
FRESH = timedelta(minutes=10)
# A page of a list has so many rows: reading SKU by SKU costs more requests than the list from that share on.
ROWS_PER_PAGE = 250

_TABLE = ChildTable(Snapshot, key=("vendor", "kind", "sku"), values=("value", "read_at"))


@dataclass(frozen=True)
class VendorReading:
    """What a vendor held of some SKUs; those it does not list are missing. `read_at` is when the reading began."""

    values: dict[str, Value]
    read_at: datetime


def reading_kind(kind: str, market: Market | None) -> str:
    """Return under which kind readings of a market's values are kept."""
    return f"{kind}@{market_key(market)}" if market else kind


def read_values(vendor: Vendor, *, kind: str, skus: Collection[str], market: Market | None = None) -> VendorReading:
    """Ask the vendor, SKU by SKU or by its whole list, whichever is fewer requests. Raises VendorError.

    Nothing is stored: see `store_reading`.
    """
    change_format, read_at, requested = format_of(kind), timezone.now(), set(skus)
    if len(requested) <= max(2, Variant.objects.filter(vendor=vendor.name).count() // ROWS_PER_PAGE):
        data: Iterator[Any] = (
            row for sku in sorted(requested) for row in change_format.read(vendor, sku=sku, market=market)
        )
    else:
        data = change_format.read(vendor, market=market)
    return VendorReading({row.sku: change_format.current(row) for row in data if row.sku in requested}, read_at)


def store_reading(
    reading: VendorReading, *, vendor: str, kind: str, skus: Collection[str], market: Market | None = None
) -> None:
    """Make the reading the newest we have of these SKUs. Must run inside a transaction."""
    kind = reading_kind(kind, market)
    rows = [(vendor, kind, sku, to_json(value), reading.read_at) for sku, value in reading.values.items()]
    upsert_children(_TABLE, rows)
    if gone := sorted(set(skus) - reading.values.keys()):
        Snapshot.objects.filter(vendor=vendor, kind=kind, sku__in=gone).delete()


def stale_skus(change_set: ChangeSet, *, skus: Sequence[str]) -> list[str]:
    """Return those of the SKUs that were not read lately, in their order."""
    rows = _readings(change_set, skus).filter(read_at__gte=timezone.now() - FRESH)
    fresh = set(rows.values_list("sku", flat=True))
    return [sku for sku in skus if sku not in fresh]


def stored_values(change_set: ChangeSet, *, skus: Collection[str]) -> tuple[dict[str, Value], datetime | None]:
    """Return what is stored of the SKUs, and when the oldest of it was read."""
    rows = _readings(change_set, skus)
    found = {sku: (value, read_at) for sku, value, read_at in rows.values_list("sku", "value", "read_at")}
    return {sku: value for sku, (value, _at) in found.items()}, min((at for _value, at in found.values()), default=None)


def forget_readings(change_set: ChangeSet, *, skus: Collection[str]) -> None:
    """Forget what we read of these SKUs."""
    _readings(change_set, skus).delete()


def _readings(change_set: ChangeSet, skus: Collection[str]) -> QuerySet[Snapshot]:
    kind = reading_kind(change_set.kind, market_of(change_set))
    return Snapshot.objects.filter(vendor=change_set.vendor, kind=kind, sku__in=list(skus))
