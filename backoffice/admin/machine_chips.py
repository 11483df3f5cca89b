"""Pushes, callbacks and vendors in one chip each."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backoffice.admin.chips import Chip, Tone
from backoffice.models import Callback, Push
from backoffice.models.callback import CallbackState
from backoffice.models.push import PushState
from backoffice.services.handlers import PUSH_HANDLERS
from backoffice.services.vendor_status import Mode, Standing

_PUSHES = {
    PushState.NEW: (Tone.GREY, "schedule"),
    PushState.IN_FLIGHT: (Tone.BLUE, "sync"),
    PushState.CONFIRMED: (Tone.GREEN, "check_circle"),
    PushState.FAILED: (Tone.RED, "block"),
    PushState.UNKNOWN: (Tone.AMBER, "help"),
}
# By state and whether a person is needed, where that changes the word.
_PUSHES_OF_PEOPLE: dict[tuple[str, bool], tuple[Tone, str, Promise]] = {
    (PushState.NEW, True): (Tone.AMBER, "hourglass_top", gettext_lazy("waiting for long")),
    (PushState.UNKNOWN, True): (Tone.RED, "help", gettext_lazy("outcome unknown: decide")),
    (PushState.FAILED, False): (Tone.GREY, "task_alt", gettext_lazy("dealt with")),
}
_CALLBACKS = {
    CallbackState.NEW: (Tone.GREY, "schedule"),
    CallbackState.APPLIED: (Tone.GREEN, "check_circle"),
    CallbackState.KNOWN: (Tone.GREEN, "done_all"),
    CallbackState.STALE: (Tone.GREY, "history"),
    CallbackState.ORPHAN: (Tone.AMBER, "link_off"),
    CallbackState.INVALID: (Tone.AMBER, "report"),
    CallbackState.QUARANTINED: (Tone.RED, "error"),
}
_STANDINGS: dict[Standing, tuple[Tone, str, Promise]] = {
    Standing.NOT_SET_UP: (Tone.GREY, "power_off", gettext_lazy("not set up")),
    Standing.REFUSED: (Tone.RED, "key_off", gettext_lazy("credentials refused")),
    Standing.PAUSED: (Tone.AMBER, "pause_circle", gettext_lazy("paused")),
    Standing.STOPPED: (Tone.RED, "cloud_off", gettext_lazy("calls stopped")),
    Standing.FAILING: (Tone.AMBER, "warning", gettext_lazy("failing")),
    Standing.UNUSED: (Tone.GREY, "schedule", gettext_lazy("not used yet")),
    Standing.WORKING: (Tone.GREEN, "check_circle", gettext_lazy("working")),
}


def push_chip(push: Push) -> Chip:
    """State of a push; red only while a person is needed."""
    tone, icon = _PUSHES[PushState(push.state)]
    word: str | Promise = push.get_state_display()
    if (push.state, push.needs_person) in _PUSHES_OF_PEOPLE:
        tone, icon, word = _PUSHES_OF_PEOPLE[push.state, push.needs_person]
    return Chip(tone, icon, word, hint=push.cause or push.decision)


def callback_chip(callback: Callback) -> Chip:
    """State of a callback."""
    tone, icon = _CALLBACKS[CallbackState(callback.state)]
    return Chip(tone, icon, callback.get_state_display(), hint=callback.note)


def standing_chip(standing: Standing, *, hint: str = "") -> Chip:
    """How a vendor stands."""
    tone, icon, word = _STANDINGS[standing]
    return Chip(tone, icon, word, hint=hint)


def mode_chip(mode: Mode) -> Chip:
    """What a call to the vendor leads to. Live is the loudest: it costs money."""
    match mode:
        case Mode.LIVE:
            return Chip(Tone.RED, "local_fire_department", _("live: really produced and charged"))
        case Mode.SANDBOX:
            return Chip(Tone.BLUE, "science", _("sandbox: nothing is produced"))
        case Mode.LOCAL:
            return Chip(Tone.BLUE, "lan", _("replayed on this machine"))


def kind_in_words(kind: str) -> str:
    """What a kind of push is, in words; the kind itself when nobody gave words for it."""
    handler = PUSH_HANDLERS.get(kind)
    return str(handler.title) if handler and handler.title else kind
