"""The check of a change set: what the vendor holds, what would change, what would vanish, what stands against it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import serialize
from backoffice.vendors.abilities import TakesChanges
from catalog.models import Change, ChangeSet, ChangeSetState, Variant
from catalog.services.bulk import to_json, update_rows
from catalog.services.change_sets.formats import format_of
from catalog.services.change_sets.guards import price_guards
from catalog.services.change_sets.our_variants import variants_by_sku
from catalog.services.change_sets.rules import LimitBook, categories_by_product, rules_for
from catalog.services.change_sets.snapshots import VendorReading, read_values, stale_skus, store_reading, stored_values
from catalog.services.change_sets.values import Guard, Line, Value
from catalog.services.price_markets import market_of

# Bounds memory, and no transaction is idle for long while we reckon.
ROWS_AT_ONCE = 5000
COUNTED = ("rows", "values", "unchanged", "blocking", "final", "flagged", "removals", "unconfirmed")
_COLUMNS = ("id", "variant_id", "sku_fulfiller", "before", "after", "guards", "removals", "confirmed")


@dataclass(frozen=True)
class RowCheck:
    """What the check says of one row."""

    before: Value
    after: Value
    lines: list[Line]
    removals: list[str]
    guards: list[Guard]

    @property
    def is_idle(self) -> bool:
        """Whether the vendor holds already what is wanted."""
        return not (self.lines or self.removals or self.guards)


class Tally:
    """What a check counts, as `ChangeSet.counts` keeps it; rows that change nothing only under "unchanged"."""

    def __init__(self) -> None:
        self.counts = Counter(dict.fromkeys(COUNTED, 0))
        self.largest_move = Decimal(0)
        self.read_at: datetime | None = None

    def note_reading(self, read_at: datetime | None) -> None:
        """Record the time of the oldest reading."""
        self.read_at = min(filter(None, (self.read_at, read_at)), default=None)

    def note(self, row: Change, result: RowCheck) -> None:
        self.counts["rows"] += 1
        self.counts["values"] += len(result.lines)
        self.counts["blocking"] += any(guard.blocking for guard in result.guards)
        self.counts["final"] += any(guard.blocking and not guard.overridable for guard in result.guards)
        self.counts["flagged"] += any(not guard.blocking for guard in result.guards)
        self.counts["removals"] += len(result.removals)
        self.counts["unconfirmed"] += len(row.unconfirmed)
        moves = [abs(line.move) for line in result.lines if line.move is not None]
        self.largest_move = max([self.largest_move, *moves])


def check_change_set(change_set: ChangeSet, *, actor: str) -> ChangeSet:
    """Compare every row with what the vendor holds, read from it where that is older than ten minutes.

    Rows that would change nothing are dropped. Raises VendorError when the vendor cannot be read, IllegalTransition
    for a set that is not a draft or checked.
    """
    skus = list(change_set.changes.order_by("pk").values_list("sku", flat=True))
    reading = None
    if stale := stale_skus(change_set, skus=skus):
        vendor = get_vendor(change_set.vendor, TakesChanges, lane=Lane.READS)
        reading = read_values(vendor, kind=change_set.kind, skus=stale, market=market_of(change_set))
    with transaction.atomic():
        locked = ChangeSet.objects.locked(change_set.pk)
        if reading is not None:
            store_reading(reading, vendor=locked.vendor, kind=locked.kind, skus=stale, market=market_of(locked))
        validate_change_set(locked, actor=actor)
    return locked


def validate_change_set(
    change_set: ChangeSet, *, actor: str, note: dict[str, Any] | None = None, **changes: Any
) -> None:
    """Check the set, which must be locked, against the stored readings; write fields given by name too."""
    book = LimitBook(rules_for(change_set))
    tally = Tally()
    ids = list(change_set.changes.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), ROWS_AT_ONCE):
        _validate_part(change_set, ids[start : start + ROWS_AT_ONCE], book=book, tally=tally)
    counts = {**tally.counts, "largest_move": str(tally.largest_move)}
    change_set.move_to(
        ChangeSetState.CHECKED,
        actor=actor,
        params={"rows": counts["rows"], **(note or {})},
        counts=counts,
        snapshot_at=tally.read_at,
        **changes,
    )


def _validate_part(change_set: ChangeSet, ids: list[int], *, book: LimitBook, tally: "Tally") -> None:
    """Check some rows and drop those that would change nothing."""
    rows = list(change_set.changes.filter(pk__in=ids).order_by("pk"))
    current, read_at = stored_values(change_set, skus=[row.sku for row in rows])
    results, variants = _validate_rows(change_set, rows, current=current, book=book)
    left = [row for row in rows if not results[row.pk].is_idle]
    Change.objects.filter(pk__in=[row.pk for row in rows if results[row.pk].is_idle]).delete()
    update_rows(Change, _COLUMNS, [_as_row(row, results[row.pk], variant=variants.get(row.sku)) for row in left])
    tally.note_reading(read_at)
    tally.counts["unchanged"] += len(rows) - len(left)
    for row in left:
        tally.note(row, results[row.pk])


def changed_meanwhile(change_set: ChangeSet, *, reading: VendorReading) -> list[str]:
    """Return SKUs of which the vendor holds something else than when the set was checked."""
    rows = change_set.changes.order_by("pk").values_list("sku", "before")
    return [sku for sku, before in rows if reading.values.get(sku, {}) != before]


def _validate_rows(
    change_set: ChangeSet, rows: list[Change], *, current: dict[str, Value], book: LimitBook
) -> tuple[dict[int, RowCheck], dict[str, Variant]]:
    """Return the results by the row's id, and the variants by SKU. A constant number of queries."""
    variants = variants_by_sku(change_set.vendor, skus=[row.sku for row in rows])
    categories = categories_by_product({variant.product_id for variant in variants.values()})
    change_format = format_of(change_set.kind)
    results = {}
    for row in rows:
        before = current.get(row.sku)
        if before is None:
            results[row.pk] = RowCheck({}, {}, [], [], [Guard("unknown_sku", _("The vendor does not list this SKU."))])
            continue
        resolved = change_format.resolve(row.requested, before=before)
        lines = change_format.lines(before, after=resolved.after)
        variant = variants.get(row.sku)
        limits = book.limits(categories.get(variant.product_id, []) if variant else [])
        guards = list(resolved.guards)
        if lines:
            guards += price_guards(change_set.kind, before=before, after=resolved.after, lines=lines, limits=limits)
        results[row.pk] = RowCheck(before, resolved.after, lines, resolved.removals, guards if lines else [])
    return results, variants


def _as_row(row: Change, result: RowCheck, *, variant: Variant | None) -> tuple[Any, ...]:
    confirmed = [key for key in row.confirmed if key in result.removals]
    row.confirmed, row.removals = confirmed, result.removals
    return (
        row.pk,
        variant.pk if variant else None,
        result.before.get("sku_fulfiller", ""),
        to_json(result.before),
        to_json(result.after),
        to_json(serialize([vars(guard) for guard in result.guards])),
        to_json(result.removals),
        to_json(confirmed),
    )
