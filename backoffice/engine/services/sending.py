"""How one push is sent: claim, call, record, act. The transitions are in docs/architecture.md.

    NEW ──claim──> IN_FLIGHT ──> CONFIRMED | FAILED | UNKNOWN, or NEW again when certainly nothing was done
    UNKNOWN ──reconcile──> CONFIRMED | NEW, the latter only on proof that the write did not happen

Only one worker has a push at a time (`claims.py`); no transaction is open over a call to the vendor.
"""

import logging
import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services import limiter, reconcile
from backoffice.engine.services.claims import claim, known
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.delivery import Delivery, Interrupted, LeaseLost, Postponed, Withdrawn
from backoffice.engine.services.handlers import handler_of
from backoffice.engine.services.pushes import backoff_seconds, close_push, note_attempt
from backoffice.engine.services.task_queue import DELIVER_PUSH, enqueue
from backoffice.errors import Unavailable
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendors.errors import (
    RateLimited,
    VendorAmbiguous,
    VendorAuthFailed,
    VendorError,
    VendorProtocolError,
    VendorRejected,
    VendorUnavailable,
)
from backoffice.web.request_id import caused_by

logger = logging.getLogger(__name__)
# After so many tries it needs attention; the push goes on trying.
PATIENCE_ATTEMPTS = 12
CRASHES_TO_SET_ASIDE = 5
LEASE_PATIENCE = timedelta(minutes=10)
# Seconds until something of ours that was away is asked again, where it named no time.
AWAY_SECONDS = 30


def deliver(push_id: int) -> PushState | None:
    """Work on a push as far as it goes now; return its state afterwards, None when it was not to be had.

    Safe to call at any time, from any number of workers, for any push.
    """
    if _state(push_id) == PushState.UNKNOWN and reconcile.reconcile(push_id) is not PushState.NEW:
        return _state(push_id)
    return _send(push_id)


def end_expired_leases() -> int:
    """End the leases of lost workers, as UNKNOWN where a write may have been under way, else NEW; return how many.

    Those of kinds that only a newer release knows are left to its workers. One that cannot be ended, for a lock that is
    held or a fault of ours, keeps no other from it, nor the sweep from all else: the next one tries again, and after
    LEASE_PATIENCE it needs attention.
    """
    expired = known().filter(state=PushState.IN_FLIGHT, lease_until__lte=Now())
    count = 0
    for push in expired.order_by("pk")[:500]:
        try:
            with transaction.atomic():
                handler_of(push).lock(push)
                locked = expired.select_for_update(skip_locked=True).filter(pk=push.pk).first()
                if locked is not None:
                    _end_lease(locked)
                    count += 1
        except SoftTimeLimitExceeded:
            raise
        except Exception as fault:  # one must not keep all others from being sent
            logger.exception("The lease of push %s could not be ended.", push.pk)
            _note_stuck(push, fault)
    return count


@transaction.atomic
def _note_stuck(push: Push, fault: Exception) -> None:
    """Let a push whose lease could not be ended for long need attention, unless its row is locked just now."""
    stuck = Push.objects.filter(pk=push.pk, state=PushState.IN_FLIGHT, lease_until__lte=Now() - LEASE_PATIENCE)
    row = stuck.select_for_update(skip_locked=True).filter(needs_attention=False).first()
    if row is not None:
        row.ask_for_attention()
        row.cause = _("Its worker stopped, and it cannot be continued: %(fault)s") % {
            "fault": f"{type(fault).__name__}: {fault}"[:500]
        }
        row.save(update_fields=["needs_attention", "attention_since", "cause", "updated_at"])


def _send(push_id: int) -> PushState | None:
    delivery = claim(push_id, state=PushState.NEW)
    if delivery is None:
        return None
    with caused_by(delivery.push.request_id):
        return _work_on(delivery)


def _work_on(delivery: Delivery) -> PushState | None:
    push_id = delivery.push.pk
    act: Callable[[Push], None] = _confirm
    handler = handler_of(delivery.push)
    try:
        handler.begin(delivery)
        handler.deliver(delivery)
    except LeaseLost:
        logger.warning("The lease of push %s was lost; somebody else goes on with it.", push_id)
        return None
    except Withdrawn as withdrawn:
        act = partial(_confirm, cause=text_of(withdrawn))
    except Postponed as postponed:
        act = partial(_put_back, seconds=postponed.seconds, counted=False, cause=text_of(postponed))
    except Interrupted:
        act = partial(_put_back, seconds=0, counted=False, cause="")
    except VendorError as error:
        act = partial(_act_on, error=error)
    except Unavailable as away:
        act = partial(_act_on_unavailable, away=away)
    except Exception as fault:  # a fault of ours must neither lose the row nor guess
        logger.exception("Push %s failed in our own code.", push_id)
        act = partial(_act_on_fault, text=f"{type(fault).__name__}: {fault}")
    delivery.finish(act)
    return _state(push_id)


def _act_on(push: Push, error: VendorError) -> None:
    match error:
        case RateLimited():
            _put_back(push, seconds=error.retry_after or 1, counted=False, cause=error.text)
        case VendorAuthFailed():
            limiter.stop_for_credentials(push.vendor, text=error.text)
            _put_back(push, seconds=limiter.OPEN_SECONDS, counted=False, cause=error.text)
        case VendorUnavailable(status=429):
            # How fast calls leave is the rate limit's business: backoff on top would punish one order for all.
            _put_back(push, seconds=error.retry_after or 0, counted=True, cause=error.text, climbs=False)
        case VendorUnavailable():
            _put_back(push, seconds=error.retry_after or 0, counted=True, cause=error.text)
        case VendorRejected():
            _fail(push, error)
        case VendorAmbiguous() | VendorProtocolError() if push.step:
            mark_unknown(push, cause=error.text, settle_from_lease=False)
        case VendorProtocolError():
            _fail(push, error)
        case _:
            _put_back(push, seconds=0, counted=True, cause=error.text)


def _act_on_unavailable(push: Push, *, away: Unavailable) -> None:
    """Wait for what is away on our side, such as the store of files: no try of the push."""
    if push.step:
        mark_unknown(push, cause=text_of(away), settle_from_lease=False)
        return
    _put_back(push, seconds=away.details.get("retry_after", AWAY_SECONDS), counted=False, cause=text_of(away))


def _act_on_fault(push: Push, text: str) -> None:
    if push.step:
        mark_unknown(push, cause=text, settle_from_lease=False)
        return
    push.crashes += 1
    if push.crashes >= CRASHES_TO_SET_ASIDE:
        _fail(push, VendorError(_("Stopped after %(n)d errors: %(text)s") % {"n": push.crashes, "text": text}))
        return
    _put_back(push, seconds=0, counted=True, cause=text)


def _confirm(push: Push, *, cause: str = "") -> None:
    handler_of(push).confirmed(push)
    close_push(push, PushState.CONFIRMED, cause=cause)


def _fail(push: Push, error: VendorError) -> None:
    errors = [{"field": item.field, "text": item.text} for item in getattr(error, "errors", ())]
    close_push(push, PushState.FAILED, cause=error.text, errors=errors, needs_attention=True)
    handler_of(push).rejected(push, error)


def _put_back(push: Push, *, seconds: float, counted: bool, cause: str, climbs: bool = True) -> None:
    """Try again later, as certainly nothing was done. `seconds` is a floor; a counted try also lengthens the backoff.

    What is due before the next sweep is enqueued; not what our own rate limit kept from leaving: of that there
    may be thousands, all due when it is free again, and the sweep takes them in turn.
    """
    if counted and climbs:
        seconds = max(seconds, backoff_seconds(push.attempts) * random.uniform(0.5, 1))
    else:
        seconds *= random.uniform(1, 1.2)
    if not counted:
        push.attempts = max(push.attempts - 1, 0)
    push.state, push.step, push.token, push.lease_until = PushState.NEW, "", None, None
    push.cause = cause
    push.ask_for_attention(push.attempts >= PATIENCE_ATTEMPTS)
    push.next_at = database_now() + timedelta(seconds=seconds)
    push.save()
    if seconds < settings.SWEEP_SECONDS and (counted or not seconds):
        transaction.on_commit(partial(enqueue, DELIVER_PUSH, push.pk, delay=seconds), robust=True)


def mark_unknown(push: Push, *, cause: str, settle_from_lease: bool) -> None:
    """Leave open whether the write under way has happened: from now on only reconciling, or a person, decides.

    What we sent may still be worked on until the settle time is over. It counts from the lease's end when the worker
    was lost: until then a worker that was only paused could still have sent.
    """
    now = database_now()
    begin = max(now, push.lease_until) if settle_from_lease and push.lease_until else now
    push.state, push.token, push.lease_until = PushState.UNKNOWN, None, None
    push.cause, push.unknown_since, push.looks, push.absences = cause, now, 0, 0
    settle = handler_of(push).settle_seconds(push)
    push.settles_at = begin + timedelta(seconds=settle)
    push.next_at = now + timedelta(seconds=min(5.0, settle / 2))
    push.save()


def _end_lease(push: Push) -> None:
    note_attempt(push, step=push.step, text=_("The worker stopped unexpectedly."))
    if push.step:
        mark_unknown(push, cause=_("The worker stopped unexpectedly while sending."), settle_from_lease=True)
    else:
        _act_on_fault(push, _("The worker stopped unexpectedly."))


def _state(push_id: int) -> PushState | None:
    state = Push.objects.filter(pk=push_id).values_list("state", flat=True).first()
    return PushState(state) if state else None
