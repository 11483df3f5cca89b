"""Leases: one process of all machines does something, and another goes on when it dies.

A lease is a row and not a lock, so that it holds behind a pooler that shares connections by transaction, and ends by
itself when its machine vanishes without a word, where the server would keep a lock for hours. All times are the
database's.
"""

import json
import os
import socket
import uuid
from typing import Any

from django.db import connection

_TAKE = """
    INSERT INTO engine_lease (name, holder, described, until, notes)
    VALUES (%(name)s, %(holder)s, %(described)s, clock_timestamp() + %(seconds)s * interval '1 second', '{}')
    ON CONFLICT (name) DO UPDATE
       SET holder = excluded.holder, described = excluded.described, until = excluded.until
     WHERE engine_lease.until <= clock_timestamp() OR engine_lease.holder = excluded.holder
 RETURNING notes
"""
_RENEW = """
    UPDATE engine_lease
       SET until = clock_timestamp() + %(seconds)s * interval '1 second', notes = notes || %(notes)s::jsonb
     WHERE name = %(name)s AND holder = %(holder)s AND until > clock_timestamp()
"""
_RELEASE = """
    UPDATE engine_lease SET until = clock_timestamp(), notes = notes || %(notes)s::jsonb
     WHERE name = %(name)s AND holder = %(holder)s AND until > clock_timestamp()
"""


class LeaseHolder:
    """This process's claim to what only one may do; it lasts `seconds` from each renewal."""

    def __init__(self, name: str, *, seconds: float) -> None:
        self._values: dict[str, Any] = {
            "name": name,
            "holder": uuid.uuid4(),
            "described": f"{socket.gethostname()} process {os.getpid()}"[:200],
            "seconds": seconds,
        }

    def take(self) -> dict[str, Any] | None:
        """Return the notes of whoever had it before, once it is ours; None while another has it."""
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, self._values)
            row = cursor.fetchone()
        if row is None:
            return None
        notes: dict[str, Any] = row[0] if isinstance(row[0], dict) else json.loads(row[0])
        return notes

    def renew(self, notes: dict[str, Any]) -> bool:
        """Keep it, and join the notes to those for whoever comes next; return False when it is not ours any more."""
        return self._write(_RENEW, notes)

    def release(self, notes: dict[str, Any]) -> None:
        """Let the next one take it at once."""
        self._write(_RELEASE, notes)

    def _write(self, statement: str, notes: dict[str, Any]) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(statement, self._values | {"notes": json.dumps(notes)})
            return cursor.rowcount == 1
