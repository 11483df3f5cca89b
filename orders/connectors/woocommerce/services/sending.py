"""Sending until it is there: what rows say, in their order for each order there.

claim      one row, NEW and due, with no earlier one open of the same order       a token and a lease
send       read what is there; write only what is missing                        no transaction is open
           no answer, or "not now": NEW after a backoff, which all of the shop waits out too
           refused, or days have passed: FAILED, and people decide
A lost worker's row is simply done again: what it had written is read and left alone. A try lasts shorter than a lease.
"""

import logging
import time
import uuid
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.engine.services import epoch
from backoffice.engine.services.clock import database_now
from backoffice.errors import DomainError
from backoffice.vendors.errors import RateLimited
from orders.connectors.woocommerce.models import SendingKind, SendingState, WooOrder, WooSending
from orders.connectors.woocommerce.models.sending import OPEN_SENDINGS
from orders.connectors.woocommerce.services import health, writing
from orders.connectors.woocommerce.services.client import WooClient, WooUnavailable

logger = logging.getLogger(__name__)

# Longer than a task may run (CELERY_TASK_TIME_LIMIT).
LEASE = timedelta(seconds=180)
RESTORED_SECONDS = 30
PATIENCE = 5


def send_due(*, seconds: float = 60) -> int:
    """Send what is due until nothing is, or the time is over. Return how many arrived."""
    sent, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline and (row := claim()) is not None:
        sent += deliver(row)
    return sent


@transaction.atomic
def claim() -> WooSending | None:
    """Take the row that has waited longest; None when nothing is due."""
    earlier = WooSending.objects.filter(woo_order=OuterRef("woo_order"), pk__lt=OuterRef("pk"), state__in=OPEN_SENDINGS)
    due = WooSending.objects.filter(
        ~Exists(earlier), state=SendingState.NEW, next_at__lte=Now(), woo_order__connection__in=health.usable()
    )
    free = due.select_for_update(skip_locked=True, of=("self",))
    row = free.select_related("woo_order__connection", "shipment").order_by("next_at", "pk").first()
    if row is not None:
        row.state, row.token, row.lease_until = SendingState.SENDING, uuid.uuid4(), database_now() + LEASE
        row.attempts += 1
        row.save(update_fields=["state", "token", "lease_until", "attempts"])
    return row


def deliver(row: WooSending) -> bool:
    """Try the claimed row once. Return whether it arrived."""
    connection = row.woo_order.connection
    try:
        epoch.require_current()
    except RateLimited as error:
        _put_back(row, cause=str(error), seconds=error.retry_after or RESTORED_SECONDS)
        return False
    try:
        arrived = _write(row)
    except WooUnavailable as error:
        health.note_failure(connection, error)
        if timezone.now() - row.begun_at >= timedelta(hours=settings.WOOCOMMERCE_HOURS):
            finish(row, SendingState.FAILED, cause=error.text)
        else:
            steps = settings.WOOCOMMERCE_BACKOFF
            wait = max(steps[min(row.attempts, len(steps)) - 1], error.retry_after or 0)
            _put_back(row, cause=error.text, seconds=wait)
        return False
    except DomainError as error:
        logger.warning("WooCommerce refuses %s: %s", row.pk, error)
        finish(row, SendingState.FAILED, cause=error.text)
        return False
    health.note_success(connection.pk)
    finish(row, SendingState.SENT if arrived else SendingState.MOOT)
    return arrived


def end_expired_leases() -> int:
    """Put rows of lost workers back into the queue; return how many."""
    lost = WooSending.objects.filter(state=SendingState.SENDING, lease_until__lte=Now())
    return lost.update(state=SendingState.NEW, token=None, lease_until=None, next_at=Now())


def finish(row: WooSending, state: SendingState, *, cause: str = "") -> None:
    """Bring the row to its end; nothing happens where somebody else has it."""
    WooSending.objects.filter(pk=row.pk, token=row.token).update(
        state=state,
        cause=cause,
        needs_attention=state == SendingState.FAILED,
        finished_at=Now(),
        token=None,
        lease_until=None,
    )


def _write(row: WooSending) -> bool:
    client, there = WooClient(row.woo_order.connection), row.woo_order
    if row.kind == SendingKind.TRACKING and row.shipment is not None:
        is_mailed = there.connection.mail_tracking
        return writing.write_parcel(client, there.woo_id, row.shipment, is_mailed=is_mailed)
    # Known before it is there: it may come back before our request has ended.
    WooOrder.objects.filter(pk=there.pk).update(sent_status=row.status)
    return writing.write_status(client, there.woo_id, row.status)


def _put_back(row: WooSending, *, cause: str, seconds: float) -> None:
    WooSending.objects.filter(pk=row.pk, token=row.token).update(
        state=SendingState.NEW,
        token=None,
        lease_until=None,
        needs_attention=row.attempts >= PATIENCE,
        cause=cause,
        next_at=database_now() + timedelta(seconds=seconds),
    )
