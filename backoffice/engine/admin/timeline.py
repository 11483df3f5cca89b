"""Timelines as pages show them: newest first, by day, with who did it and the exchange behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.event import TimelineEvent
from backoffice.staff.actors import actor_label
from backoffice.staff.pages import get_visible_or_404
from backoffice.states import Tone
from backoffice.timeline import UNKNOWN, Sentence
from backoffice.vendors.explaining import explain_params

SHOWN = 300
ATTEMPTS_SHOWN = 60

E = TypeVar("E", bound=TimelineEvent)


@dataclass(frozen=True)
class Entry:
    """One event: the sentence, who, and the push that it came with."""

    event: TimelineEvent
    text: str
    icon: str
    tone: Tone
    who: str


@dataclass(frozen=True)
class Day:
    """The events of one day in the reader's zone."""

    day: date
    entries: list[Entry]


@dataclass(frozen=True)
class Timeline:
    """The newest days; `cut` says that there are older ones."""

    days: list[Day]
    cut: bool


def read_timeline(events: QuerySet[E], *, sentences: Mapping[str, Sentence], describe: Callable[[E], str]) -> Timeline:
    """Return the newest events by day. One query."""
    newest = list(events.order_by("-at", "-pk")[: SHOWN + 1])

    def entry(event: E) -> Entry:
        icon, tone, _text = sentences.get(event.kind, UNKNOWN)
        event.params = explain_params(vendor_of(event), event.params)
        return Entry(event, describe(event), icon, tone, actor_label(event.actor))

    by_day = groupby(newest[:SHOWN], key=lambda event: timezone.localtime(event.at).date())
    return Timeline([Day(day, [entry(event) for event in some]) for day, some in by_day], cut=len(newest) > SHOWN)


def vendor_of(event: TimelineEvent) -> str:
    """Return the vendor whose words an event may hold, empty where there is none."""
    return event.params.get("vendor") or event.actor.partition("vendor:")[2]


def show_exchange(request: HttpRequest, pushes: QuerySet[Push], *, pk: int) -> HttpResponse:
    """Respond with a fragment of a page: what was sent with one of these pushes and what came back, masked."""
    push = get_visible_or_404(pushes, pk=pk)
    attempts = list(push.attempt_rows.order_by("-pk")[:ATTEMPTS_SHOWN])[::-1]
    return TemplateResponse(request, "engine/exchange.html", {"push": push, "attempts": attempts})
