"""What has been kept long enough goes: some rows at a time, each batch in a short transaction, until nothing is left.

Whoever is killed loses nothing: the next run goes on. No table is locked, and nothing of an open order is touched.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.acting import told_by
from backoffice.errors import InvalidInput
from backoffice.privacy.models import RetentionMark, RetentionRule
from backoffice.privacy.models.retention import MOST_DAYS
from backoffice.privacy.periods import KINDS, SOURCES, RetentionKind, RetentionSource
from backoffice.text.translatable import gettext as _

AT_ONCE = 200
# So many are counted for the preview: whoever has more sees that there are more.
MOST_COUNTED = 10_000


@dataclass(frozen=True)
class RetentionScope:
    """A kind as it applies to one shop (None: to all, or to what is of no shop), with its days; None: it is kept."""

    kind: RetentionKind
    shop: Shop | None
    days: int | None


@dataclass(frozen=True)
class Due:
    """How much of a scope would go today."""

    scope: RetentionScope
    count: int

    @property
    def is_more(self) -> bool:
        return self.count >= MOST_COUNTED


def scopes() -> list[RetentionScope]:
    """Return each kind for each shop that it applies to, and for what is of no shop. Two queries."""
    rules = {(row.kind, row.shop_id): row.days for row in RetentionRule.objects.all()}
    shops = list(Shop.objects.order_by("code"))
    found = []
    for kind in KINDS.values():
        usual = rules.get((kind.kind, None), kind.default)
        if kind.per_shop:
            found += [RetentionScope(kind, shop, rules.get((kind.kind, shop.pk), usual)) for shop in shops]
        if kind.beside_shops or not kind.per_shop:
            found.append(RetentionScope(kind, None, usual))
    return found


def preview_retention() -> list[Due]:
    """Return how much of each kind would go now."""
    now = timezone.now()
    marks = {(row.kind, row.shop_id): row.position for row in RetentionMark.objects.all()}
    return [Due(scope, _count(scope, now, marks)) for scope in scopes() if scope.days is not None]


def run_retention(*, seconds: float) -> dict[str, int]:
    """End what is due for about that long; return how many rows of each kind. The next run goes on."""
    deadline, done = time.monotonic() + seconds, dict.fromkeys(KINDS, 0)
    for scope in scopes():
        if scope.days is None:
            continue
        for source in SOURCES[scope.kind.kind]:
            for count in _batches(scope, source):
                done[scope.kind.kind] += count
                if time.monotonic() >= deadline:
                    return done
    return done


def set_period(kind: str, *, shop: Shop | None, days: int | None, actor: str) -> None:
    """Keep a kind for so many days; None for good. Raise InvalidInput below what the work itself needs."""
    known = KINDS[kind]
    if days is not None and not known.least <= days <= MOST_DAYS:
        text = _("%(kind)s: enter a number of days from %(least)d to %(most)d.")
        text %= {"kind": str(known.label), "least": known.least, "most": MOST_DAYS}
        raise InvalidInput(text, errors={"days": [text]})
    if shop is not None and not known.per_shop:
        text = _("%(kind)s: one period for all shops.") % {"kind": str(known.label)}
        raise InvalidInput(text, errors={"shop": [text]})
    RetentionRule.objects.update_or_create(kind=kind, shop=shop, defaults={"days": days, "changed_by": actor})


def drop_period(kind: str, *, shop: Shop) -> None:
    """Have the shop follow what is said for all."""
    RetentionRule.objects.filter(kind=kind, shop=shop).delete()


def _count(scope: RetentionScope, now: datetime, marks: Mapping[tuple[str, int | None], int]) -> int:
    counts = []
    for source in SOURCES[scope.kind.kind]:
        rows = _due(scope, source, now)
        if source.of_shop is not None:
            position = marks.get((_mark_of(scope, source), scope.shop.pk if scope.shop else None), 0)
            rows = _of_shop(scope, source, rows.filter(pk__gt=position)[:MOST_COUNTED].values("pk"))
        counts.append(rows[:MOST_COUNTED].count())
    return min(sum(counts), MOST_COUNTED)


def _of_shop(scope: RetentionScope, source: RetentionSource, keys: Any) -> QuerySet[Any]:
    """Return those of the rows that are the shop's, by what they are about."""
    rows = source.due(scope.shop, timezone.now()).filter(pk__in=keys)
    return rows.filter(source.of_shop(scope.shop)) if source.of_shop else rows


def _due(scope: RetentionScope, source: RetentionSource, now: datetime) -> QuerySet[Any]:
    return source.due(scope.shop, now - timedelta(days=scope.days or 0)).order_by("pk")


def _batches(scope: RetentionScope, source: RetentionSource) -> Iterator[int]:
    """End batch after batch, and yield how many rows each had."""
    now = timezone.now()
    mark = _mark(scope, source, now)
    while True:
        with transaction.atomic():
            rows = _due(scope, source, now)
            if source.is_marked:
                rows = rows.filter(pk__gt=mark.position)
            read = keys = list(rows.values_list("pk", flat=True)[:AT_ONCE])
            if read and source.of_shop is not None:
                keys = list(_of_shop(scope, source, read).values_list("pk", flat=True))
            if keys:
                with told_by("erasure"):
                    source.forget(keys)
            if read:
                mark.position = read[-1] if source.is_marked else 0
            RetentionMark.objects.filter(pk=mark.pk).update(
                position=mark.position, done=F("done") + len(keys), last_run_at=now
            )
        if not read:
            return
        yield len(keys)


def _mark_of(scope: RetentionScope, source: RetentionSource) -> str:
    return f"{scope.kind.kind}.{source.name}"[:64]


def _mark(scope: RetentionScope, source: RetentionSource, now: datetime) -> RetentionMark:
    """Return how far it is; once a month it begins anew, for what could not go when it was come by."""
    values: Mapping[str, Any] = {"kind": _mark_of(scope, source), "shop": scope.shop}
    mark, _made = RetentionMark.objects.get_or_create(**values)
    if mark.last_run_at is None or (mark.last_run_at.year, mark.last_run_at.month) != (now.year, now.month):
        mark.position = 0
    return mark
