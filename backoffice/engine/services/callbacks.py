"""Callbacks of vendors: stored first as they came, worked off later, repeatable at will.

A replay changes nothing that is already known: the handlers compare before they set.
"""

import hashlib
import json
import logging
import uuid
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from psycopg.errors import UniqueViolation

from backoffice.acting import VENDOR, acting_as
from backoffice.decisions import note_decision
from backoffice.engine.models import Callback, CallbackKey
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import Lane
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.handlers import CALLBACK_HANDLERS, CALLBACK_RESPONSES, waits_for_answer
from backoffice.engine.services.integrations import get_vendor
from backoffice.engine.services.reports import ReportOutcome
from backoffice.engine.services.task_queue import WORK_CALLBACKS, enqueue_soon, enqueue_soon_on_commit
from backoffice.errors import Conflict, DomainError, Unavailable
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendors.abilities import CallsUs
from backoffice.vendors.base import CallbackRequest, InvalidCallback
from backoffice.vendors.errors import (
    VendorAuthFailed,
    VendorError,
    VendorProtocolError,
    VendorRejected,
    VendorUnavailable,
)
from backoffice.vendors.registry import vendor_type
from backoffice.web.request_id import caused_by, current_request_id

logger = logging.getLogger(__name__)

# While a worker is at a row nobody else takes it; a lost worker's row is due again after that.
WORKING_SECONDS = 60
ORPHAN_BACKOFF = (5, 30, 120, 600, 3600)
FAULTS_TO_SET_ASIDE = 5
LONGEST_WAIT = 3600
# So many of those that people have processed again are named in the audit trail.
NAMED = 100
_STORE_TRIES = 3
KEPT_HEADERS = ("content-type", "user-agent", "date")

_STORE = """
    INSERT INTO engine_callback_by_month (vendor, topic, key, recipient, body, headers, source_ip, received_at,
                                          last_seen_at, seen, state, attempts, next_at, note, subject_type, request_id)
    SELECT %s, %s, %s, %s, %s, %s::jsonb, %s, now.at, now.at, 1, 'new', 0, now.at + %s * interval '1 second', '', '', %s
      FROM clock_timestamp() AS now (at) WHERE NOT EXISTS (SELECT FROM engine_callbackkey WHERE digest = %s)
 RETURNING id
"""
_COUNT = """
    UPDATE engine_callback_by_month AS callback SET seen = seen + 1, last_seen_at = clock_timestamp()
      FROM engine_callbackkey AS known
     WHERE known.digest = %s AND callback.id = known.callback_id AND callback.received_at = known.received_at
 RETURNING callback.id
"""
_CLAIM = """
    UPDATE engine_callback_by_month SET next_at = statement_timestamp() + %s * interval '1 second',
           attempts = attempts + 1
    WHERE id = %s AND received_at = coalesce(%s, received_at) AND next_at <= statement_timestamp()
    RETURNING *
"""
# What nobody looks at again by itself, once no further try is planned.
UNUSABLE = (CallbackState.ORPHAN, CallbackState.INVALID, CallbackState.QUARANTINED)
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
    # Whoever responds at once works it off; a worker gets it only if that was lost.
    wait = WORKING_SECONDS if waits_for_answer(vendor, request.topic) else 0
    about = [vendor, request.topic, key, request.recipient]
    brought = [request.body, json.dumps(headers), source_ip, wait, current_request_id()]
    callback_id, is_new = _store_once([*about, *brought], digest=digest_of(vendor, key))
    if is_new and not wait:
        enqueue_soon(WORK_CALLBACKS)
    return callback_id, is_new


def digest_of(vendor: str, key: str) -> uuid.UUID:
    """Return what `CallbackKey` keeps of a callback; the trigger that writes it reckons alike."""
    return uuid.UUID(bytes=hashlib.sha256(f"{vendor}\n{key}".encode()).digest()[:16])


def _store_once(values: list[Any], *, digest: uuid.UUID) -> tuple[int, bool]:
    for _try in range(_STORE_TRIES):
        if (stored := _insert_new(values, digest=digest)) is not None:
            return stored, True
        if (known := _returned_id(_COUNT, [digest])) is not None:
            return known, False
        # Its row went with its month, a moment before its key.
        CallbackKey.objects.filter(digest=digest).delete()
    raise Unavailable(_("Try again later."))


def _insert_new(values: list[Any], *, digest: uuid.UUID) -> int | None:
    """Return the id of the new row, None where it has come before; of many at once one makes it."""
    try:
        # Alone it is a transaction by itself; only inside another one its refusal has to be undone.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            return _returned_id(_STORE, [*values, digest])
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            return None
        raise


def _returned_id(statement: str, values: list[Any]) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def respond_to_callback(callback_id: int) -> dict[str, Any]:
    """Work a stored callback off now, because the vendor waits (`waits_for_answer`); return what it gets. A repeat gets
    the same and changes nothing.

    Raises InvalidCallback and DomainError, both kept with the callback; for a fault of ours, which a worker makes up
    for, Unavailable.
    """
    callback = Callback.objects.get(pk=callback_id)
    try:
        (message,) = vendor_type(callback.vendor, CallsUs).read_callback(callback.topic, bytes(callback.body))
        with acting_as(VENDOR, callback.vendor, address=callback.source_ip):
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
    due = Callback.objects.filter(next_at__lte=Now()).order_by("next_at", "pk")[:limit]
    found = list(due.values_list("pk", "received_at"))
    return sum(process_callback(pk, received_at=received_at) for pk, received_at in found)


def callbacks_wait(vendor: str) -> bool:
    """Return whether a callback of the vendor has come that no worker has read to its end yet, and one shortly will.

    After LONGEST_WAIT it no longer counts: one that cannot be applied may not keep people from being asked for ever.
    """
    recently = Now() - timedelta(seconds=LONGEST_WAIT)
    waiting = Callback.objects.filter(vendor=vendor, state=CallbackState.NEW, next_at__isnull=False)
    return waiting.filter(received_at__gt=recently).exists()


def process_callback(callback_id: int, *, received_at: datetime | None = None) -> bool:
    """Read, understand and apply one callback; return False when it was not due or another worker has it.

    With `received_at` only its own month is touched.
    """
    claimed = list(Callback.objects.raw(_CLAIM, [WORKING_SECONDS, callback_id, received_at]))
    if not claimed:
        return False
    with caused_by(claimed[0].request_id), acting_as(VENDOR, claimed[0].vendor):
        _work_off(claimed[0])
    return True


def _work_off(callback: Callback) -> None:
    try:
        outcome = _understand(callback)
    except InvalidCallback as error:
        _settle(callback, ReportOutcome(CallbackState.INVALID, note=text_of(error)))
    except VendorAuthFailed as error:
        _try_later(callback, seconds=300, note=error.text)
    except (VendorRejected, VendorProtocolError) as error:
        # Asked again it says the same: a few tries, then a person looks.
        _count_fault(callback, note=error.text)
    except VendorError as error:
        wait = error.retry_after if isinstance(error, VendorUnavailable) else None
        _try_later(callback, seconds=wait or _orphan_wait(callback), note=error.text)
    except Exception as error:  # a fault of ours must not lose the row
        logger.exception("Callback %s failed in our own code.", callback.pk)
        _count_fault(callback, note=f"{type(error).__name__}: {error}")
    else:
        _settle(callback, outcome)


@transaction.atomic
def replay_callbacks(callbacks: QuerySet[Callback]) -> int:
    """Have the callbacks worked off once more, in the order they came; return how many."""
    numbers = list(callbacks.order_by("pk").values_list("pk", flat=True)[:NAMED])
    count = callbacks.update(next_at=Now(), attempts=0)
    if count:
        about = Callback(pk=numbers[0]) if len(numbers) == 1 else Callback
        note_decision(about, _("Processed again"), count=count, numbers=numbers)
        enqueue_soon_on_commit(WORK_CALLBACKS)
    return count


@transaction.atomic
def dismiss_callback(callback: Callback, *, actor: str) -> None:
    """Set aside what could not be used: it needs nobody any more, is kept, and can still be replayed.

    Raise Conflict for one that was used or is still being tried.
    """
    unusable = Callback.objects.filter(pk=callback.pk, state__in=UNUSABLE, next_at__isnull=True)
    note = _("Dismissed by %(who)s.") % {"who": actor}
    if not unusable.update(state=CallbackState.DISMISSED, note=note, processed_at=timezone.now()):
        raise Conflict(_("It was processed in the meantime: there is nothing to dismiss."))
    note_decision(callback, _("Dismissed"))


def _understand(callback: Callback) -> ReportOutcome:
    vendor = get_vendor(callback.vendor, CallsUs, lane=Lane.READS)
    messages = vendor.read_callback(callback.topic, bytes(callback.body))
    if any(type(message) not in CALLBACK_HANDLERS for message in messages):
        raise InvalidCallback(_("The topic %s is unknown.") % callback.topic)
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
    # Of somebody who was erased no copy is kept: what it said is applied.
    is_erased = callback.next_at is None and getattr(outcome.subject, "keeps_no_copy", False)
    callback.body = b"" if is_erased else callback.body
    said = ["next_at", "state", "note", "processed_at", "subject_type", "subject_id"]
    _save(callback, *[*said, "body"] if is_erased else said)


def _save(callback: Callback, *names: str) -> None:
    """Write these of its values; its month is named too, so that no other is looked into."""
    row = Callback.objects.filter(pk=callback.pk, received_at=callback.received_at)
    row.update(**{name: getattr(callback, name) for name in names})


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
    _save(callback, "note", "state", "next_at")


def _orphan_wait(callback: Callback) -> float:
    return ORPHAN_BACKOFF[min(max(callback.attempts, 1), len(ORPHAN_BACKOFF)) - 1]
