"""Tables divided by months: partitions made ahead, and dropped whole when what is in them is old enough.

What comes at a time for which none was made goes into the default partition, so nothing is ever refused for want of
one; an alert says so on every page and in `doctor`, and the next run makes the month and moves the rows there. As there
is a default, PostgreSQL takes no partition away CONCURRENTLY: it is done under the lock of the table, which takes
milliseconds, and is given up after two seconds where somebody else has it.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg import sql
from psycopg.errors import CheckViolation, DeadlockDetected, LockNotAvailable

from backoffice.engine.models import CallbackKey
from backoffice.engine.services.clock import database_now

logger = logging.getLogger(__name__)

# Months beyond the one that begins next: so long may nobody look before the default partition is needed.
MONTHS_AHEAD = 3
_LOCK_WAIT = "2s"
# With one table locked: well below the second after which PostgreSQL would end somebody who waits for that one.
_FURTHER_LOCK_WAIT = "200ms"
_KEYS_AT_ONCE = 5000
_ANALYZE_AFTER = timedelta(days=7)
_PARTITIONS = """
SELECT child.relname, pg_get_expr(child.relpartbound, child.oid)
  FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
 WHERE inhparent = %s::regclass ORDER BY child.relname
"""
_BOUNDS = re.compile(r"FROM \((?:MINVALUE|'([^']+)')\) TO \('([^']+)'\)")


@dataclass(frozen=True)
class DividedTable:
    """A table with a partition a month, the column that says which, and the setting that says how many are kept."""

    name: str
    column: str
    setting: str
    # A row for which this holds keeps its month: it is still worked on.
    busy: str = "false"
    # What has to be locked first, in the order in which everybody else does.
    locks: str = ""

    @property
    def stem(self) -> str:
        return self.name.removesuffix("_by_month")

    @property
    def rest(self) -> str:
        """The partition of what belongs to no month that was made."""
        return f"{self.stem}_rest"


CALLBACKS = DividedTable("engine_callback_by_month", "received_at", "CALLBACK_MONTHS", busy="next_at IS NOT NULL")
ATTEMPTS = DividedTable("engine_pushattempt_by_month", "started_at", "ATTEMPT_MONTHS", locks="engine_push")
DIVIDED = (CALLBACKS, ATTEMPTS)


@dataclass(frozen=True)
class Partition:
    """One partition; without a start it has all that came before its end."""

    name: str
    start: datetime | None
    end: datetime

    def has(self, moment: datetime) -> bool:
        """Return whether what comes at that moment belongs there."""
        return (self.start is None or self.start <= moment) and moment < self.end


def keep_partitions() -> None:
    """Make the months to come and drop those that are old enough; where a lock is not to be had, the next run does."""
    for table in DIVIDED:
        for act in (make_ahead, drop_old, _analyze):
            try:
                act(table)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                    raise
                logger.warning("%s is in use; its partitions are looked after next time.", table.name)


def partitions_of(table: DividedTable) -> list[Partition]:
    """Return the partitions but the default one, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTITIONS, [table.name])
        rows = cursor.fetchall()
    found = [(name, _BOUNDS.search(bounds)) for name, bounds in rows]
    parts = [Partition(name, _moment(match[1]), datetime.fromisoformat(match[2])) for name, match in found if match]
    return sorted(parts, key=lambda part: part.end)


def make_ahead(table: DividedTable) -> list[str]:
    """Make what is missing of this month, of those to come, and of those whose rows lie apart; return the names."""
    parts, month = partitions_of(table), month_of(database_now())
    months = [month]
    for _number in range(MONTHS_AHEAD):
        months.append(next_month(months[-1]))
    missing = {month for month in months if not any(part.has(month) for part in parts)}
    return [_make(table, month, next_month(month)) for month in sorted(missing | _months_apart(table))]


def drop_old(table: DividedTable) -> list[str]:
    """Drop the partitions that ended so many months ago as the setting says, oldest first; return their names."""
    before, dropped = first_kept_month(table), []
    for part in partitions_of(table):
        if part.end > before or _is_busy(table, part):
            break
        if table is CALLBACKS:
            _forget_keys(part.end)
        _drop(table, part)
        dropped.append(part.name)
    return dropped


def first_kept_month(table: DividedTable) -> datetime:
    """Return from what moment on everything is kept."""
    month = month_of(database_now())
    for _number in range(getattr(settings, table.setting)):
        month = month_of(month - timedelta(days=1))
    return month


def read_gaps() -> Iterator[tuple[DividedTable, bool]]:
    """Give the tables in whose default partition something lies, or for which no partition is made of the next month;
    with each, whether rows lie there.
    """
    soon = next_month(month_of(database_now()))
    for table in DIVIDED:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table.rest)))
            has_rows = bool(cursor.fetchone()[0])
        if has_rows or not any(part.end > soon for part in partitions_of(table)):
            yield table, has_rows


def month_of(moment: datetime) -> datetime:
    """Return the first moment of its month, in UTC."""
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(month: datetime) -> datetime:
    """Return the first moment of the month after."""
    return month_of(month + timedelta(days=31))


def _months_apart(table: DividedTable) -> set[datetime]:
    """Return the months of rows in the default partition."""
    names = {"rest": sql.Identifier(table.rest), "column": sql.Identifier(table.column)}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(_APART_MONTHS).format(**names))
        return {month_of(row[0]) for row in cursor.fetchall()}


def _make(table: DividedTable, start: datetime, end: datetime) -> str:
    name = f"{table.stem}_{start:%Y_%m}"
    values = {"name": sql.Identifier(name), "start": sql.Literal(start), "end": sql.Literal(end)}
    try:
        _run(table, [_CREATE], values)
    except IntegrityError as error:
        if not isinstance(error.__cause__, CheckViolation):
            raise
        _run(table, [_APART, _CREATE, _MOVE, _CLEAR, _BACK], values)
        logger.warning("Rows of %s had no partition; they are in %s now.", table.name, name)
    return name


def _drop(table: DividedTable, part: Partition) -> None:
    _run(table, [_DETACH, _DROP], {"name": sql.Identifier(part.name)})
    logger.info("%s was dropped: it ended on %s, and %s is kept no longer.", part.name, part.end, table.name)


def _run(table: DividedTable, statements: Iterable[str], values: dict[str, sql.Composable]) -> None:
    """Run the statements in one transaction that gives up early rather than keep everybody waiting behind it."""
    names = {"parent": table.name, "rest": table.rest, "column": table.column, "first": table.locks or table.name}
    values = values | {key: sql.Identifier(name) for key, name in names.items()}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'")
        cursor.execute(sql.SQL(_LOCK).format(**values))
        cursor.execute(f"SET LOCAL lock_timeout = '{_FURTHER_LOCK_WAIT}'")
        for statement in statements:
            cursor.execute(sql.SQL(statement).format(**values))


def _is_busy(table: DividedTable, part: Partition) -> bool:
    """Return whether something in it is still worked on; nothing that was not applied may go."""
    busy = sql.SQL(table.busy)
    statement = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE {})").format(sql.Identifier(part.name), busy)
    with connection.cursor() as cursor:
        cursor.execute(statement)
        is_busy = bool(cursor.fetchone()[0])
    if is_busy:
        logger.error("%s stays: something in it still waits to be worked off.", part.name)
    return is_busy


def _forget_keys(before: datetime) -> None:
    old = CallbackKey.objects.filter(received_at__lt=before)
    while some := list(old.values_list("pk", flat=True)[:_KEYS_AT_ONCE]):
        CallbackKey.objects.filter(pk__in=some).delete()


def _analyze(table: DividedTable) -> None:
    """Bring the planner's figures of the whole up to date now and then: autovacuum looks after its parts only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_analyze FROM pg_stat_user_tables WHERE relid = %s::regclass", [table.name])
        last = cursor.fetchone()[0]
        if last is None or last < database_now() - _ANALYZE_AFTER:
            cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table.name)))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


_APART_MONTHS = "SELECT DISTINCT date_trunc('month', {column}, 'UTC') FROM {rest} LIMIT 100"
_LOCK = "LOCK TABLE {first} IN ACCESS EXCLUSIVE MODE"
_CREATE = "CREATE TABLE {name} PARTITION OF {parent} FOR VALUES FROM ({start}) TO ({end})"
_APART = "ALTER TABLE {parent} DETACH PARTITION {rest}"
_MOVE = "INSERT INTO {parent} SELECT * FROM {rest} WHERE {column} >= {start} AND {column} < {end}"
_CLEAR = "DELETE FROM {rest} WHERE {column} >= {start} AND {column} < {end}"
_BACK = "ALTER TABLE {parent} ATTACH PARTITION {rest} DEFAULT"
_DETACH = "ALTER TABLE {parent} DETACH PARTITION {name}"
_DROP = "DROP TABLE {name}"
