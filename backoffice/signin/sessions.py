"""Sessions that end some time after their last use, and at the latest some time after the sign-in.

The end is that of the row (`expire_date`): what is past is not found, so nothing has to be compared. To put it off, a
statement moves the row's end alone, so that nothing is lost of what other requests write into the session meanwhile.
"""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.utils import timezone

BEGUN_KEY = "begun_at"
# The end is put off at most so often: a use of the minutes before does not count.
NOTED_EVERY = timedelta(minutes=5)


class SessionStore(db.SessionStore):
    """Named as Django's, by whose name the contents are signed: either reads what the other has written."""

    row_ends: datetime | None = None

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]  # the stubs leave it out
        self.row_ends = row.expire_date if row else None
        return row

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """Return the row to be written, with its end."""
        data.setdefault(BEGUN_KEY, time.time())
        row = super().create_model_instance(data)
        row.expire_date = self.row_ends = _end(data[BEGUN_KEY])
        return row

    def note_use(self) -> None:
        """Put off the end of a session that was found; nothing is written where that was done minutes ago."""
        if self.row_ends is None:
            return
        if BEGUN_KEY not in self:  # of a release before
            self[BEGUN_KEY] = time.time()
            return
        end = _end(self[BEGUN_KEY])
        if end - self.row_ends >= NOTED_EVERY:
            self.model.objects.filter(session_key=self.session_key).update(expire_date=end)


def _end(begun_at: float) -> datetime:
    latest = datetime.fromtimestamp(begun_at, UTC) + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return min(latest, timezone.now() + timedelta(minutes=settings.SESSION_IDLE_MINUTES))
