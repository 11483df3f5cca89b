"""Guard against a database that was restored or copied: nothing leaves until all vendors have been compared.

A restored database knows nothing of what was done since its backup: it would send orders a second time, and give their
numbers to other customers. So the database carries a counter that grows with every request that changes something at a
vendor and with every sweep, and the same counter is remembered outside (`epoch_places.py`). A database that is behind
what is remembered is an older state of itself. One that is in another database or server than it says was copied or
moved; of one that no place remembers nobody knows. All three lock the epoch; `manage.py reconcile` opens it again.

Numbers and ids are safe before that: with the lock all sequences jump, and order numbers carry the letters of their
series, which grows with each restore and is remembered outside as well.
"""

import logging
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.signals import connection_created
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.engine.models import Epoch
from backoffice.engine.services import epoch_places as places
from backoffice.engine.services.epoch_places import Mark, PlacesUnreadable
from backoffice.vendors.errors import RateLimited

logger = logging.getLogger(__name__)

RETRY_SECONDS = 30.0
# What is taken in without anything being sent is compared, and counted, that often.
COMPARE_SECONDS = 10.0
# More rows than any table gets between two backups, so that no id which was handed out is handed out again.
JUMP = 1_000_000
JUMPS_APART = 100
# No I and no O, which are read as digits.
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"

# No copy is in the same database of the same server.
_HERE = """
    SELECT oid || ':' || coalesce(
               CASE WHEN has_function_privilege('pg_control_system()', 'EXECUTE')
                    THEN (SELECT system_identifier::text FROM pg_control_system()) END, '')
      FROM pg_database WHERE datname = current_database()
"""
_BEGIN = f"""
    INSERT INTO engine_epoch (id, installation, home, counter, advanced_at, series, is_certain)
    VALUES (1, gen_random_uuid(), ({_HERE}), 0, clock_timestamp(), 0, true) ON CONFLICT DO NOTHING
"""  # noqa: S608
_ADVANCE = """
    UPDATE engine_epoch SET counter = counter + 1, advanced_at = clock_timestamp()
     WHERE installation = %s AND counter >= %s AND (found_at IS NULL OR reconciled_at IS NOT NULL)
 RETURNING counter, series
"""
_LOCK = """
    UPDATE engine_epoch
       SET found_at = clock_timestamp(), reconciled_at = NULL, saved_at = advanced_at, series = %(series)s,
           is_certain = %(is_certain)s
     WHERE installation = %(installation)s AND (found_at IS NULL OR reconciled_at IS NOT NULL)
"""
_JUMP = """
    SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass,
                  least(max_value, coalesce(last_value, start_value) + %s))
      FROM pg_sequences WHERE schemaname = current_schema()
       AND has_sequence_privilege(format('%%I.%%I', schemaname, sequencename), 'UPDATE')
"""
_TAKE = """
    SELECT nextval(%s), installation, counter, series, found_at IS NOT NULL AND reconciled_at IS NULL
      FROM engine_epoch
"""

_compared_at = _advanced_at = float("-inf")


def require_current() -> None:
    """Raise RateLimited unless the database is the newest state there is; called right before a request that changes
    something at a vendor.
    """
    try:
        epoch = _compare()
    except PlacesUnreadable as error:
        raise RateLimited(f"It cannot be seen whether the database is current: {error}", retry_after=5) from error
    if epoch.is_locked or not _advance(epoch):
        text = "The database was restored or copied: nothing is sent until manage.py reconcile has run."
        raise RateLimited(text, retry_after=RETRY_SECONDS)


def check_epoch() -> Epoch:
    """Return the epoch, compared with the places and locked where it is behind them. Each sweep does this."""
    try:
        epoch = _compare()
    except PlacesUnreadable:
        return read_epoch()
    if not epoch.is_locked:
        _advance(epoch)
    return epoch


def notice_restore() -> None:
    """Lock the epoch where it is behind the places, and count nothing: for who looks on and sends nothing."""
    with suppress(PlacesUnreadable):
        _compare()


def read_epoch() -> Any:
    """Return the row as it stands, with `here`, where it really is; it is made on first use."""
    rows = Epoch.objects.annotate(here=RawSQL(_HERE, []))  # noqa: S611 - nothing is put in
    epoch = rows.first()
    if epoch is None:
        with connection.cursor() as cursor:
            cursor.execute(_BEGIN)
        epoch = rows.get()
    return epoch


def take_id(sequence: str) -> tuple[int, str]:
    """Return an id that was never given before, restores included, and the letters of its series ("" in the first).

    Costs one query. Every COMPARE_SECONDS, and after each new connection, the places are asked as well.
    """
    pk, installation, counter, series, is_locked = _take(sequence)
    known = places.last_known(installation)
    is_behind = known is not None and counter < known.counter
    if not is_locked and (is_behind or time.monotonic() - _compared_at > COMPARE_SECONDS):
        transaction.on_commit(_advance_now_and_then, robust=True)
        if check_epoch().series != series:
            pk, installation, counter, series, is_locked = _take(sequence)
    return pk, letters_of(series)


def letters_of(series: int) -> str:
    """Return the series in letters: "" for the first, then B, C, D ..."""
    letters = ""
    while series:
        series, digit = divmod(series, len(LETTERS))
        letters = LETTERS[digit] + letters
    return letters


def open_epoch() -> None:
    """Let requests leave again, as all vendors have been compared: this is the newest state there is."""
    epoch = read_epoch()
    mark = _recalled(epoch) or Mark(0, 0)
    Epoch.objects.filter(pk=epoch.pk).update(
        home=epoch.here, reconciled_at=Now(), counter=max(epoch.counter, mark.counter) + 1, advanced_at=Now()
    )
    epoch = read_epoch()
    places.remember(epoch.installation, Mark(epoch.counter, epoch.series))


def lock_restored() -> None:
    """Lock the epoch of a database that was just restored: whoever did it need not wait until it is noticed.

    One that was locked at its backup is locked anew, since ids were given out after it.
    """
    with transaction.atomic():
        epoch = read_epoch()
        Epoch.objects.filter(found_at__isnull=False, reconciled_at__isnull=True).update(reconciled_at=Now())
        _lock(epoch, mark=_recalled(epoch), is_certain=True)


def is_from_before_restore(at: datetime) -> bool:
    """Return whether what dates from then may have been sent to a vendor by the state that was lost."""
    return Epoch.objects.filter(found_at__gte=at).exists()


def _compare() -> Epoch:
    global _compared_at
    epoch = read_epoch()
    if epoch.is_locked:
        return epoch
    if epoch.home != epoch.here:
        return _lock(epoch, mark=_recalled(epoch), is_certain=False)
    mark = places.recall(epoch.installation)
    _compared_at = time.monotonic()
    if mark is None:
        # What was never counted was never remembered: a new installation.
        return epoch if epoch.counter == 0 else _lock(epoch, mark=None, is_certain=False)
    if epoch.counter < mark.counter:
        # Another process may have counted on between our two readings: what is remembered was committed before.
        epoch = read_epoch()
    return _lock(epoch, mark=mark, is_certain=True) if epoch.counter < mark.counter else epoch


def _recalled(epoch: Epoch) -> Mark | None:
    try:
        return places.recall(epoch.installation)
    except PlacesUnreadable:
        return None


def _advance(epoch: Epoch) -> bool:
    """Count one on, here and then outside; return False when it was locked meanwhile, or no place can be written.

    In a transaction nothing is counted: rolled back, the database would be behind what is remembered.
    """
    global _advanced_at
    if connection.in_atomic_block:
        return True
    # Whoever finds it counted finds it remembered, also between the first count and its being remembered below.
    if epoch.counter == 0 and not places.remember(epoch.installation, Mark(0, epoch.series)):
        return False
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [epoch.installation, epoch.counter])
        row = cursor.fetchone()
    if row is None:
        return False
    _advanced_at = time.monotonic()
    return places.remember(epoch.installation, Mark(*row))


def _advance_now_and_then() -> None:
    """Keep a backup older than what was taken in after it, even while no worker runs."""
    if time.monotonic() - _advanced_at > COMPARE_SECONDS:
        check_epoch()


def _lock(epoch: Epoch, *, mark: Mark | None, is_certain: bool) -> Epoch:
    """Let nothing leave from now on. The new series is above all that is remembered; where nothing is, above what a
    year of restores every hour could have reached. Committed with the jump of all sequences.
    """
    series = max(epoch.series, mark.series if mark else _hours()) + 1
    places.remember(epoch.installation, Mark(mark.counter if mark else epoch.counter, series))
    values: dict[str, Any] = {"installation": epoch.installation, "series": series, "is_certain": is_certain}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK, values)
        if cursor.rowcount:
            # Two restores of one backup jump to different places.
            cursor.execute(_JUMP, [JUMP * max(1, series % JUMPS_APART)])
            what = "an older state" if is_certain else "a copy or was moved, or all that was remembered outside is lost"
            logger.error("The database is %s: nothing is sent until manage.py reconcile has run.", what)
    return read_epoch()


def _hours() -> int:
    return int((timezone.now() - datetime(2026, 1, 1, tzinfo=UTC)).total_seconds() // 3600)


def _take(sequence: str) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [sequence])
        row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        read_epoch()
        return _take(sequence)
    return row


def _compare_anew(**_signal: Any) -> None:
    """Compare with the places soon: a restore of the whole server breaks every connection."""
    global _compared_at
    _compared_at = float("-inf")


connection_created.connect(_compare_anew, dispatch_uid="engine.epoch")
