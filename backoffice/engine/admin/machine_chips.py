"""The chip of a push, and the label of its kind."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.handlers import PUSH_HANDLERS
from backoffice.states import Chip, Tone

# By state and whether a person is needed, where that changes the word.
_PUSHES_OF_PEOPLE: dict[tuple[str, bool], tuple[Tone, str, Promise]] = {
    (PushState.NEW, True): (Tone.AMBER, "hourglass_top", _("waiting for long")),
    (PushState.UNKNOWN, True): (Tone.RED, "help", _("outcome unknown: decide")),
    (PushState.FAILED, False): (Tone.GREY, "task_alt", _("dealt with")),
}


def push_chip(push: Push) -> Chip:
    """Return the state of a push; red only while it needs attention."""
    hint = push.cause or push.decision
    if appearance := _PUSHES_OF_PEOPLE.get((push.state, push.needs_attention)):
        return Chip(*appearance, hint)
    return PushState(push.state).chip(hint)


def kind_label(kind: str) -> str:
    """Return the label of a kind of push; the kind itself where it has none."""
    handler = PUSH_HANDLERS.get(kind)
    return str(handler.title) if handler and handler.title else kind
