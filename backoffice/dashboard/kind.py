"""A kind of work in the inbox: which rows need attention, whose they are, and what can be done about one of them.

Rows are read oldest first through a partial index and never counted beyond `COUNTED`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import BaseExpression
from django.urls import NoReverseMatch, reverse
from django.utils.translation import pgettext_lazy

from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _

# A count is exact below this; beyond, nobody learns more than "many", and it costs.
COUNTED = 1000
OPEN = pgettext_lazy("button", "Open")


@dataclass(frozen=True)
class Need:
    """One thing to do: what it is, since when, whose it is, and the one action. `detail` says cause or content."""

    what: str
    detail: str
    since: datetime | None
    url: str
    who: str = ""
    action: Any = OPEN


@dataclass(frozen=True)
class Essentials:
    """What one has to know before acting: chips, labels with values, lines of an order (name, SKU, quantity)."""

    chips: Sequence[Chip] = ()
    facts: Sequence[tuple[Any, Any]] = ()
    lines: Sequence[tuple[str, str, int]] = ()


@dataclass(frozen=True)
class Dismissal:
    """How one row is set aside without another page: the label, the permission, and the service that does it."""

    label: Any
    permission: str
    do: Callable[[Any, str], Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What all kinds have. `name` stands in addresses and is kept by whoever snoozes: it never changes.

    `place` orders the kinds, the most urgent first. `see` are the permissions without which nobody sees them, `act` the
    one by which something can be done about them.
    """

    name: str
    title: Any
    icon: str
    tone: Tone
    place: int
    see: tuple[str, ...]
    act: str
    page: Callable[[], str] = str

    def seen_by(self, user: Any) -> bool:
        return bool(user.has_perms(self.see))

    def acted_on_by(self, user: Any) -> bool:
        return bool(user.has_perm(self.act))


@dataclass(frozen=True, kw_only=True)
class InboxKind(Kind):
    """Work that is rows of a table.

    `rows` returns all of them; `order_by` is a unique ordering of columns that are never null, the oldest first, and
    `since` the column (or expression) that says since when. `owner` is the path to the id of whoever a row is assigned
    to, `order` the path to the id of its order, which can be assigned; both are empty where there is none.
    """

    rows: Callable[[], QuerySet[Any]]
    order_by: tuple[str, ...]
    needs: Callable[[list[Any]], list[Need]]
    since: str | BaseExpression = ""
    owner: str = ""
    order: str = ""
    related: tuple[str, ...] = ()
    essentials: Callable[[Any], Essentials] | None = None
    dismissal: Dismissal | None = None

    def ordered(self) -> QuerySet[Any]:
        """Return the rows, the oldest first."""
        return self.rows().order_by(*self.order_by)


@dataclass(frozen=True, kw_only=True)
class ListedKind(Kind):
    """Work that is found out, such as what stands still: few, nobody's own, and there until the cause is gone."""

    listed: Callable[[], list[Need]]


def each(need: Callable[[Any], Need]) -> Callable[[list[Any]], list[Need]]:
    """Return the needs of rows one by one."""
    return lambda rows: [need(row) for row in rows]


def link(name: str, *arguments: Any, query: str = "") -> str:
    """Return the address of an admin page with its query; empty when that page is not installed."""
    try:
        return reverse(f"admin:{name}", args=arguments) + query
    except NoReverseMatch:
        return ""


def page_of(name: str, *, query: str = "") -> Callable[[], str]:
    """Return what finds the list behind a kind, once all pages are there."""
    return lambda: link(name, query=query)


def assigned_to(user: Any) -> str:
    """Return a label for the assignee."""
    if user is None:
        return ""
    return user.get_full_name() or user.get_username() or _("somebody")


def capped(count: int) -> str:
    """Return a count as pages show it: exact to 999."""
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


def total(counts: Iterable[int]) -> str:
    """Return the sum of counts, with "+" when one of them was not counted to its end."""
    counts = list(counts)
    more = "+" if any(count >= COUNTED for count in counts) else ""
    return f"{sum(min(count, COUNTED - 1) for count in counts)}{more}"
