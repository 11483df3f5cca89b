"""Celery's timetable under a lease: of several beats one works, and another goes on when it dies.

What ran when is kept with the lease, in the database: no beat needs a disk of its own, a restart forgets nothing, and
who takes over does not begin by doing everything at once.
"""

import logging
import time
from datetime import datetime
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import InterfaceError, connection

from backoffice.alive import show_life
from backoffice.engine.services.leases import LeaseHolder

logger = logging.getLogger(__name__)

LEASE = "beat"


class LeasedScheduler(Scheduler):
    """Sends what is due while the lease is ours, and asks for it every third of its time otherwise."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._lease_seconds = float(settings.BEAT_LEASE_SECONDS)
        self._lease = LeaseHolder(LEASE, seconds=self._lease_seconds)
        self._is_ours = False
        self._renewed_at = float("-inf")
        self._ran: dict[str, str] = {}
        super().__init__(*args, **kwargs)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send one thing that is due, if we may; return how many seconds to sleep."""
        show_life()
        pause = self._lease_seconds / 3
        if not self._holds():
            return pause
        return min(float(super().tick(*args, **kwargs)), pause)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Send it, and note when."""
        super().apply_entry(entry, producer=producer)
        self._ran[entry.name] = self.schedule[entry.name].last_run_at.isoformat()

    def close(self) -> None:
        """Let another beat go on at once."""
        if self._is_ours:
            self._is_ours = False
            self._try(lambda: self._lease.release(self._ran))
        super().close()

    def _holds(self) -> bool:
        """Return whether the lease is certainly ours for as long as one sending takes."""
        if self._is_ours and time.monotonic() - self._renewed_at < self._lease_seconds / 3:
            return True
        asked_at = time.monotonic()
        if self._is_ours:
            kept = self._try(lambda: self._lease.renew(self._ran))
            if kept is False or (kept is None and asked_at - self._renewed_at > self._lease_seconds):
                self._is_ours = False
                logger.warning("The lease was lost: another beat works, or the database did not answer.")
            elif kept:
                self._ran, self._renewed_at = {}, asked_at
            return bool(kept)
        notes = self._try(self._lease.take)
        if notes is not None:
            self._begin(notes)
            self._renewed_at = asked_at
        return self._is_ours

    def _begin(self, notes: dict[str, Any]) -> None:
        """Go on where the one before stopped."""
        logger.info("This beat works from now on.")
        # What never ran yet is noted too: its time counts from when it was first known, whoever is restarted since.
        self._ran = {name: entry.last_run_at.isoformat() for name, entry in self.schedule.items() if name not in notes}
        for name, entry in self.schedule.items():
            if name in notes:
                # Of a clock that went ahead no entry may wait for the time that it showed.
                entry.last_run_at = min(datetime.fromisoformat(notes[name]), entry.default_now())
        self._heap = None
        self._is_ours = True

    def _try(self, ask: Any) -> Any:
        """Return what the database answers; None when it does not."""
        try:
            return ask()
        except (DatabaseError, InterfaceError) as error:
            logger.warning("The database does not answer: %s", str(error).strip())
            connection.close()
            return None
