"""Files that lie at an address: tried until we have them, each by one worker at a time.

Fetching one twice does no harm, so it is simply done again: quickly at first, then as the kind of file says. Labels are
no such files: see `fulfillment/services/labels.py`.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import timedelta
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import F
from django.db.models.functions import Now

from backoffice.engine.models.stored_file import FetchedFile
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.disk import require_room
from backoffice.engine.services.files import keep_file, new_path, note_kept
from backoffice.errors import DomainError, Unavailable
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendors.addresses import UnsafeUrl
from backoffice.vendors.errors import RateLimited, VendorError

Row = TypeVar("Row", bound=FetchedFile)
logger = logging.getLogger(__name__)

# While a worker is at a file nobody else takes it; a lost worker's file is due again after that.
WORKING_SECONDS = 120
# Until the next look where something of ours was away.
PAUSE_SECONDS = 60


class Fetching(ABC, Generic[Row]):
    """How the files of one table come from their addresses."""

    model: type[Row]
    folder: str
    max_bytes: int
    # Seconds until the next try, after the first try and so on; then a person hears of it, by the flag.
    backoff: tuple[int, ...]
    flag: str
    # Seconds between all tries after these; None: it is given up.
    every_seconds: int | None = None
    # Columns that are set back when a person has it tried again.
    afresh: ClassVar[dict[str, Any]] = {}

    @abstractmethod
    def get(self, row: Row) -> bytes:
        """Return what lies at the address of the row. Raises UnsafeUrl and VendorError."""

    @abstractmethod
    def accepts(self, row: Row) -> Collection[str]:
        """Return the types of content that it may have."""

    def fetch_due(self, *, limit: int = 50) -> int:
        """Fetch what is due, oldest first; return how many were tried."""
        due = self.model._default_manager.filter(next_at__lte=Now()).order_by("next_at", "pk")
        return sum(self.fetch(pk) for pk in list(due.values_list("pk", flat=True)[:limit]))

    def fetch(self, pk: int) -> bool:
        """Get a copy, or note when to try again, or why it cannot be had; return False when it was not due."""
        rows = self.model._default_manager.filter(pk=pk)
        claim = {"next_at": Now() + timedelta(seconds=WORKING_SECONDS), "attempts": F("attempts") + 1}
        if not rows.filter(next_at__lte=Now()).update(**claim):
            return False
        row = rows.get()
        try:
            self._keep(row)
        except UnsafeUrl as error:
            self._put_off(row, problem=text_of(error), seconds=None)
        except RateLimited as error:  # nothing was sent
            row.attempts -= 1
            self._put_off(row, problem=error.text, seconds=error.retry_after or 1)
        except Unavailable as error:  # of ours, such as a full disk: no try of the file's
            row.attempts -= 1
            self._put_off(row, problem=error.text, seconds=error.details.get("retry_after", PAUSE_SECONDS))
        except (VendorError, DomainError) as error:
            self._put_off(row, problem=error.text, seconds=self._wait(row))
        except OSError as error:
            self._put_off(row, problem=_("The file could not be written to disk: %s") % error, seconds=self._wait(row))
        return True

    def try_again(self, row: Row) -> None:
        """Have the file tried now, as a person wants; one that we have stays as it is."""
        rows = self.model._default_manager.filter(pk=row.pk, stored_at__isnull=True)
        rows.update(next_at=Now(), **self.afresh)

    def _keep(self, row: Row) -> None:
        require_room(self.max_bytes)
        content = self.get(row)
        # Named before it is written, so that a worker that dies in between leaves nothing behind that nobody knows.
        row.path = row.path or new_path(self.folder)
        row.save(update_fields=["path"])
        kept = keep_file(content, path=row.path, accepts=self.accepts(row), max_bytes=self.max_bytes)
        row.next_at, row.problem = None, ""
        setattr(row, self.flag, False)
        row.save(update_fields=["next_at", "problem", self.flag, *note_kept(row, kept)])

    def _put_off(self, row: Row, *, problem: str, seconds: float | None) -> None:
        """Note the problem and when to try again; `seconds` None: trying again would change nothing."""
        logger.warning("%s %s could not be fetched: %s", self.model.__name__, row.pk, problem)
        row.problem = problem
        row.next_at = None if seconds is None else database_now() + timedelta(seconds=seconds)
        setattr(row, self.flag, seconds is None or row.attempts > len(self.backoff))
        row.save(update_fields=["problem", "next_at", "attempts", self.flag])

    def _wait(self, row: Row) -> float | None:
        return self.backoff[row.attempts - 1] if row.attempts <= len(self.backoff) else self.every_seconds
