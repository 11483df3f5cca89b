"""Sending calls until they are received.

claim      one row, NEW and due, to a host that no other is on its way to       a token and a lease
send       signed; any answer of 2xx: SENT                                      no transaction is open
           else NEW after a backoff, which the host's other calls wait out too; after days FAILED, and people decide
A lost worker's call is simply sent again: it carries the same id, by which the receiver knows it.
"""

import logging
import time
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.engine.services import epoch
from backoffice.engine.services.clock import database_now
from backoffice.errors import DomainError
from backoffice.text.translatable import gettext as _
from backoffice.vendors.errors import RateLimited
from backoffice.vendors.http import Posted, Poster
from backoffice.vendors.responses import read_retry_after, readable
from orders.models import OrderEvent
from orders.rules.models import CallState, RuleCall, RuleCallAttempt
from orders.rules.services.calls.queueing import refusal_of
from orders.rules.services.calls.signing import SignedCall, sign_call

logger = logging.getLogger(__name__)

# Longer than a task may run (CELERY_TASK_TIME_LIMIT).
LEASE = timedelta(seconds=180)
RESTORED_SECONDS = 30
# After so many tries people see it, while it is still tried.
PATIENCE = 5
MOST_ANSWER = 16 * 1024
MOST_SHOWN = 2000
# However long one call waits, a host that failed gets the next one no later than that.
LONGEST_OF_HOST = 300.0
_BATCH = 5000
_OF_THE_HOST = frozenset({429, 502, 503, 504})


def send_due_calls(*, seconds: float = 60) -> int:
    """Send what is due until nothing is, or the time is over. Return how many were received."""
    received, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline and (call := claim()) is not None:
        received += deliver(call)
    return received


@transaction.atomic
def claim() -> RuleCall | None:
    """Take the call that has waited longest; None when nothing is due."""
    busy = RuleCall.objects.filter(state=CallState.SENDING).values("host")
    due = RuleCall.objects.filter(state=CallState.NEW, next_at__lte=Now()).exclude(host__in=busy)
    free = due.select_for_update(skip_locked=True, of=("self",)).select_related("rule", "order")
    call = free.order_by("next_at", "pk").first()
    if call is not None:
        call.state, call.token, call.lease_until = CallState.SENDING, uuid.uuid4(), database_now() + LEASE
        call.attempts += 1
        call.save(update_fields=["state", "token", "lease_until", "attempts"])
    return call


def deliver(call: RuleCall) -> bool:
    """Try the claimed call once. Return whether it was received."""
    try:
        epoch.require_current()
    except RateLimited as error:
        _wait(call, seconds=error.retry_after or RESTORED_SECONDS, cause=str(error), counted=False)
        return False
    try:
        signed = sign_call(call)
    except DomainError as error:  # the key that sealed its secret is gone
        _give_up(call, cause=error.text)
        return False
    return _send(call, signed)


def end_expired_leases() -> int:
    """Put calls of lost workers back into the queue; return how many."""
    lost = RuleCall.objects.filter(state=CallState.SENDING, lease_until__lte=Now())
    return lost.update(state=CallState.NEW, token=None, lease_until=None, next_at=Now())


def clear_old_exchanges() -> int:
    """Delete the exchanges of tries that are older than RULE_CALL_LOG_DAYS; the calls stay. Return how many."""
    before, total = timezone.now() - timedelta(days=settings.RULE_CALL_LOG_DAYS), 0
    while some := list(RuleCallAttempt.objects.filter(started_at__lt=before).values_list("pk", flat=True)[:_BATCH]):
        total += RuleCallAttempt.objects.filter(pk__in=some).delete()[0]
    return total


def _send(call: RuleCall, signed: SignedCall) -> bool:
    if refusal := refusal_of(call.url):
        RuleCallAttempt.objects.create(call=call, started_at=timezone.now(), request="", error=refusal)
        _give_up(call, cause=refusal)
        return False
    attempt = RuleCallAttempt(call=call, started_at=timezone.now(), request=signed.masked)
    began = time.monotonic()
    with closing(Poster(allow_private=settings.RULE_CALL_PRIVATE_NETWORKS)) as poster:
        posted = poster.post(
            call.url,
            body=signed.body,
            headers=signed.headers,
            seconds=settings.RULE_CALL_SECONDS,
            max_bytes=MOST_ANSWER,
        )
    attempt.duration_ms = int((time.monotonic() - began) * 1000)
    attempt.status, attempt.answer = posted.status, readable(posted.body, most=MOST_SHOWN) or posted.error[:MOST_SHOWN]
    if posted.status is None:
        attempt.error = _("The address does not respond.")
    elif not 200 <= posted.status < 300:
        attempt.error = _("The address responds with HTTP %(status)d.") % {"status": posted.status}
    attempt.save()
    return _conclude(call, posted, cause=attempt.error)


def _conclude(call: RuleCall, posted: Posted, *, cause: str) -> bool:
    """Record what the try means. Return whether the call was received."""
    if not cause:
        finish(call, CallState.SENT)
        return True
    if _is_too_late(call):
        _give_up(call, cause=cause)
        return False
    asked = read_retry_after(posted.headers.get("retry-after", ""), now=datetime.now(UTC)) or 0
    _wait(call, seconds=max(_backoff(call), asked), cause=cause)
    if posted.status is None or posted.status in _OF_THE_HOST:
        _let_host_wait(call, seconds=max(min(_backoff(call), LONGEST_OF_HOST), asked))
    return False


@transaction.atomic
def finish(call: RuleCall, state: CallState, *, cause: str = "", actor: str = "system") -> None:
    """Bring the call to its end, with a line in the order's timeline; nothing happens where somebody else has it."""
    changes = {
        "state": state,
        "cause": cause,
        "needs_attention": state == CallState.FAILED,
        "finished_at": timezone.now(),
        "token": None,
        "lease_until": None,
    }
    if not RuleCall.objects.filter(pk=call.pk, token=call.token).update(**changes):
        return
    for name, value in changes.items():
        setattr(call, name, value)
    params = {"rule": call.rule.name, "host": call.host, "call": call.pk, "text": cause}
    OrderEvent.objects.create(order_id=call.order_id, actor=actor, kind=f"call.{state}", params=params)


def _give_up(call: RuleCall, *, cause: str) -> None:
    logger.warning("Call %s of rule %s is left to people: %s", call.pk, call.rule_id, cause)
    finish(call, CallState.FAILED, cause=cause)


def _wait(call: RuleCall, *, seconds: float, cause: str, counted: bool = True) -> None:
    """Put the call back into the queue."""
    attempts = call.attempts if counted else call.attempts - 1
    RuleCall.objects.filter(pk=call.pk, token=call.token).update(
        state=CallState.NEW,
        token=None,
        lease_until=None,
        attempts=attempts,
        needs_attention=attempts >= PATIENCE,
        cause=cause,
        next_at=database_now() + timedelta(seconds=seconds),
    )


def _let_host_wait(call: RuleCall, *, seconds: float) -> None:
    """Let the other calls to the host wait: one try serves all."""
    next_at = database_now() + timedelta(seconds=seconds)
    others = RuleCall.objects.filter(state=CallState.NEW, host=call.host, next_at__lt=next_at)
    others.exclude(pk=call.pk).update(next_at=next_at)


def _is_too_late(call: RuleCall) -> bool:
    return timezone.now() - call.begun_at >= timedelta(hours=settings.RULE_CALL_HOURS)


def _backoff(call: RuleCall) -> float:
    steps = settings.RULE_CALL_BACKOFF
    return float(steps[min(max(call.attempts, 1), len(steps)) - 1])
