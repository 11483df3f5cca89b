"""The inbox as the home page of staff: all kinds as rows, or one kind as a list beside its first item."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from backoffice.audit.services.reading import mark_shown
from backoffice.dashboard.inbox.counting import InboxScope, KindTally, count_kinds
from backoffice.dashboard.inbox.listing import KindListing, read_listing
from backoffice.dashboard.inbox.menu import keep_counts
from backoffice.dashboard.inbox.registry import all_kinds, kind_named, kinds_of
from backoffice.dashboard.inbox.snoozes import choices, first_and_last_day, snoozed_keys
from backoffice.dashboard.inbox.trends import HEIGHT, WIDTH, Trend, past_counts, trend
from backoffice.dashboard.kind import InboxKind, Kind, capped, total
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.live import live_version
from backoffice.text.translatable import gettext as _

TABS = {
    InboxScope.MINE: gettext_lazy("Mine"),
    InboxScope.UNASSIGNED: gettext_lazy("Unassigned"),
    InboxScope.TEAM: gettext_lazy("Team"),
    InboxScope.SNOOZED: gettext_lazy("Snoozed"),
}
# Asked for by the page's own script, which exchanges the content of a page that is there already.
PART_HEADER = "X-Part"


@dataclass(frozen=True)
class ScopeTab:
    title: Any
    url: str
    count: str
    is_current: bool


@dataclass(frozen=True)
class InboxRow:
    """One kind in the scope: how many, since when, whither it goes."""

    kind: Kind
    counted: str
    oldest: datetime | None
    trend: Trend
    change: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class InboxView:
    """What the address asks for."""

    scope: InboxScope
    kind: Kind | None
    item: str
    after: str
    of_others: bool

    def address(self, **changes: Any) -> str:
        """Return the address of this view with something else in it."""
        asked = {
            "show": self.scope,
            "kind": self.kind.name if self.kind else "",
            "item": self.item,
            "after": self.after,
            "others": "1" if self.of_others else "",
        } | changes
        if asked["show"] == InboxScope.TEAM:
            asked["show"] = ""
        query = urlencode({name: value for name, value in asked.items() if value})
        return reverse("admin:index") + (f"?{query}" if query else "")


def inbox(request: HttpRequest) -> HttpResponse:
    """Return the page, its content alone for its own script, or nothing while nothing has changed."""
    shown = inbox_context(request)
    _mark_shown(request, shown["view"], shown["listing"])
    live = live_version(*_versions(shown))
    if unchanged := live.unchanged(request):
        return unchanged
    if PART_HEADER in request.headers:
        frame: dict[str, Any] = {"frame": "dashboard/part.html", "site_title": settings.UNFOLD["SITE_TITLE"]}
    else:
        frame = {"frame": "admin/base.html", "index": True, "live": live, **admin.site.each_context(request)}
    return TemplateResponse(request, "dashboard/inbox.html", frame | shown)


def _mark_shown(request: HttpRequest, view: InboxView, listing: KindListing | None) -> None:
    """Have it noted whose data the list and the pane beside it show."""
    if view.kind is None or listing is None or not listing.items:
        return
    chosen = listing.chosen.key if listing.chosen else None
    if listing.essentials.order:
        mark_shown(request, "orders.order", listing.essentials.order)
    elif PERSONAL_DATA in view.kind.see:
        mark_shown(request, view.kind.about, chosen or "")


def _versions(shown: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what of the page changes with the work; the same for every process of the server."""
    for row in shown["rows"]:
        yield row.kind.name, row.counted, row.oldest, row.change
    yield [tab.count for tab in shown["tabs"]]
    if listing := shown["listing"]:
        yield listing.next, str(listing.essentials)
        for item in listing.items:
            yield item.key, str(item.need.what), str(item.need.detail), item.need.since, item.need.who


def inbox_context(request: HttpRequest) -> dict[str, Any]:
    """Return what is the reader's work, as the address asks for it."""
    user, view = request.user, read_view(request)
    snoozed = snoozed_keys(user)
    shown = kinds_of(user, of_others=view.of_others)
    if view.kind is not None and view.kind not in shown:
        shown.append(view.kind)
    tallies = count_kinds(shown, user=user, snoozed=snoozed)
    if not view.of_others:
        keep_counts(user, tallies)
    rows = _rows(tallies, view)
    return {
        "title": _("Inbox"),
        "view": view,
        "tabs": _tabs(tallies, view),
        "rows": rows,
        "has_trend": any(row.trend.points for row in rows),
        "others": _others(user, view),
        "listing": _listing(view, user=user, snoozed=snoozed),
        "drawing": {"width": WIDTH, "height": HEIGHT},
        **_pane(request, view),
    }


def read_view(request: HttpRequest) -> InboxView:
    """Return the view that the address asks for; what it cannot mean is as if it were not there."""
    given = request.GET
    scope = InboxScope(given["show"]) if given.get("show") in set(InboxScope) else InboxScope.TEAM
    kind = kind_named(given.get("kind", ""), user=request.user)
    return InboxView(scope, kind, given.get("item", ""), given.get("after", ""), of_others="others" in given)


def _tabs(tallies: list[KindTally], view: InboxView) -> list[ScopeTab]:
    return [
        ScopeTab(
            title=title,
            url=view.address(show=scope, item="", after=""),
            count=total(tally.counts[scope] for tally in tallies),
            is_current=scope == view.scope,
        )
        for scope, title in TABS.items()
    ]


def _rows(tallies: list[KindTally], view: InboxView) -> list[InboxRow]:
    """Return the kinds of which the scope has some, and the one that is open."""
    past = past_counts()
    return [
        _row(tally, view, past=past.get(tally.kind.name, {}))
        for tally in tallies
        if tally.counts[view.scope] or tally.kind is view.kind
    ]


def _row(tally: KindTally, view: InboxView, *, past: Mapping[Any, int]) -> InboxRow:
    course = trend(dict(past), now=tally.counts[InboxScope.TEAM])
    return InboxRow(
        kind=tally.kind,
        counted=capped(tally.counts[view.scope]),
        oldest=tally.oldest[view.scope],
        trend=course,
        change=_change(course.change),
        url=view.address(kind=tally.kind.name, item="", after=""),
        is_current=tally.kind is view.kind,
    )


def _change(change: int | None) -> str:
    if change is None:
        return ""
    if not change:
        return _("same as yesterday")
    return _("%(number)+d since yesterday") % {"number": change}


def _others(user: Any, view: InboxView) -> dict[str, str]:
    """Return the way to the kinds that are others' work, and back; nothing where there are none."""
    if view.of_others:
        return {"url": view.address(others="", item="", after=""), "text": _("Show only my kinds of work")}
    own = len(kinds_of(user))
    more = sum(kind.seen_by(user) for kind in all_kinds()) - own
    text = ngettext(
        "Show %(count)s kind of work handled by others", "Show %(count)s kinds of work handled by others", more
    )
    return {"url": view.address(others="1"), "text": text % {"count": more}} if more else {}


def _listing(view: InboxView, *, user: Any, snoozed: Mapping[str, list[int]]) -> KindListing | None:
    if view.kind is None:
        return None
    keys = snoozed.get(view.kind.name, [])
    return read_listing(view.kind, view.scope, user=user, snoozed=keys, item=view.item, after=view.after)


def _pane(request: HttpRequest, view: InboxView) -> dict[str, Any]:
    """Return what the reader may do with the item: nothing is offered that would be refused."""
    kind = view.kind
    may = request.user.has_perm
    dismissal = kind.dismissal if isinstance(kind, InboxKind) else None
    return {
        "may_act": kind is not None and kind.acted_on_by(request.user),
        "may_assign": isinstance(kind, InboxKind) and bool(kind.order) and may("orders.change_order"),
        "dismissal": dismissal if dismissal and may(dismissal.permission) else None,
        "is_snoozed": view.scope == InboxScope.SNOOZED,
        "snooze_days": first_and_last_day(),
        "days": choices() if isinstance(kind, InboxKind) else [],
    }
