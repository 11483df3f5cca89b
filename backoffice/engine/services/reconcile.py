"""What becomes of a write whose outcome is unknown.

Only a proof of absence lets it be sent again: two searches that came back empty, the last made after the settle time,
when the vendor can no longer be working on what we sent. Whether a search is good for a proof, the handler decides,
which runs it beside a positive control. Nobody is asked while a callback of the vendor waits for a worker: it may be
the answer.
"""

import logging
from datetime import timedelta
from functools import partial

from django.conf import settings

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.callbacks import callbacks_wait
from backoffice.engine.services.claims import claim
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.delivery import LeaseLost
from backoffice.engine.services.handlers import ReconcileResult, handler_of
from backoffice.engine.services.pushes import backoff_seconds, close_push, note_attempt
from backoffice.engine.services.task_queue import WORK_CALLBACKS, enqueue_soon_on_commit
from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import VendorError, VendorUnavailable

logger = logging.getLogger(__name__)

ABSENCES_NEEDED = 2
# Seconds until the next search while a callback waits that may say what became of it.
CALLBACK_WAIT = 5


def reconcile(push_id: int) -> PushState | None:
    """Search for the write that is under question; return the push's state afterwards, None when it was not due."""
    delivery = claim(push_id, state=PushState.UNKNOWN)
    if delivery is None:
        return None
    # The clock that counts is the one before the search: what appears during it is seen by the next.
    is_settled = delivery.push.settles_at is not None and delivery.push.settles_at <= database_now()
    note = ""
    try:
        handler = handler_of(delivery.push)
        handler.begin(delivery)
        result = handler.reconcile(delivery)
    except LeaseLost:
        return None
    except VendorError as error:
        result, note = ReconcileResult.UNDECIDED, error.text
        if isinstance(error, VendorUnavailable) and error.retry_after:
            note = f"{error.text} ({error.retry_after:.0f} s)"
    except Exception as error:  # a fault of ours while searching changes nothing: the question stays open
        logger.exception("Reconciling push %s failed in our own code.", push_id)
        result, note = ReconcileResult.UNDECIDED, f"{type(error).__name__}: {error}"
    push = delivery.finish(partial(_conclude, result=result, is_settled=is_settled, note=note))
    return PushState(push.state) if push else None


def _conclude(push: Push, *, result: ReconcileResult, is_settled: bool, note: str) -> None:
    push.looks += 1
    push.token = push.lease_until = None
    note_attempt(push, step=push.step, text=f"{_TEXTS[result]()} {note}".rstrip())
    match result:
        case ReconcileResult.DONE:
            handler_of(push).confirmed(push)
            close_push(push, PushState.CONFIRMED)
        case ReconcileResult.FOUND:
            _go_on(push)
        case ReconcileResult.ABSENT if is_settled and push.absences + 1 >= ABSENCES_NEEDED:
            _go_on(push)
        case ReconcileResult.ABSENT:
            push.absences += 1
            _search_again(push)
        case ReconcileResult.UNDECIDED:
            _search_again(push)
        case ReconcileResult.BLIND:
            _search_again(push, hand_to_staff=True)


def _go_on(push: Push) -> None:
    push.state, push.step, push.next_at = PushState.NEW, "", database_now()
    push.unknown_since = push.settles_at = None
    push.cause, push.needs_attention = "", False
    push.save()


def _search_again(push: Push, *, hand_to_staff: bool = False) -> None:
    now = database_now()
    wait = backoff_seconds(push.looks)
    if push.settles_at and now < push.settles_at:
        # Nothing can be decided before the settle time is over.
        push.next_at = push.settles_at + timedelta(milliseconds=50)
    elif push.absences and push.absences < ABSENCES_NEEDED:
        push.next_at = now + timedelta(seconds=min(wait, 5))
    else:
        push.next_at = now + timedelta(seconds=wait)
    hours = timedelta(hours=settings.PUSH_UNKNOWN_HOURS)
    hand_to_staff |= push.unknown_since is not None and now - push.unknown_since > hours
    if hand_to_staff and not push.needs_attention:
        if callbacks_wait(push.vendor):
            push.next_at = min(push.next_at, now + timedelta(seconds=CALLBACK_WAIT))
            enqueue_soon_on_commit(WORK_CALLBACKS)
        else:
            push.ask_for_attention()
            handler_of(push).needs_attention(push)
    push.save()


_TEXTS = {
    ReconcileResult.DONE: lambda: _("Checked: it arrived."),
    ReconcileResult.FOUND: lambda: _("Checked: found at the vendor, continuing from there."),
    ReconcileResult.ABSENT: lambda: _("Checked: not found."),
    ReconcileResult.UNDECIDED: lambda: _("Checked: no clear result."),
    ReconcileResult.BLIND: lambda: _("Checked: a decision is needed."),
}
