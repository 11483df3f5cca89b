"""What the page of a push shows; that of its unknown outcome is in `outcome_context.py`."""

import json
from dataclasses import dataclass
from typing import Any

from backoffice.engine.admin.bodies import Body, show_text
from backoffice.engine.admin.callbacks import CallbackRow, callback_rows
from backoffice.engine.admin.exchanges import ExchangePanel, exchanges
from backoffice.engine.admin.push_list import PushRow, push_rows
from backoffice.engine.admin.recovery_texts import SEARCHED, recovery_of, unknown_situation
from backoffice.engine.admin.subject_links import about, keys_of
from backoffice.engine.models import Callback, Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.handlers import Recovery
from backoffice.engine.services.push_errors import PushExplanation, explain_push
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from backoffice.visibility import visible

ATTEMPTS_SHOWN = 60
NEIGHBOURS_SHOWN = 10


@dataclass(frozen=True)
class PushContext:
    """All that the page of a push shows; a fixed number of queries. `newest` is the latest of its generations."""

    push: Push
    row: PushRow
    attempts: list[ExchangePanel]
    are_older_hidden: bool
    payload: Body
    newest: Push
    neighbours: list[PushRow]
    callbacks: list[CallbackRow]
    explained: PushExplanation

    @property
    def situation(self) -> str:
        """Where it stands and what happens next, in a sentence."""
        push, newest = self.push, self.newest
        params: dict[str, Any] = {"vendor": vendor_title(push.vendor), "number": newest.pk, "name": push.decided_by}
        match push.state:
            case PushState.NEW if push.attempts:
                text = _("Nothing has been done at %(vendor)s so far. It is tried again automatically.")
            case PushState.NEW:
                text = _("Nothing has been sent yet; it is sent as soon as it is due.")
            case PushState.IN_FLIGHT:
                text = _("It is being sent right now; wait for the result.")
            case PushState.CONFIRMED if push.decided_by:
                text = _("%(name)s decided that it arrived at %(vendor)s. It is not sent again.")
            case PushState.CONFIRMED:
                text = _("%(vendor)s has confirmed it. Nothing more is sent.")
            case PushState.UNKNOWN:
                text = unknown_situation(push)
            case _ if newest.pk != push.pk:
                text = _("It was followed by outgoing request #%(number)s, so this one cannot be sent again.")
            case _ if push.needs_attention:
                text = _("%(vendor)s rejected it. Fix the cause, then send it again, or dismiss it.")
            case _:
                text = _("%(name)s dismissed it. It can still be sent again.")
        return text % params

    @property
    def may_try_now(self) -> bool:
        return self.push.state in (PushState.NEW, PushState.UNKNOWN)

    @property
    def may_send_again(self) -> bool:
        return self.push.state == PushState.FAILED and self.newest.pk == self.push.pk

    @property
    def may_put_aside(self) -> bool:
        return self.push.state == PushState.FAILED and self.push.needs_attention

    @property
    def may_decide(self) -> bool:
        return self.push.state == PushState.UNKNOWN

    @property
    def may_search(self) -> bool:
        """Whether trying an unknown outcome now finds anything out."""
        return self.may_decide and recovery_of(self.push) in SEARCHED

    @property
    def may_hurry(self) -> bool:
        """Whether anything goes on by itself that could go on now."""
        goes_on = recovery_of(self.push) not in (Recovery.PERSON, Recovery.CALLBACK)
        return self.may_try_now and (goes_on or not self.may_decide)


def push_context(push: Push) -> PushContext:
    """Read what the page needs beside the row."""
    attempts = list(push.attempt_rows.order_by("-pk")[: ATTEMPTS_SHOWN + 1])
    others = about(
        visible(Push.objects.exclude(pk=push.pk)).defer("payload", "follow_up"), {(push.subject_type, push.subject_id)}
    )
    callbacks = about(visible(Callback.objects.defer("body", "headers")), keys_of(push)).order_by("-pk")
    return PushContext(
        push=push,
        row=push_rows([push])[0],
        attempts=exchanges(attempts[:ATTEMPTS_SHOWN][::-1]),
        are_older_hidden=len(attempts) > ATTEMPTS_SHOWN,
        payload=show_text(json.dumps(push.payload, ensure_ascii=False) if push.payload else ""),
        newest=Push.objects.filter(**push.key).order_by("-generation").only("pk", "generation", "state")[0],
        neighbours=push_rows(list(others.order_by("-pk")[:NEIGHBOURS_SHOWN])),
        callbacks=callback_rows(list(callbacks[:NEIGHBOURS_SHOWN])),
        explained=explain_push(push),
    )
