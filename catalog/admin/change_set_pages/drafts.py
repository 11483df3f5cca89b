"""Edits from a page: into the draft that was chosen, or into a new one."""

from collections.abc import Mapping

from django.db.models import QuerySet

from backoffice.accounts.services.markets import Market
from backoffice.visibility import visible
from catalog.models import ChangeSet, ChangeSetState, ChangeSource
from catalog.services.change_sets.editing import add_changes, make_change_set
from catalog.services.change_sets.values import Value

OFFERED = 20


def open_drafts(kind: str, *, vendor: str, market: Market | None = None) -> QuerySet[ChangeSet]:
    """Return sets that may still be edited, of prices in that market, newest first."""
    states = [ChangeSetState.DRAFT, ChangeSetState.CHECKED]
    return sets_of(kind, vendor=vendor, market=market).filter(state__in=states).order_by("-pk")


def sets_of(kind: str, *, vendor: str, market: Market | None = None) -> QuerySet[ChangeSet]:
    """Return the sets of that kind, of prices in that market."""
    currency, shipping_from = market.listing if market else ("", "")
    return visible(ChangeSet.objects.filter(kind=kind, vendor=vendor, currency=currency, shipping_from=shipping_from))


def find_set(sets: QuerySet[ChangeSet], given: object) -> ChangeSet | None:
    """Return the one of the sets that a page's `draft` names, None for none of them."""
    number = str(given or "")
    return sets.filter(pk=int(number)).first() if number.isdecimal() else None


def keep_edits(
    kind: str,
    *,
    vendor: str,
    rows: Mapping[str, Value],
    draft: ChangeSet | None,
    title: str,
    actor: str,
    market: Market | None = None,
) -> ChangeSet:
    """Add the edits to the draft, else to a new one. Raises as `make_change_set`, `add_changes`."""
    if draft is not None:
        return add_changes(draft, rows=rows, actor=actor)
    return make_change_set(
        kind, vendor=vendor, rows=rows, title=title, source=ChangeSource.EDITOR, actor=actor, market=market
    )
