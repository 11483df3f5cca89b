"""A kind of work in the inbox: which rows need attention, whose they are, and what can be done about one of them.

Rows are read oldest first through a partial index and never counted beyond `COUNTED`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.expressions import BaseExpression
from django.urls import NoReverseMatch, reverse
from django.utils.translation import pgettext_lazy

from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import Explanation
from backoffice.visibility import Shops, narrow, visible

# A count is exact below this; beyond, nobody learns more than "many", and it costs.
COUNTED = 1000
OPEN = pgettext_lazy("button", "Open")


@dataclass(frozen=True)
class Need:
    """One thing to do: what it is, since when, whose it is, and the one action. `detail` says cause or content.

    `at_once` is where the action is posted to, if nothing is left to ask; else it leads to `url`. `explained` is an
    error of `vendor`, whose first sentence the detail is (`explained_in`).
    """

    what: str
    detail: str
    since: datetime | None
    url: str
    who: str = ""
    action: Any = OPEN
    at_once: str = ""
    explained: Explanation | None = None
    vendor: str = ""


@dataclass(frozen=True)
class Essentials:
    """What one has to know before acting: chips, labels with values, lines of an order (name, SKU, quantity).

    `box` is a hold with its remedies, as the page of its order shows it; `order` the order whose customer is shown.
    """

    chips: Sequence[Chip] = ()
    facts: Sequence[tuple[Any, Any]] = ()
    lines: Sequence[tuple[str, str, int]] = ()
    box: Any = None
    order: int | None = None


@dataclass(frozen=True)
class Dismissal:
    """How one row is set aside without another page: the label, the permission, and the service that does it."""

    label: Any
    permission: str
    do: Callable[[Any, str], Any]


@dataclass(frozen=True, kw_only=True, eq=False)
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

    @property
    def about(self) -> str:
        """Return the label of what its rows are, as the last right to view them names it: "mail.mail"."""
        app, _dot, right = [one for one in self.see if ".view_" in one][-1].partition(".")
        return f"{app}.{right.removeprefix('view_')}"

    def acted_on_by(self, user: Any) -> bool:
        return bool(user.has_perm(self.act))


@dataclass(frozen=True, kw_only=True, eq=False)
class InboxKind(Kind):
    """Work that is rows of a table.

    `rows` returns all of them; `order_by` is a unique ordering of columns that are never null, the oldest first, and
    `since` the column (or expression) that says since when. `owner` is the path to the id of whoever a row is assigned
    to, `order` the path to the id of its order, which can be assigned; both are empty where there is none. Where the
    owner is more than that column, `owner_is` is the expression, which reads other tables, and `owned_by` and `unowned`
    say the same as conditions that an index answers. Of a `personal` kind everybody sees their own rows only;
    `workable` is the condition of the rows that a person can do something about, where others are no work of theirs.
    """

    rows: Callable[[], QuerySet[Any]]
    order_by: tuple[str, ...]
    needs: Callable[[list[Any]], list[Need]]
    since: str | BaseExpression = ""
    owner: str = ""
    owner_is: BaseExpression | None = None
    owned_by: Callable[[int], Q] | None = None
    unowned: Q | None = None
    order: str = ""
    related: tuple[str, ...] = ()
    essentials: Callable[[Any], Essentials] | None = None
    dismissal: Dismissal | None = None
    personal: bool = False
    workable: Callable[[Any], Q] | None = None

    @property
    def depends_on_reader(self) -> bool:
        """Return whether two people who see the same shops may see different rows."""
        return self.personal or self.workable is not None

    def rows_for(self, user: Any) -> QuerySet[Any]:
        """Return the rows that this person may see: of their shops, and of a personal kind nobody's but their own."""
        rows = visible(self.rows())
        if self.workable is not None and user is not None:
            rows = rows.filter(self.workable(user))
        return rows.filter(**{self.owner: user.pk if user else 0}) if self.personal else rows

    def is_owned_by(self, user: Any) -> Q:
        """Return the condition that a row is assigned to this person."""
        return self.owned_by(user.pk) if self.owned_by else Q(**{self.owner: user.pk})

    def is_unowned(self) -> Q:
        """Return the condition that a row is assigned to nobody."""
        return self.unowned or Q(**{f"{self.owner}__isnull": True})

    def ordered(self, shops: Shops) -> QuerySet[Any]:
        """Return the rows of these shops, the oldest first."""
        return narrow(self.rows(), shops).order_by(*self.order_by)


@dataclass(frozen=True, kw_only=True, eq=False)
class ListedKind(Kind):
    """Work that is found out, such as what stands still: few, nobody's own, and there until the cause is gone."""

    listed: Callable[[], list[Need]]


def each(need: Callable[[Any], Need]) -> Callable[[list[Any]], list[Need]]:
    """Return the needs of rows one by one."""
    return lambda rows: [need(row) for row in rows]


def explained_in(vendor: str, shown: Explanation) -> dict[str, Any]:
    """Return the parts of a need whose detail is an error of a vendor."""
    return {"detail": shown.text, "explained": shown, "vendor": vendor}


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
    return user.get_full_name() or user.get_username() or _("someone")


def capped(count: int) -> str:
    """Return a count as pages show it: exact to 999."""
    return f"{COUNTED - 1}+" if count >= COUNTED else str(count)


def total(counts: Iterable[int]) -> str:
    """Return the sum of counts, with "+" when one of them was not counted to its end."""
    counts = list(counts)
    more = "+" if any(count >= COUNTED for count in counts) else ""
    return f"{sum(min(count, COUNTED - 1) for count in counts)}{more}"
