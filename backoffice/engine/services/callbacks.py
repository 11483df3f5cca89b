"""Callbacks of vendors: stored first as they came, worked off later, repeatable at will.

A replay changes nothing that is already known: the handlers compare before they set.
"""

import hashlib
import json
import logging
from datetime import timedelta
from typing import Any

from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.engine.models import Callback
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import Lane
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.handlers import CALLBACK_HANDLERS, CALLBACK_RESPONSES, waits_for_answer
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.reports import ReportOutcome
from backoffice.engine.services.task_queue import WORK_CALLBACKS, enqueue_soon, enqueue_soon_on_commit
from backoffice.errors import DomainError, Unavailable
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendors.abilities import CallsUs
from backoffice.vendors.base import CallbackRequest, InvalidCallback
from backoffice.vendors.errors import VendorAuthFailed, VendorError, VendorUnavailable
from backoffice.vendors.registry import vendor_type

logger = logging.getLogger(__name__)

# While a worker is at a row nobody else takes it; a lost worker's row is due again after that.
WORKING_SECONDS = 60
ORPHAN_BACKOFF = (5, 30, 120, 600, 3600)
FAULTS_TO_SET_ASIDE = 5
LONGEST_WAIT = 3600
KEPT_HEADERS = ("content-type", "user-agent", "date")

_STORE = """
    INSERT INTO engine_callback (vendor, topic, key, recipient, body, headers, source_ip, received_at, last_seen_at,
                                     seen, state, attempts, next_at, note, subject_type)
    VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s, clock_timestamp(), clock_timestamp(), 1, 'new', 0,
            clock_timestamp() + %s * interval '1 second', '', '')
    ON CONFLICT (vendor, key)
    DO UPDATE SET seen = engine_callback.seen + 1, last_seen_at = clock_timestamp()
    RETURNING id, xmax = 0
"""
_CLAIM = """
    UPDATE engine_callback SET next_at = statement_timestamp() + %s * interval '1 second', attempts = attempts + 1
    WHERE id = %s AND next_at <= statement_timestamp()
    RETURNING *
"""
# How a state that was reached once stands against what a replay finds.
_SETTLED = {CallbackState.APPLIED, CallbackState.KNOWN, CallbackState.STALE}


def store_callback(vendor: str, request: CallbackRequest, *, source_ip: str | None) -> tuple[int, bool]:
    """Store the verified callback, once; a repeat is only counted. Return its id and whether it is new.

    The bytes are kept as they came: nothing is parsed before it is safe on disk.
    """
    key = vendor_type(vendor, CallsUs).callback_key(request.topic, request.body)
    if key is None:
        # With the recipient: the same body to a corrected address is another callback, for the shop that it now names.
        recipient = request.recipient.lower().encode() + b"\0" if request.recipient else b""
        key = hashlib.sha256(request.topic.encode() + b"\0" + recipient + request.body).hexdigest()
    headers = {name: request.headers[name][:500] for name in KEPT_HEADERS if name in request.headers}
    with connection.cursor() as cursor:
        about = [vendor, request.topic, key, request.recipient]
        # Whoever responds at once works it off; a worker gets it only if that was lost.
        wait = WORKING_SECONDS if waits_for_answer(vendor, request.topic) else 0
        cursor.execute(_STORE, [*about, request.body, json.dumps(headers), source_ip, wait])
        callback_id, is_new = cursor.fetchone()
    if is_new and not wait:
        enqueue_soon(WORK_CALLBACKS)
    return callback_id, is_new


def respond_to_callback(callback_id: int) -> dict[str, Any]:
    """Work a stored callback off now, because the vendor waits (`waits_for_answer`); return what it gets. A repeat gets
    the same and changes nothing.

    Raises InvalidCallback and DomainError, both kept with the callback; for a fault of ours, which a worker makes up
    for, Unavailable.
    """
    callback = Callback.objects.get(pk=callback_id)
    try:
        (message,) = vendor_type(callback.vendor, CallsUs).read_callback(callback.topic, bytes(callback.body))
        response = CALLBACK_RESPONSES[type(message)](callback, message)
    except (InvalidCallback, DomainError) as error:
        _settle_once(callback, ReportOutcome(CallbackState.INVALID, note=text_of(error)))
        raise
    except OperationalError:
        raise
    except Exception as error:  # a fault of ours must not lose the row
        logger.exception("Callback %s failed in our own code.", callback_id)
        raise Unavailable(_("Try again later.")) from error
    _settle_once(callback, response.outcome)
    return response.body


def _settle_once(callback: Callback, outcome: ReportOutcome) -> None:
    """Let one of fifty at once write what became of it."""
    if callback.state not in _SETTLED and callback.state != outcome.state:
        _settle(callback, outcome)


def work_due_callbacks(*, limit: int = 200) -> int:
    """Work off due callbacks, oldest first; return how many were taken."""
    due = Callback.objects.filter(next_at__lte=Now()).order_by("next_at", "pk").values_list("pk", flat=True)[:limit]
    return sum(map(process_callback, list(due)))


def callbacks_wait(vendor: str) -> bool:
    """Return whether a callback of the vendor has come that no worker has read to its end yet, and one shortly will.

    After LONGEST_WAIT it no longer counts: one that cannot be applied may not keep people from being asked for ever.
    """
    recently = Now() - timedelta(seconds=LONGEST_WAIT)
    waiting = Callback.objects.filter(vendor=vendor, state=CallbackState.NEW, next_at__isnull=False)
    return waiting.filter(received_at__gt=recently).exists()


def process_callback(callback_id: int) -> bool:
    """Read, understand and apply one callback; return False when it was not due or another worker has it."""
    claimed = list(Callback.objects.raw(_CLAIM, [WORKING_SECONDS, callback_id]))
    if not claimed:
        return False
    callback = claimed[0]
    try:
        outcome = _understand(callback)
    except InvalidCallback as error:
        _settle(callback, ReportOutcome(CallbackState.INVALID, note=text_of(error)))
    except VendorAuthFailed as error:
        _try_later(callback, seconds=300, note=error.text)
    except VendorError as error:
        wait = error.retry_after if isinstance(error, VendorUnavailable) else None
        _try_later(callback, seconds=wait or _orphan_wait(callback), note=error.text)
    except Exception as error:  # a fault of ours must not lose the row
        logger.exception("Callback %s failed in our own code.", callback_id)
        _count_fault(callback, note=f"{type(error).__name__}: {error}")
    else:
        _settle(callback, outcome)
    return True


def replay_callbacks(callbacks: QuerySet[Callback]) -> int:
    """Have the callbacks worked off once more, in the order they came; return how many."""
    count = callbacks.update(next_at=Now(), attempts=0)
    if count:
        enqueue_soon_on_commit(WORK_CALLBACKS)
    return count


def _understand(callback: Callback) -> ReportOutcome:
    vendor = get_vendor(callback.vendor, CallsUs, lane=Lane.READS)
    messages = vendor.read_callback(callback.topic, bytes(callback.body))
    if any(type(message) not in CALLBACK_HANDLERS for message in messages):
        raise InvalidCallback(_("Nobody has said what the topic %s means.") % callback.topic)
    outcomes = [CALLBACK_HANDLERS[type(message)](callback, message, vendor) for message in messages]
    return max(outcomes, key=lambda outcome: _WEIGHT[outcome.state], default=ReportOutcome(CallbackState.KNOWN))


# Of several messages in one callback the outcome that needs most attention counts.
_WEIGHT = {
    CallbackState.STALE: 0,
    CallbackState.KNOWN: 1,
    CallbackState.APPLIED: 2,
    CallbackState.ORPHAN: 3,
    CallbackState.INVALID: 4,
}


def _settle(callback: Callback, outcome: ReportOutcome) -> None:
    waits = outcome.state == CallbackState.ORPHAN and callback.attempts <= len(ORPHAN_BACKOFF)
    callback.next_at = database_now() + timedelta(seconds=_orphan_wait(callback)) if waits else None
    is_replay_of_applied = callback.state == CallbackState.APPLIED and outcome.state in _SETTLED
    if not is_replay_of_applied:
        callback.state, callback.note = outcome.state, outcome.note
        callback.processed_at = timezone.now()
    if outcome.subject is not None:
        callback.subject_type, callback.subject_id = outcome.subject._meta.label_lower, outcome.subject.pk
    callback.save(update_fields=["next_at", "state", "note", "processed_at", "subject_type", "subject_id"])


def _try_later(callback: Callback, *, seconds: float, note: str) -> None:
    """Put it off until the vendor can be asked; that it cannot is no fault of the callback, and not counted."""
    Callback.objects.filter(pk=callback.pk).update(
        next_at=database_now() + timedelta(seconds=seconds), note=note, attempts=max(callback.attempts - 1, 0)
    )


def _count_fault(callback: Callback, *, note: str) -> None:
    is_last = callback.attempts >= FAULTS_TO_SET_ASIDE
    callback.note = note
    callback.state = CallbackState.QUARANTINED if is_last else callback.state
    callback.next_at = None if is_last else database_now() + timedelta(seconds=_orphan_wait(callback))
    callback.save(update_fields=["note", "state", "next_at"])


def _orphan_wait(callback: Callback) -> float:
    return ORPHAN_BACKOFF[min(max(callback.attempts, 1), len(ORPHAN_BACKOFF)) - 1]
