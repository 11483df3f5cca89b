"""The timeline as the order's page shows it: newest first, by day, with who and the exchange behind it."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils import timezone

from backoffice.admin.actors import actor_in_words
from backoffice.states import Tone
from orders.models import OrderEvent
from orders.services.timeline import describe, icon

TONES = {
    "hold": Tone.AMBER,
    "alarm.raised": Tone.RED,
    "order.late": Tone.AMBER,
    "order.cancel": Tone.AMBER,
    "order.closed": Tone.GREEN,
    "production.done": Tone.GREEN,
    "production.failed": Tone.RED,
    "production": Tone.BLUE,
    "shipment.delivered": Tone.GREEN,
    "shipment.arrived": Tone.GREEN,
    "shipment": Tone.BLUE,
    "order.released": Tone.BLUE,
    "hold.released": Tone.BLUE,
    "vendor.refused": Tone.RED,
    "vendor.cancelled_unasked": Tone.RED,
    "vendor.duplicate": Tone.RED,
    "vendor.unknown": Tone.AMBER,
    "rule.failed": Tone.RED,
    "push.needs_person": Tone.RED,
    "export.waiting": Tone.BLUE,
    "export.changed": Tone.BLUE,
    "export.sent": Tone.GREEN,
    "export.corrected": Tone.GREEN,
    "export.known": Tone.GREEN,
    "export.refused": Tone.RED,
}


@dataclass(frozen=True)
class Entry:
    """One event: the sentence, who, and the push or callback that it came with."""

    event: OrderEvent
    text: str
    icon: str
    tone: Tone
    who: str


@dataclass(frozen=True)
class Day:
    day: date
    entries: list[Entry]


def days(events: list[OrderEvent]) -> list[Day]:
    """The events (given newest first) grouped by day in the reader's zone."""
    return [
        Day(day, [_entry(event) for event in some])
        for day, some in groupby(events, key=lambda event: timezone.localtime(event.at).date())
    ]


def _entry(event: OrderEvent) -> Entry:
    return Entry(event, describe(event), icon(event), _tone(event.kind), actor_in_words(event.actor))


def _tone(kind: str) -> Tone:
    """By the whole kind, else by the longest beginning that is known."""
    known = [beginning for beginning in TONES if kind.startswith(beginning)]
    return TONES[max(known, key=len)] if known else Tone.GREY
