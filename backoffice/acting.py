"""Who acts: what is written meanwhile is recorded under this name by the triggers of the audit trail.

The name is told to the database in front of the first statement that writes, in the same round trip, as a setting of
the transaction: it ends with it, so that no other caller of a pooled connection inherits it.
"""

import getpass
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from backoffice.change_context import current_change
from backoffice.web.request_id import current_request_id

STAFF, KEY, COMMAND, RULE, VENDOR, TASK, LINK, NOBODY = (
    "staff", "key", "command", "rule", "vendor", "task", "link", "nobody",
)  # fmt: skip
# What acts where no code of ours said so: somebody in the database itself.
DATABASE = "database"
# Settings of a transaction. The second names what tells of its new rows itself, so that triggers need not.
ACTOR, TOLD = "backoffice.actor", "backoffice.told"
# A statement that writes, and the table where it stands in its beginning.
_WRITES = re.compile(r'\A\s*+(?:(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+"?(\w+)|MERGE\b|WITH\b)', re.IGNORECASE)
# Tables that nobody watches, so that nobody needs to know who writes to them.
unwatched: set[str] = set()
_IDLE = 0  # libpq's PQTRANS_IDLE: the next statement begins a transaction
_LONGEST = 150


@dataclass(frozen=True)
class Actor:
    """A user's name, a key's prefix, a command, "7" of a rule, a vendor, a task; and where it acts from."""

    kind: str
    name: str
    user: int | None = None
    address: str | None = None


# Asked anew whenever something is written: who is signed in may be known only later in a request.
Ask = Callable[[], Actor]
_acting: ContextVar[Ask | None] = ContextVar("acting", default=None)
_told: ContextVar[str] = ContextVar("told", default="")


def current_actor() -> Actor:
    """Return who acts; where nobody said so, what this process was started for."""
    ask = _acting.get()
    return ask() if ask is not None else _process(tuple(sys.argv[:2]))


@contextmanager
def acting_as(kind: str, name: str, *, user: int | None = None, address: str | None = None) -> Iterator[None]:
    """Record what is written in here under that name."""
    actor = Actor(kind, name[:_LONGEST], user, address)
    with asking(lambda: actor):
        yield


@contextmanager
def asking(ask: Ask) -> Iterator[None]:
    """Record what is written in here under the name that `ask` returns then."""
    before = _acting.set(ask)
    try:
        yield
    finally:
        _acting.reset(before)


@contextmanager
def told_by(what: str) -> Iterator[None]:
    """Let `what` ("intake", "catalogue") tell of new rows instead of the audit trail, for tables that name it."""
    before = _told.set(what)
    try:
        yield
    finally:
        _told.reset(before)


def context_text() -> str:
    """Return who acts, for which request and job, as the database is told."""
    return _context(*_facts()[:3])


def _facts() -> tuple[Actor, str, UUID | None, str]:
    return current_actor(), current_request_id(), current_change(), _told.get()


def connect() -> None:
    """Have every connection of this process tell the database who acts."""
    connection_created.connect(_follow, dispatch_uid="backoffice.acting")


def _follow(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    if _tell not in connection.execute_wrappers:
        connection.execute_wrappers.append(_tell)


def _tell(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    """Set what the database has not been told in this transaction, before a statement that writes."""
    database: Any = context["connection"]
    begins = database.connection.pgconn.transaction_status == _IDLE
    if begins:
        database.told_who = None
    writes = _WRITES.match(sql) if isinstance(sql, str) else None
    if writes is None or writes[1] in unwatched:
        return execute(sql, params, many, context)
    facts = _facts()
    if _is_known(database, facts):
        return execute(sql, params, many, context)
    if many:  # its parameters are of one statement
        if database.in_atomic_block:
            execute(_settings(facts, doubled=False), None, False, context)
    else:
        sql = f"{_settings(facts, doubled=params is not None)}; {sql}"
    result = execute(sql, params, many, context)
    if not many:
        context["cursor"].nextset()
    if database.in_atomic_block:
        # A setting made within a savepoint is undone with it.
        database.told_who = facts, list(database.savepoint_ids)
    return result


def _is_known(database: Any, facts: Any) -> bool:
    known = getattr(database, "told_who", None)
    if known is None or known[0] != facts:
        return False
    savepoints: list[Any] = known[1]
    return bool(database.savepoint_ids[: len(savepoints)] == savepoints)


def _settings(facts: tuple[Actor, str, UUID | None, str], *, doubled: bool) -> str:
    """Return the statement; percent signs are doubled where parameters follow."""
    actor = _context(*facts[:3]).replace("'", "''")
    if doubled:
        actor = actor.replace("%", "%%")
    return f"SELECT set_config('{ACTOR}', '{actor}', true), set_config('{TOLD}', '{facts[3]}', true)"


@cache
def _process(argv: tuple[str, ...]) -> Actor:
    """Return what this process was started for, and the operating system's user who did."""
    program = Path(argv[0]).name if argv else ""
    name = argv[1] if program == "manage.py" and len(argv) > 1 else program or "python"
    try:
        person = getpass.getuser()
    except (OSError, KeyError):  # a container's number without a name
        person = ""
    return Actor(COMMAND, f"{name} ({person})"[:_LONGEST] if person else name[:_LONGEST])


def _context(actor: Actor, request: str, change: UUID | None) -> str:
    told = {
        "kind": actor.kind, "name": actor.name, "user": actor.user, "address": actor.address, "request": request,
        "change": str(change) if change else None,
    }  # fmt: skip
    facts = {name: value for name, value in told.items() if value not in (None, "")}
    # jsonb takes neither NUL nor half a character, and nothing of this may keep an order from being written.
    text = json.dumps(facts, ensure_ascii=False).replace("\\u0000", "").replace("\0", "")
    return text.encode("utf-8", "replace").decode()
