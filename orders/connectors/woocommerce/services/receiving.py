"""Keeping what comes before anything of it is understood."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable
from typing import Any

from django.db.models.functions import Now

from backoffice.engine.services.task_queue import enqueue_soon_on_commit
from orders.connectors.woocommerce.models import WooConnection, WooMessage

PROCESS_MESSAGES = "orders.connectors.woocommerce.tasks.process_messages"
PULLED = "pulled"


def is_signed(connection: WooConnection, *, body: bytes, signature: str) -> bool:
    """Return whether the body was signed with the connection's secret."""
    expected = hmac.new(str(connection.secret).encode(), body, hashlib.sha256).digest()
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(expected, given)


def store_webhook(connection: WooConnection, *, body: bytes, topic: str, delivery: str) -> bool:
    """Keep a webhook once, however often it comes; return whether it is new.

    Two orders of the same second come with the same id of delivery, so the body counts too.
    """
    key = f"webhook:{delivery[:100]}:{hashlib.sha256(body).hexdigest()}"
    is_new = _store(connection, [WooMessage(connection=connection, dedup_key=key, topic=topic[:100], body=body)])
    WooConnection.objects.filter(pk=connection.pk).update(webhook_at=Now())
    return bool(is_new)


def store_pulled(connection: WooConnection, orders: Iterable[dict[str, Any]]) -> int:
    """Keep orders that were read, each state of one once; return how many are new."""
    rows = []
    for order in orders:
        body = json.dumps(order, ensure_ascii=False, separators=(",", ":")).encode()
        stamp = f"{order.get('id')}:{order.get('date_modified_gmt')}"[:100]
        key = f"{PULLED}:{stamp}:{hashlib.sha256(body).hexdigest()}"
        rows.append(WooMessage(connection=connection, dedup_key=key, topic=PULLED, body=body))
    return _store(connection, rows)


def _store(connection: WooConnection, rows: list[WooMessage]) -> int:
    known = WooMessage.objects.filter(connection=connection, dedup_key__in=[row.dedup_key for row in rows])
    keys = set(known.values_list("dedup_key", flat=True))
    new = [row for row in rows if row.dedup_key not in keys]
    # Somebody else may keep the same at this moment.
    WooMessage.objects.bulk_create(new, ignore_conflicts=True)
    if new:
        enqueue_soon_on_commit(PROCESS_MESSAGES)
    return len(new)
