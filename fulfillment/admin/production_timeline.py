"""The timeline of a production order in words: one whole sentence per kind of event, newest first, by day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.machine_chips import kind_in_words
from backoffice.states import Tone
from fulfillment.models import ProductionEvent

# kind -> (icon, tone, sentence). Icons are names of Material Symbols.
_SENTENCES: dict[str, tuple[str, Tone, Promise | str]] = {
    "production.pending": ("inbox", Tone.GREY, gettext_lazy("The production order came in.")),
    "production.in_production": ("precision_manufacturing", Tone.BLUE, gettext_lazy("It is in production.")),
    "production.done": ("check_circle", Tone.GREEN, gettext_lazy("The vendor counts it as finished.")),
    "production.cancelled": ("cancel", Tone.AMBER, gettext_lazy("The vendor cancelled it: make and ship nothing.")),
    "production.unknown": ("help", Tone.AMBER, gettext_lazy("The vendor calls its state “%(word)s”: unknown.")),
    "production.unknown_word": ("help", Tone.AMBER, gettext_lazy("The vendor calls its state “%(word)s”: unknown.")),
    "label.asked": ("print", Tone.BLUE, gettext_lazy("The label %(tracking_code)s was asked for.")),
    "label.made": ("new_label", Tone.BLUE, gettext_lazy("The vendor made a label, %(carrier)s %(tracking_code)s.")),
    "label.fetched": (
        "local_shipping",
        Tone.GREEN,
        gettext_lazy("The label was fetched: the parcel %(carrier)s %(tracking_code)s is announced to the carrier."),
    ),
    "label.unfit": (
        "error",
        Tone.RED,
        gettext_lazy(
            "The label %(tracking_code)s was handed out, which announces its parcel, but cannot be printed: %(cause)s"
        ),
    ),
    "label.refused": ("block", Tone.RED, gettext_lazy("The vendor refused the label: %(cause)s")),
    "label.let_go": ("undo", Tone.GREY, gettext_lazy("The label was not fetched; it can be asked for again.")),
    "label.not_handed_out": (
        "undo",
        Tone.BLUE,
        gettext_lazy("The vendor never handed out the label %(tracking_code)s: it can be fetched."),
    ),
    "label.copied": ("file_copy", Tone.GREEN, gettext_lazy("A copy of the label %(tracking_code)s was added by hand.")),
    "parcel.made": ("package_2", Tone.BLUE, gettext_lazy("A parcel was made: %(carrier)s %(tracking_code)s.")),
    "parcel.withdrawn": ("undo", Tone.GREY, gettext_lazy("The parcel %(carrier)s %(tracking_code)s was taken back.")),
    "parcel.reported": (
        "local_shipping",
        Tone.GREEN,
        gettext_lazy("The vendor has the parcel %(carrier)s %(tracking_code)s."),
    ),
    "parcel.seen": (
        "visibility",
        Tone.BLUE,
        gettext_lazy("The vendor shows a parcel that was not reported here: %(carrier)s %(tracking_code)s."),
    ),
    "parcel.refused": ("block", Tone.RED, gettext_lazy("The vendor refused the parcel %(tracking_code)s: %(cause)s")),
    "vendor.history": ("history", Tone.GREY, "%(text)s"),
    "push.needs_person": (
        "person_alert",
        Tone.RED,
        gettext_lazy("It is unknown what became of “%(push_kind)s”: somebody has to decide."),
    ),
    "push.decided": ("gavel", Tone.AMBER, gettext_lazy("Somebody decided what became of “%(push_kind)s”.")),
}
_UNKNOWN: tuple[str, Tone, str] = ("radio_button_unchecked", Tone.GREY, "")


@dataclass(frozen=True)
class Entry:
    """One event: the sentence, who, and the push that it came with."""

    event: ProductionEvent
    text: str
    icon: str
    tone: Tone
    who: str


@dataclass(frozen=True)
class Day:
    """The events of one day in the reader's zone."""

    day: date
    entries: list[Entry]


def days(events: list[ProductionEvent]) -> list[Day]:
    """The events, given newest first, by day."""
    return [
        Day(day, [_entry(event) for event in some])
        for day, some in groupby(events, key=lambda event: timezone.localtime(event.at).date())
    ]


class _Words(dict[str, str]):
    """What an event of an earlier release left out stays empty instead of breaking the page."""

    def __missing__(self, key: str) -> str:
        return ""


def _entry(event: ProductionEvent) -> Entry:
    icon, tone, sentence = _SENTENCES.get(event.kind, _UNKNOWN)
    text = (str(sentence) % _Words(_words(event.params))).strip() if sentence else event.kind
    if reason := event.params.get("force_reason"):
        text = f"{text} {_('Forced: %(reason)s') % {'reason': reason}}"
    return Entry(event, text, icon, tone, _who(event.actor))


def _words(params: Mapping[str, Any]) -> dict[str, str]:
    words = {key: "" if value is None else str(value) for key, value in params.items()}
    if "push_kind" in words:
        words["push_kind"] = str(kind_in_words(words["push_kind"]))
    return words


def _who(actor: str) -> str:
    return _("automatically") if actor == "system" else actor.removeprefix("vendor:")
