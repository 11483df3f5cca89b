"""Counts beside the entries of the menu: how much of the reader's work is behind each of them."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest, JsonResponse
from django.urls import reverse

from backoffice.dashboard.inbox.counting import InboxScope, KindTally, count_kinds
from backoffice.dashboard.inbox.registry import kinds_of
from backoffice.dashboard.inbox.snoozes import snoozed_keys
from backoffice.dashboard.kind import total
from backoffice.visibility import reader_key

KEPT_SECONDS = 10


def menu_counts(request: HttpRequest) -> JsonResponse:
    """Return the counts by the address of the entry; read at most every few seconds for each reader."""
    counts = cache.get(_place(request.user))
    if counts is None:
        user = request.user
        counts = keep_counts(user, count_kinds(kinds_of(user), user=user, snoozed=snoozed_keys(user)))
    return JsonResponse({"counts": counts})


def keep_counts(user: Any, tallies: Iterable[KindTally]) -> dict[str, str]:
    """Return the counts by address, and keep them for the next page of this reader."""
    found: dict[str, list[int]] = defaultdict(list)
    for tally in tallies:
        own = [tally.counts[InboxScope.MINE], tally.counts[InboxScope.UNASSIGNED]]
        found[reverse("admin:index")] += own
        if address := tally.kind.page().partition("?")[0]:
            found[address].append(tally.counts[InboxScope.TEAM])
    counts = {address: total(some) for address, some in found.items() if any(some)}
    cache.set(_place(user), counts, KEPT_SECONDS)
    return counts


def _place(user: Any) -> str:
    return f"inbox.menu.{user.pk}.{reader_key()}"
