"""The check of a change set: what the vendor holds, what would change, what would vanish, what stands against it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.models.push import Lane
from backoffice.services.integrations import open_vendor
from catalog.models import Change, ChangeSet, ChangeSetState, Variant
from catalog.services.bulk import to_json, update_rows
from catalog.services.change_rules import LimitBook, categories_by_product, rules_for
from catalog.services.change_shapes import shape_of
from catalog.services.change_snapshots import Reading, read_values, stale_skus, store_reading, stored_values
from catalog.services.change_values import Guard, Line, Value
from catalog.services.guards import price_guards

_COLUMNS = ("id", "variant_id", "sku_fulfiller", "before", "after", "guards", "destroys", "ticked")


@dataclass(frozen=True)
class Verdict:
    """What the check says of one row."""

    before: Value
    after: Value
    lines: list[Line]
    destroys: list[str]
    guards: list[Guard]

    @property
    def is_idle(self) -> bool:
        """Whether the vendor holds already what is wanted."""
        return not (self.lines or self.destroys or self.guards)


def check_change_set(change_set: ChangeSet, *, actor: str) -> ChangeSet:
    """Every row has its difference to what the vendor holds, read from it where that is older than ten minutes.

    Rows that would change nothing are dropped. Raises VendorError when the vendor cannot be read, IllegalTransition
    for a set that is not a draft or checked.
    """
    skus = list(change_set.changes.order_by("pk").values_list("sku", flat=True))
    reading = None
    if stale := stale_skus(change_set, skus=skus):
        vendor = open_vendor(change_set.vendor, lane=Lane.READS)
        reading = read_values(vendor, kind=change_set.kind, skus=stale)
    with transaction.atomic():
        locked = ChangeSet.objects.locked(change_set.pk)
        if reading is not None:
            store_reading(reading, vendor=locked.vendor, kind=locked.kind, skus=stale)
        judge_change_set(locked, actor=actor)
    return locked


def judge_change_set(change_set: ChangeSet, *, actor: str, note: dict[str, Any] | None = None, **changes: Any) -> None:
    """The set, which must be locked, is checked against the stored readings; fields given by name are written too."""
    rows = list(change_set.changes.order_by("pk"))
    held, read_at = stored_values(change_set, skus=[row.sku for row in rows])
    verdicts, variants = _judge(change_set, rows, held=held)
    unchanged = [
        row.pk for row in rows if not (verdicts[row.pk].lines or verdicts[row.pk].destroys or verdicts[row.pk].guards)
    ]
    update_rows(
        Change,
        _COLUMNS,
        [_as_row(row, verdicts[row.pk], variant=variants.get(row.sku)) for row in rows],
    )
    Change.objects.filter(pk__in=unchanged).delete()
    dropped = set(unchanged)
    left = [row for row in rows if row.pk not in dropped]
    counts = _counted([(row, verdicts[row.pk]) for row in left], unchanged=len(unchanged))
    change_set.move_to(
        ChangeSetState.CHECKED,
        actor=actor,
        params={"rows": counts["rows"], **(note or {})},
        counts=counts,
        snapshot_at=read_at,
        **changes,
    )


def changed_meanwhile(change_set: ChangeSet, *, reading: Reading) -> list[str]:
    """SKUs of which the vendor holds something else than when the set was checked."""
    rows = change_set.changes.order_by("pk").values_list("sku", "before")
    return [sku for sku, before in rows if reading.values.get(sku, {}) != before]


def _judge(
    change_set: ChangeSet, rows: list[Change], *, held: dict[str, Value]
) -> tuple[dict[int, Verdict], dict[str, Variant]]:
    """By the row's id; and the variants by SKU. A constant number of queries."""
    book = LimitBook(rules_for(change_set))
    variants = variants_by_sku(change_set.vendor, skus=[row.sku for row in rows])
    categories = categories_by_product({variant.product_id for variant in variants.values()})
    shape = shape_of(change_set.kind)
    verdicts = {}
    for row in rows:
        before = held.get(row.sku)
        if before is None:
            verdicts[row.pk] = _unknown_at_vendor()
            continue
        resolved = shape.resolve(row.wanted, before=before)
        lines = shape.lines(before, after=resolved.after)
        variant = variants.get(row.sku)
        limits = book.limits(categories.get(variant.product_id, []) if variant else [])
        guards = list(resolved.guards)
        if lines:
            guards += price_guards(change_set.kind, before=before, after=resolved.after, lines=lines, limits=limits)
        verdicts[row.pk] = Verdict(before, resolved.after, lines, resolved.destroys, guards if lines else [])
    return verdicts, variants


def variants_by_sku(vendor: str, *, skus: Iterable[str]) -> dict[str, Variant]:
    """Our variants of these SKUs. One company may have several accounts with us ("x" and "x-fulfiller"), which speak
    of the same SKUs: the account's own variant comes first.
    """
    names = {vendor, vendor.partition("-")[0]}
    rows = Variant.objects.filter(vendor__in=names, sku__in=list(skus)).only("pk", "sku", "vendor", "product_id")
    return {row.sku: row for row in sorted(rows, key=lambda row: row.vendor == vendor)}


def _unknown_at_vendor() -> Verdict:
    return Verdict({}, {}, [], [], [Guard("unknown_sku", _("The vendor does not list this SKU."))])


def _as_row(row: Change, verdict: Verdict, *, variant: Variant | None) -> tuple[Any, ...]:
    ticked = [key for key in row.ticked if key in verdict.destroys]
    row.ticked, row.destroys = ticked, verdict.destroys
    return (
        row.pk,
        variant.pk if variant else None,
        verdict.before.get("sku_fulfiller", ""),
        to_json(verdict.before),
        to_json(verdict.after),
        to_json([guard.as_json() for guard in verdict.guards]),
        to_json(verdict.destroys),
        to_json(ticked),
    )


def _counted(judged: list[tuple[Change, Verdict]], *, unchanged: int) -> dict[str, Any]:
    counts: Counter[str] = Counter(rows=len(judged), unchanged=unchanged)
    largest = Decimal(0)
    for row, verdict in judged:
        counts["values"] += len(verdict.lines)
        counts["blocking"] += any(guard.blocking for guard in verdict.guards)
        counts["final"] += any(guard.blocking and not guard.overridable for guard in verdict.guards)
        counts["flagged"] += any(not guard.blocking for guard in verdict.guards)
        counts["destroys"] += len(verdict.destroys)
        counts["unticked"] += len(row.unticked)
        largest = max([largest, *(abs(line.move) for line in verdict.lines if line.move is not None)])
    return {**counts, "largest_move": str(largest)}
