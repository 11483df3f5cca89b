"""A push in one chip, and its kind in words."""

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
    """State of a push; red only while a person is needed."""
    hint = push.cause or push.decision
    if reconcile := _PUSHES_OF_PEOPLE.get((push.state, push.needs_attention)):
        return Chip(*reconcile, hint)
    return PushState(push.state).chip(hint)


def kind_label(kind: str) -> str:
    """What a kind of push is, in words; the kind itself when nobody gave words for it."""
    handler = PUSH_HANDLERS.get(kind)
    return str(handler.title) if handler and handler.title else kind
