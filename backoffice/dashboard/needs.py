"""What needs a person now: grouped, counted, oldest first. Every query reads a partial index and stops early."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy, pgettext

from backoffice.states import Tone
from backoffice.text.translatable import gettext as _

SHOWN = 3
# Counting further tells nobody more than "many", and costs.
COUNTED = 1000
LOOK = gettext_lazy("Look")


@dataclass(frozen=True)
class Need:
    """One thing to do: what it is, since when, whose it is, and the one action. `detail` says cause or content."""

    what: str
    detail: str
    since: datetime | None
    url: str
    who: str = ""
    action: Any = LOOK


@dataclass(frozen=True)
class NeedGroup:
    """Needs of one kind, the oldest few of `count`."""

    title: str
    icon: str
    tone: Tone
    count: int
    needs: list[Need]
    url: str
    # What one has to be allowed to do about it.
    permission: str = ""

    def seen_by(self, user: Any) -> "NeedGroup":
        """Return the group as that reader may use it: who may only look is not offered what the page then refuses."""
        if not self.permission or user.has_perm(self.permission):
            return self
        return replace(self, needs=[replace(need, action=pgettext("button", "Open")) for need in self.needs])

    @property
    def is_filtered(self) -> bool:
        """Whether the list behind it shows these and no others."""
        return "?" in self.url

    @property
    def counted(self) -> str:
        return f"{COUNTED - 1}+" if self.count >= COUNTED else str(self.count)

    @property
    def hidden(self) -> bool:
        return self.count > len(self.needs)


def group_of(
    rows: QuerySet[Any],
    *,
    title: str,
    icon: str,
    tone: Tone,
    url: str,
    needs: Callable[[list[Any]], list[Need]],
    permission: str = "",
) -> NeedGroup | None:
    """Return the group of these rows (ordered oldest first), None when there are none. Two queries, both bounded.

    `needs` makes of the few that are shown what is shown: `each` of a function, or one that looks up more for all.
    """
    shown = list(rows[: SHOWN + 1])
    if not shown:
        return None
    count = len(shown) if len(shown) <= SHOWN else count_up_to(rows)
    return NeedGroup(title, icon, tone, count, needs(shown[:SHOWN]), url, permission)


def each(need: Callable[[Any], Need]) -> Callable[[list[Any]], list[Need]]:
    """Return the needs of rows one by one."""
    return lambda rows: [need(row) for row in rows]


def count_up_to(rows: QuerySet[Any]) -> int:
    """Return how many there are, COUNTED at most; the database stops there.

    Their order stays: it is that of the index by which the few are found.
    """
    return rows.values("pk")[:COUNTED].count()


def link(name: str, *arguments: Any, query: str = "") -> str:
    """Return the address of an admin page with its query; empty when that page is not installed."""
    try:
        return reverse(f"admin:{name}", args=arguments) + query
    except NoReverseMatch:
        return ""


def total(groups: Iterable[NeedGroup]) -> str:
    """Return how much there is to do in all, with "+" when a group was not counted to its end."""
    groups = list(groups)
    more = "+" if any(group.count >= COUNTED for group in groups) else ""
    return f"{sum(min(group.count, COUNTED - 1) for group in groups)}{more}"


def assigned_to(user: Any) -> str:
    """Return a label for the assignee."""
    if user is None:
        return ""
    return user.get_full_name() or user.get_username() or _("somebody")
