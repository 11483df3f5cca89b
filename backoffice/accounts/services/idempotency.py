"""A repeated request does nothing twice: it gets the answer that the first one got."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from psycopg.errors import LockNotAvailable

from backoffice.accounts.models import IdempotencyKey, Shop
from backoffice.errors import Conflict, DomainError
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import plain_text

RETRY_AFTER = 5


@dataclass(frozen=True)
class Answer:
    """Status and body of an answer, and whether it is one given before."""

    status: int
    body: Any
    replayed: bool = False


def respond_once(shop: Shop, *, key: str, request: object, act: Callable[[], Answer]) -> Answer:
    """Return what `act` returns, or what it returned when the shop sent the same request under this key before.

    Key, effects and answer are one transaction: a twin that comes meanwhile waits for it at the unique index, and a
    crash leaves none of them. A refusal (any exception of `act`) leaves the key free. `request` is all that makes
    a request another one. Raises DomainError for another request under a used key, and Conflict when the twin takes
    longer than the database's `lock_timeout`.
    """
    fingerprint = hash_of(request)
    with transaction.atomic():
        row = _claim(shop, key=key, fingerprint=fingerprint)
        if row is None:
            return _replay(shop, key=key, fingerprint=fingerprint)
        answer = act()
        _keep(answer, row)
    return answer


def find_answer(shop: Shop, *, key: str, request: object) -> Answer | None:
    """Return the response stored under this key, None when it is new: for acts that ask a vendor before they write.

    Raises DomainError for another request under a used key.
    """
    if not IdempotencyKey.objects.filter(shop=shop, key=key, status__isnull=False).exists():
        return None
    return _replay(shop, key=key, fingerprint=hash_of(request))


def hash_of(request: object) -> str:
    """Return a hash that is equal for equal requests, whatever the order of their keys and their white space."""
    return hashlib.sha256(msgspec.json.encode(request, order="deterministic")).hexdigest()


def _claim(shop: Shop, *, key: str, fingerprint: str) -> int | None:
    """Return the id of the new row, None when there is one already. Wait for a duplicate that has not committed yet."""
    sql = (
        "INSERT INTO accounts_idempotencykey (shop_id, key, request_hash, created_at) "
        "VALUES (%s, %s, %s, %s) ON CONFLICT (shop_id, key) DO NOTHING RETURNING id"
    )
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, (shop.pk, key, fingerprint, timezone.now()))
            row = cursor.fetchone()
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            text = _("The same request is still being processed. Retry in %(seconds)d seconds.")
            raise Conflict(text % {"seconds": RETRY_AFTER}, code="still_running", retry_after=RETRY_AFTER) from error
        raise
    return row[0] if row else None


def _keep(answer: Answer, row: int) -> None:
    body = msgspec.json.encode(answer.body, enc_hook=plain_text).decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_idempotencykey SET status = %s, answer = %s::jsonb WHERE id = %s",
            (answer.status, body, row),
        )


def _replay(shop: Shop, *, key: str, fingerprint: str) -> Answer:
    row = IdempotencyKey.objects.get(shop=shop, key=key)
    if row.request_hash != fingerprint:
        text = _("This Idempotency-Key was used for another request. Use a new one for each order.")
        raise DomainError(text, code="idempotency_key_reused")
    return Answer(int(row.status or 0), row.answer, replayed=True)
