"""Moves what was recorded into the chain, in one order for good.

Whoever changes something only appends a row without indexes, so writers never wait for each other: the chain is closed
afterwards, by one process at a time, over what is committed. Places are given then, so late commits leave no gaps.
"""

import json
import logging
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from ipaddress import ip_address
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from backoffice.acting import STAFF, context_text
from backoffice.audit.models import AuditAction, AuditEntry
from backoffice.audit.models.entry import ActorKind
from backoffice.audit.services.coverage import labels_by_table
from backoffice.audit.services.guard import alone_at_chain
from backoffice.inserting import insert_rows

logger = logging.getLogger(__name__)
AT_ONCE = 2000
FIRST = b"\0" * 32
_INSERTED_AT_ONCE = 500
_TAKE = """
    WITH taken AS (
        DELETE FROM audit_recordedchange
        WHERE id IN (SELECT id FROM audit_recordedchange ORDER BY id LIMIT %s) RETURNING *
    )
    SELECT id, at, context, action, table_name, object_id, parent_id, changes FROM taken ORDER BY id
"""
_ORDERS = "SELECT id, shop_id FROM orders_order WHERE id = ANY(%s)"
_ORDER, _SHOP = "orders.order", "accounts.shop"


@dataclass(frozen=True)
class Recorded:
    """A row of RecordedChange as it is moved."""

    at: datetime
    context: dict[str, Any]
    action: str
    table: str
    object_id: str
    parent_id: str
    changes: str


@dataclass(frozen=True)
class ChainHead:
    """The last place of the chain and its hash."""

    position: int
    chain: bytes

    def __str__(self) -> str:
        return f"{self.position}:{self.chain.hex()}"


def close_chain(*, limit: int = AT_ONCE, wait: bool = False) -> int:
    """Move up to so many recorded rows, oldest first; return how many. None where another process is at it, unless it
    is to `wait` for that.
    """
    with alone_at_chain(wait=wait) as is_alone:
        if not is_alone:
            return 0
        rows = _take(limit)
        if rows:
            append([_entry(row) for row in _with_names(rows)])
    return len(rows)


def close_all(*, wait: bool = False) -> int:
    """Move all that is recorded; return how many rows. With `wait` also what another process is about to move stands in
    the chain then.
    """
    moved = 0
    while some := close_chain(wait=wait):
        moved += some
    return moved


def append(entries: Sequence[AuditEntry]) -> ChainHead:
    """Give the entries their places and write them. Only within `alone_at_chain`."""
    last = head()
    for entry in entries:
        entry.pk = last.position + 1
        entry.salt = secrets.token_bytes(16)
        entry.payload_digest = entry.hash_payload()
        entry.digest = entry.hash_facts()
        entry.chain = entry.hash_chain(last.chain)
        last = ChainHead(entry.pk, entry.chain)
    for start in range(0, len(entries), _INSERTED_AT_ONCE):
        insert_rows(entries[start : start + _INSERTED_AT_ONCE])
    return last


def append_own(action: AuditAction, *, payload: dict[str, Any]) -> ChainHead:
    """Write what a service of the trail itself did. Only within `alone_at_chain`."""
    context = json.loads(context_text())
    row = Recorded(timezone.now(), context, action, AuditEntry._meta.db_table, "", "", json.dumps(payload))
    return append([_entry((row, None))])


def head() -> ChainHead:
    """Return the last place of the chain; where it is empty, the place before the first."""
    last = AuditEntry.objects.order_by("-pk").values_list("pk", "chain").first()
    return ChainHead(last[0], bytes(last[1])) if last else ChainHead(0, FIRST)


def _take(limit: int) -> list[Recorded]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [limit])
        return [
            Recorded(at, _read_context(context), action, table, key or "", parent or "", changes)
            for _id, at, context, action, table, key, parent, changes in cursor.fetchall()
        ]


def _read_context(text: str) -> dict[str, Any]:
    """Return who acted. The setting of a transaction is a text that anybody in the database may have written."""
    try:
        read = json.loads(text)
    except ValueError:
        read = None
    return read if isinstance(read, dict) else {"kind": "database", "name": text[:150]}


def _with_names(rows: Iterable[Recorded]) -> list[tuple[Recorded, int | None]]:
    """Return the rows with the shop of each, and add the keys of people known by name: two queries for all."""
    rows = list(rows)
    names = {row.context.get("name") for row in rows if _lacks_user(row)}
    users = dict(User.objects.filter(username__in=names).values_list("username", "pk")) if names else {}
    for row in rows:
        if _lacks_user(row):
            row.context["user"] = users.get(str(row.context.get("name")))
    orders = {int(key) for row in rows for kind, key in [_root(row)] if kind == _ORDER and key.isdecimal()}
    shops: dict[int, int] = {}
    if orders:
        with connection.cursor() as cursor:
            cursor.execute(_ORDERS, [list(orders)])
            shops = dict(cursor.fetchall())
    return [(row, _shop(row, shops)) for row in rows]


def _lacks_user(row: Recorded) -> bool:
    return row.context.get("kind") == STAFF and "user" not in row.context


def _shop(row: Recorded, shops: dict[int, int]) -> int | None:
    kind, key = _root(row)
    if kind in (_ORDER, _SHOP) and key.isdecimal():
        return shops.get(int(key)) if kind == _ORDER else int(key)
    said = json.loads(row.changes).get("shop_id") if '"shop_id"' in row.changes else None
    if isinstance(said, list):
        said = next((one for one in reversed(said) if one is not None), None)
    return said if isinstance(said, int) else None


def _root(row: Recorded) -> tuple[str, str]:
    label, parent_label = _labels().get(row.table, (row.table, ""))
    return (parent_label, row.parent_id) if parent_label and row.parent_id else (label, row.object_id)


@cache
def _labels() -> dict[str, tuple[str, str]]:
    return labels_by_table()


def _entry(found: tuple[Recorded, int | None]) -> AuditEntry:
    row, shop = found
    kind, key = _root(row)
    context = row.context
    user = context.get("user")
    return AuditEntry(
        at=row.at,
        action=row.action,
        object_type=_labels().get(row.table, (row.table, ""))[0],
        object_id=row.object_id[:200],
        root_type=kind,
        root_id=key[:200],
        shop_id=shop,
        actor_kind=_kind(context),
        actor=str(context.get("name") or "")[:150],
        user_id=user if isinstance(user, int) else None,
        address=_address(context.get("address")),
        request_id=str(context.get("request") or "")[:64],
        change=str(context.get("change") or "")[:36],
        payload=row.changes,
    )


def _kind(context: dict[str, Any]) -> str:
    kind = context.get("kind")
    return kind if kind in ActorKind.values else ActorKind.DATABASE


def _address(text: Any) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
