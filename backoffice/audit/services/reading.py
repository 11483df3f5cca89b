"""Whose data were shown to whom: noted in memory when a page was answered, written by a thread in batches.

No page waits for it. What a process has not written yet is at most a second old and lost when it is killed; where the
database does not answer, MOST notes are kept, then the oldest go, with a line in the log. A page that is opened again
within AGAIN_SECONDS by the same person is one entry: pages renew themselves every few seconds.
"""

import atexit
import json
import logging
import os
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from backoffice.acting import LINK, NOBODY, STAFF, context_text, current_actor
from backoffice.audit.models import AuditAction, RecordedChange
from backoffice.audit.services.guard import unguarded
from backoffice.audit.services.personal import key_of, shown_data

logger = logging.getLogger(__name__)
MOST = 10_000
AGAIN_SECONDS = 600
EVERY_SECONDS = 1.0
_AT_ONCE = 500
_LONGEST_QUERY, _MOST_ASKED = 300, 20
# How a page that renews itself asks, beside what it shows.
_PLACE = ("older", "newer", "end", "after", "sort")
# What somebody typed to find something: in lists, and in the palette.
_TYPED = ("q", "s")
# Where a page itself says whose data it shows.
_SHOWN = "_audit_shown"


@dataclass(frozen=True)
class Note:
    """One reading, as it is written."""

    at: datetime
    context: str
    action: str
    label: str
    key: str
    said: str


class Notes:
    """What one process has noted and not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: deque[Note] = deque()
        self._seen: OrderedDict[tuple[str, ...], float] = OrderedDict()
        self._thread: threading.Thread | None = None
        self._process = 0
        self.lost = 0

    def add(self, note: Note, *, who: str) -> None:
        """Keep it, unless the same was shown to the same a moment ago."""
        now, same = time.monotonic(), (who, note.action, note.label, note.key, note.said)
        with self._lock:
            if now - self._seen.get(same, -AGAIN_SECONDS) < AGAIN_SECONDS:
                return
            self._seen[same] = now
            self._seen.move_to_end(same)
            if len(self._seen) > MOST:
                self._seen.popitem(last=False)
            if len(self._waiting) >= MOST:
                self._waiting.popleft()
                self.lost += 1
            self._waiting.append(note)
        self._begin()

    def flush(self) -> int:
        """Write what waits; return how much. What cannot be written waits on."""
        written = 0
        while some := self._next():
            try:
                write(some)
            except (DatabaseError, InterfaceError):
                with self._lock:
                    self._waiting.extendleft(reversed(some))
                raise
            written += len(some)
        return written

    @property
    def waiting(self) -> int:
        """Return how much is not written yet."""
        return len(self._waiting)

    def forget(self) -> None:
        """Begin anew, as a new process does."""
        with self._lock:
            self._waiting.clear()
            self._seen.clear()

    def _next(self) -> list[Note]:
        with self._lock:
            return [self._waiting.popleft() for _number in range(min(_AT_ONCE, len(self._waiting)))]

    def _begin(self) -> None:
        """Start the thread in this process: one from before a fork is not in it."""
        if not settings.AUDIT_READS_THREAD or (self._process == os.getpid() and self._thread is not None):
            return
        with self._lock:
            self._process = os.getpid()
            self._thread = threading.Thread(target=self._work, name="audit-reads", daemon=True)
        self._thread.start()
        atexit.register(self._end)

    def _work(self) -> None:
        while True:
            time.sleep(EVERY_SECONDS)
            self._try()
            connection.close_if_unusable_or_obsolete()

    def _try(self) -> None:
        try:
            self.flush()
            if self.lost:
                logger.error("%s readings of personal data could not be recorded.", self.lost)
                self.lost = 0
        except (DatabaseError, InterfaceError) as error:
            logger.warning("Readings of personal data wait to be recorded: %s", error)

    def _end(self) -> None:
        if self._process == os.getpid():
            self._try()
            connection.close()


NOTES = Notes()


def mark_shown(request: HttpRequest, label: str, key: Any) -> None:
    """Have the answer noted as showing the data of that thing: for a page whose address does not say whose it is."""
    setattr(request, _SHOWN, (label, str(key)))


def note_answer(request: HttpRequest, response: HttpResponseBase) -> None:
    """Note whose data an answer shows, where it shows any."""
    match = request.resolver_match
    if response.status_code != 200 or match is None or not match.url_name:
        return
    label, key = getattr(request, _SHOWN, ("", ""))
    found = (AuditAction.READ, label) if label else shown_data(match.url_name, match.route)
    if found is None:
        return
    actor, (action, label) = current_actor(), found
    # A page that answers a form shows as much as one that was opened; a shop that sends something reads nothing by it.
    is_reading = actor.kind != LINK and (request.method != "POST" or actor.kind == STAFF)
    if actor.kind == NOBODY or (action != AuditAction.DOWNLOAD and not is_reading):
        return
    said = _said(request)
    if action == AuditAction.READ and any(name in said for name in _TYPED):
        action = AuditAction.SEARCH
    key = key or key_of(request)
    note = Note(timezone.now(), context_text(), action, label, key, json.dumps(said, ensure_ascii=False))
    NOTES.add(note, who=f"{actor.kind}:{actor.name}")


def write(notes: list[Note]) -> None:
    """Write the notes where triggers write changes."""
    rows = [
        RecordedChange(
            at=one.at,
            context=one.context,
            action=one.action,
            table_name=one.label,
            object_id=one.key.replace("\0", ""),
            changes=one.said.replace("\\u0000", ""),
        )
        for one in notes
    ]
    with unguarded():
        RecordedChange.objects.bulk_create(rows)


def _said(request: HttpRequest) -> dict[str, Any]:
    """Return the page's name and what was asked for in its address."""
    match = request.resolver_match
    said = {"page": str(match.url_name) if match else ""}
    for name, value in request.GET.items():
        if value and name not in _PLACE and len(said) < _MOST_ASKED:
            said[name[:40]] = str(value)[:_LONGEST_QUERY]
    return said
