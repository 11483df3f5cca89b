"""The list of one kind and the item beside it."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Q, QuerySet

from backoffice.dashboard.inbox.counting import InboxScope, in_scope
from backoffice.dashboard.kind import OPEN, Essentials, InboxKind, Kind, ListedKind, Need
from backoffice.staff.keyset import read_key

SIZE = 30


@dataclass(frozen=True)
class InboxItem:
    """One row of the list; `key` is None where it cannot be told from others later (it is found out each time).
    `is_test`: it is about a test order.
    """

    key: int | None
    need: Need
    is_test: bool = False


@dataclass(frozen=True)
class KindListing:
    """A page of the rows of one kind, the `chosen` one with what one has to know, and the key of the next page."""

    items: list[InboxItem] = field(default_factory=list)
    chosen: InboxItem | None = None
    essentials: Essentials = field(default_factory=Essentials)
    order: int | None = None
    next: int | None = None

    @property
    def following(self) -> int | None:
        """Return the key of the item to show once the chosen one is dealt with."""
        keys = [item.key for item in self.items]
        if self.chosen is None or self.chosen.key not in keys:
            return None
        place = keys.index(self.chosen.key)
        rest = keys[place + 1 :] or keys[:place][::-1]
        return rest[0] if rest else None


def read_listing(
    kind: Kind, scope: InboxScope, *, user: Any, snoozed: list[int], item: str = "", after: str = ""
) -> KindListing:
    """Return a page of the kind's rows, the oldest first, and the item asked for (else the first)."""
    if not isinstance(kind, InboxKind):
        return _listed(kind, scope)
    rows = in_scope(kind, scope, user=user, snoozed=snoozed).select_related(*kind.related)
    found = list(_behind(kind, rows, read_key(after))[: SIZE + 1])
    page = found[:SIZE]
    chosen = _chosen(rows, page, read_key(item))
    outside = [chosen] if chosen is not None and chosen not in page else []
    needs = [_as_read_by(need, kind=kind, user=user) for need in kind.needs(page + outside)]
    items = [
        InboxItem(row.pk, need, is_test=_is_about_test(row)) for row, need in zip(page + outside, needs, strict=True)
    ]
    return KindListing(
        items=items[: len(page)],
        chosen=next((one for one in items if chosen is not None and one.key == chosen.pk), None),
        essentials=kind.essentials(chosen) if chosen is not None and kind.essentials else Essentials(),
        order=order_of(kind, chosen),
        next=page[-1].pk if len(found) > SIZE else None,
    )


def _is_about_test(row: Any) -> bool:
    """Return whether the order that the row is, or was read with, is a test. No query."""
    order = row._state.fields_cache.get("order", row)
    return bool(getattr(order, "is_test", False))


def order_of(kind: InboxKind, row: Any) -> int | None:
    """Return the id of the order that the row is about, None where there is none."""
    found = getattr(row, kind.order) if row is not None and kind.order else None
    return found if isinstance(found, int) else None


def _listed(kind: Kind, scope: InboxScope) -> KindListing:
    if not isinstance(kind, ListedKind) or scope not in (InboxScope.TEAM, InboxScope.UNASSIGNED):
        return KindListing()
    items = [InboxItem(None, need) for need in kind.listed()]
    return KindListing(items=items, chosen=items[0] if items else None)


def _chosen(rows: QuerySet[Any], page: list[Any], key: int | None) -> Any:
    """Return the row of that key, wherever it stands in the list; else the first of the page."""
    if key is not None:
        found = next((row for row in page if row.pk == key), None) or rows.filter(pk=key).first()
        if found is not None:
            return found
    return page[0] if page else None


def _behind(kind: InboxKind, rows: QuerySet[Any], key: int | None) -> QuerySet[Any]:
    """Return the rows after that one, which may be gone from the list meanwhile."""
    last = rows.model._default_manager.filter(pk=key).values_list(*kind.order_by).first() if key is not None else None
    if last is None:
        return rows
    behind = Q()
    for place, name in enumerate(kind.order_by):
        same = Q(**dict(zip(kind.order_by[:place], last[:place], strict=True)))
        behind |= same & Q(**{f"{name}__gt": last[place]})
    return rows.filter(behind)


def _as_read_by(need: Need, *, kind: Kind, user: Any) -> Need:
    """Return the need as that reader may use it: who may only look is not offered what the page then refuses."""
    return need if kind.acted_on_by(user) else replace(need, action=OPEN, at_once="")
