"""How much there is of each kind, whose it is and since when: one query for all kinds, whatever there is to do.

Each kind is read off the end of its index and no further than `COUNTED` rows, so that the database does the same little
work at a thousand orders and at a million.
"""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, F, QuerySet, Value
from django.db.models.expressions import BaseExpression

from backoffice.dashboard.kind import COUNTED, InboxKind, Kind, ListedKind, Need
from backoffice.visibility import Shops, seen_shops

# The text of a kind's query is made anew after so long: it may hold the time of day ("late").
COMPILED_SECONDS = 30
# SQL with its parameters; None where nothing can be found.
Query = tuple[str, tuple[Any, ...]] | None
# Stands for an owner that is known, or asked for by another query: nobody's key, and somebody's.
_KNOWN = Value(0, BigIntegerField())


class InboxScope(StrEnum):
    """Whose work is shown."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    TEAM = "team"
    SNOOZED = "snoozed"


@dataclass
class KindTally:
    """One kind's counts (COUNTED means "that many or more") and oldest moments, by scope."""

    kind: Kind
    counts: dict[InboxScope, int] = field(default_factory=lambda: dict.fromkeys(InboxScope, 0))
    oldest: dict[InboxScope, datetime | None] = field(default_factory=lambda: dict.fromkeys(InboxScope))


_SHOWN = {
    InboxScope.TEAM: "awake",
    InboxScope.MINE: "awake AND is_mine",
    InboxScope.UNASSIGNED: "awake AND is_free",
    InboxScope.SNOOZED: "NOT awake",
}
_SELECT = ", ".join(f"count(*) FILTER (WHERE {where}), min(since) FILTER (WHERE {where})" for where in _SHOWN.values())


def count_kinds(kinds: Iterable[Kind], *, user: Any, snoozed: Mapping[str, list[int]]) -> list[KindTally]:
    """Return a tally for each kind. At most two queries, beside what listed kinds need."""
    tallies = {kind.name: KindTally(kind) for kind in kinds}
    rows = [tally.kind for tally in tallies.values() if isinstance(tally.kind, InboxKind)]
    asked = [query for kind in rows for query in _all_of(kind, user=user, snoozed=snoozed.get(kind.name, []))]
    for name, *found in _ask(asked):
        _note(tallies[name], found)
    for tally in tallies.values():
        if isinstance(tally.kind, ListedKind):
            _note_listed(tally, tally.kind.listed())
    _count_owners(list(tallies.values()), user=user, snoozed=snoozed)
    return list(tallies.values())


def in_scope(kind: InboxKind, scope: InboxScope, *, user: Any, snoozed: Sequence[int]) -> QuerySet[Any]:
    """Return the rows of a kind that the scope shows, the oldest first."""
    rows = kind.rows_for(user).order_by(*kind.order_by)
    if scope == InboxScope.SNOOZED:
        return rows.filter(pk__in=list(snoozed))
    if snoozed:
        rows = rows.exclude(pk__in=list(snoozed))
    if scope == InboxScope.MINE:
        return rows.filter(kind.is_owned_by(user)) if kind.owner else rows.none()
    if scope == InboxScope.UNASSIGNED and kind.owner:
        return rows.filter(kind.is_unowned())
    return rows


def _note(tally: KindTally, found: Sequence[Any]) -> None:
    """Note what one query found; where two ask, what one leaves out the other has."""
    for scope, count, oldest in zip(_SHOWN, found[::2], found[1::2], strict=True):
        tally.counts[scope] = max(tally.counts[scope], min(count, COUNTED))
        tally.oldest[scope] = tally.oldest[scope] or oldest


def _note_listed(tally: KindTally, needs: Sequence[Need]) -> None:
    oldest = min((need.since for need in needs if need.since), default=None)
    for scope in (InboxScope.TEAM, InboxScope.UNASSIGNED):
        tally.counts[scope], tally.oldest[scope] = len(needs), oldest


def _count_owners(tallies: list[KindTally], *, user: Any, snoozed: Mapping[str, list[int]]) -> None:
    """Count mine and unassigned by themselves where not all rows were looked at."""
    asked = []
    for tally in tallies:
        kind = tally.kind
        if isinstance(kind, InboxKind) and kind.owner and tally.counts[InboxScope.TEAM] >= COUNTED:
            for scope in (InboxScope.MINE, InboxScope.UNASSIGNED):
                rows = in_scope(kind, scope, user=user, snoozed=snoozed.get(kind.name, []))
                asked.append(
                    _query(f"{kind.name} {scope}", _compile(kind, rows, COUNTED, _KNOWN), user=user, snoozed=[])
                )
    by_name = {tally.kind.name: tally for tally in tallies}
    for name, count, oldest, *_rest in _ask(asked):
        kind_name, _space, scope_name = name.partition(" ")
        tally, scope = by_name[kind_name], InboxScope(scope_name)
        tally.counts[scope], tally.oldest[scope] = min(count, COUNTED), oldest


def _all_of(kind: InboxKind, *, user: Any, snoozed: list[int]) -> Iterator[Query]:
    """Yield what counts a kind: one query, or two where owners stand in another table. Then the first reads all owners,
    if there are few rows, and the second counts the rows, however many there are.
    """
    most, shops = COUNTED + len(snoozed), seen_shops()
    if kind.depends_on_reader:
        compiled = _compile(kind, kind.rows_for(user).order_by(*kind.order_by), most)
    else:
        compiled = _oldest_rows(kind, most, _period(), shops)
    # Who sees some shops reads the orders anyway: they say which shop.
    if kind.owner_is is None or shops is not None or compiled is None:
        yield _query(kind.name, compiled, user=user, snoozed=snoozed)
        return
    alone = _oldest_rows(kind, most, _period(), shops, _KNOWN)
    yield _query(kind.name, compiled, user=user, snoozed=snoozed, unless=alone, most=most)
    yield _query(kind.name, alone, user=user, snoozed=snoozed)


def _query(name: str, compiled: Query, *, user: Any, snoozed: list[int], unless: Query = None, most: int = 0) -> Query:
    """Return the aggregate over rows as SQL with its parameters, None when there can be none. Nothing is read if there
    are `most` rows of `unless`.
    """
    if compiled is None:
        return None
    inner, inner_params = compiled
    few, few_params = ("", ()) if unless is None else unless
    gate = f"WHERE (SELECT count(*) FROM ({few}) AS few) < %s" if few else ""  # noqa: S608
    # What is put together is text of this module and of the query; all values are parameters.
    sql = f"""
        SELECT %s, {_SELECT} FROM (
            SELECT owner::bigint = %s::bigint AS is_mine, owner IS NULL AS is_free, since::timestamptz,
                   NOT pk = ANY(%s::bigint[]) AS awake
              FROM ({inner}) AS oldest_rows (pk, owner, since) {gate}
        ) AS found"""  # noqa: S608
    gate_params = (*few_params, most) if few else ()
    return sql, (name, user.pk if user else None, snoozed, *inner_params, *gate_params)


def _period() -> int:
    return int(time.monotonic() / COMPILED_SECONDS)


@lru_cache(maxsize=1024)
def _oldest_rows(kind: InboxKind, most: int, period: int, shops: Shops, owner: Value | None = None) -> Query:
    """Return the query of the kind's oldest rows. Putting forty of them together costs more than asking them."""
    return _compile(kind, kind.ordered(shops), most, owner)


def _compile(kind: InboxKind, rows: QuerySet[Any], most: int, owner: BaseExpression | None = None) -> Query:
    """Return key, owner and age of the first rows as SQL with its parameters, None when there can be none. `owner`
    stands for all owners where they need not be read.
    """
    column = F(kind.owner) if kind.owner else Value(None, BigIntegerField())
    since = kind.since or Value(None, DateTimeField())
    rows = rows.annotate(
        inbox_owner=owner or kind.owner_is or column, inbox_since=F(since) if isinstance(since, str) else since
    )
    try:
        return rows.values_list("pk", "inbox_owner", "inbox_since")[:most].query.sql_with_params()
    except EmptyResultSet:
        return None


def _ask(queries: Iterable[Query]) -> list[Any]:
    asked = [query for query in queries if query is not None]
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"({sql})" for sql, _params in asked), [one for _sql, params in asked for one in params]
        )
        return list(cursor.fetchall())
