"""Callbacks and attempts divided by months, without rewriting a row and while the last version goes on working.

The table that is there becomes the first partition: of all that came before a bound one to two months ahead. It keeps its
name and its unique key, so code of the last version, which knows no other table, reads and writes all there is until
then. What takes time is done beside the work (an index made concurrently, a check validated, keys filled in by batches);
what locks touches no row and takes milliseconds, in one transaction that is tried again where others are in its way.
Interrupted anywhere, it goes on where it was when it is run again.
"""

import re
import time

from django.db import OperationalError, migrations, transaction
from psycopg.errors import DeadlockDetected, LockNotAvailable

# Table -> the column by which it is divided. The new parent is the same name with `_by_month`.
TABLES = {"engine_callback": "received_at", "engine_pushattempt": "started_at"}
TRIES = 60
BATCH = 20_000
DIGEST = "encode(substring(sha256(convert_to({0}vendor || chr(10) || {0}key, 'UTF8')) for 16), 'hex')::uuid"
# A month of PostgreSQL's clock in UTC, and its first moment.
MONTHS = """
SELECT to_char(month, 'YYYY_MM'), to_char(month, 'YYYY-MM-DD 00:00:00+00'),
       to_char(month + interval '1 month', 'YYYY-MM-DD 00:00:00+00')
  FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC') + number * interval '1 month' AS month
          FROM generate_series(2, 4) AS number) AS months ORDER BY 1
"""
KEY_TRIGGER = f"""
CREATE OR REPLACE FUNCTION engine_callback_keep_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM engine_callbackkey WHERE digest = {DIGEST.format('OLD.')} AND callback_id = OLD.id;
        RETURN NULL;
    END IF;
    INSERT INTO engine_callbackkey AS known (digest, callback_id, received_at)
    VALUES ({DIGEST.format('NEW.')}, NEW.id, NEW.received_at)
    ON CONFLICT (digest) DO UPDATE SET received_at = excluded.received_at
     WHERE known.callback_id = excluded.callback_id;
    IF NOT FOUND THEN
        RAISE unique_violation USING MESSAGE = 'The callback has come before.', CONSTRAINT = 'one_row_per_callback';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_key AFTER INSERT OR DELETE ON engine_callback_by_month
    FOR EACH ROW EXECUTE FUNCTION engine_callback_keep_key();
"""
INDEXES = """
SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
 WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
   AND relname <> %s ORDER BY 1
"""
FILL_KEYS = f"""
WITH page AS (SELECT id, vendor, key, received_at FROM engine_callback WHERE id > %s ORDER BY id LIMIT {BATCH}),
made AS (INSERT INTO engine_callbackkey (digest, callback_id, received_at)
         SELECT {DIGEST.format('')}, id, received_at FROM page ON CONFLICT DO NOTHING)
SELECT max(id) FROM page
"""


def divide(apps, schema_editor):
    connection = schema_editor.connection
    with connection.cursor() as cursor:
        for table, column in TABLES.items():
            if not _exists(cursor, f"{table}_by_month"):
                _prepare(cursor, table, column)
                _patiently(lambda: _swap(connection, table, column))
        _fill_keys(cursor)
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}_by_month")


def _prepare(cursor, table, column):
    """Do beside the work what takes time: the key of a divided table, and the proof that all rows are of the first."""
    index = f"{table}_key_by_month"
    cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [index])
    if cursor.fetchone() == (False,):  # left by one that was interrupted
        cursor.execute(f"DROP INDEX CONCURRENTLY {index}")
    cursor.execute(f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {table} (id, {column})")
    cursor.execute(MONTHS)
    bound = cursor.fetchone()[1]
    check = f"ADD CONSTRAINT {table}_first CHECK ({column} < '{bound}'::timestamptz) NOT VALID"
    drop = f"DROP CONSTRAINT IF EXISTS {table}_first"
    _patiently(lambda: cursor.execute(f"ALTER TABLE {table} {drop}, {check}"))
    cursor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {table}_first")


def _swap(connection, table, column):
    """Put the table under a parent; no row is read or written."""
    parent = f"{table}_by_month"
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        _lock(cursor, table)
        _number_by_default(cursor, table)
        cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'", [table])
        key = cursor.fetchone()[0]
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{key}"')
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{key}" PRIMARY KEY USING INDEX {table}_key_by_month')
        cursor.execute(
            f"CREATE TABLE {parent} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE ({column})"
        )
        cursor.execute(f"ALTER TABLE {parent} DROP CONSTRAINT {table}_first, ADD PRIMARY KEY (id, {column})")
        cursor.execute(f"ALTER SEQUENCE {table}_id_seq OWNED BY {parent}.id")
        _take_over_indexes(cursor, table)
        _take_over_references(cursor, table)
        cursor.execute(MONTHS)
        months = cursor.fetchall()
        cursor.execute(f"ALTER TABLE {parent} ATTACH PARTITION {table} FOR VALUES FROM (MINVALUE) TO ('{months[0][1]}')")
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_first")
        for name, start, end in months:
            cursor.execute(f"CREATE TABLE {table}_{name} PARTITION OF {parent} FOR VALUES FROM ('{start}') TO ('{end}')")
        cursor.execute(f"CREATE TABLE {table}_rest PARTITION OF {parent} DEFAULT")
        if table == "engine_callback":
            cursor.execute(KEY_TRIGGER)


def _lock(cursor, *tables):
    """Lock all that is needed at once, in the order in which workers take it and as strongly as anything here needs.

    What refers to pushes is attached and dropped only under a lock of these alone. A weaker one first would let a worker
    begin to change a push, which then waits for us, and we for it.
    """
    if "engine_pushattempt" in tables:
        cursor.execute("LOCK TABLE engine_push IN ACCESS EXCLUSIVE MODE")
    for table in tables:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")


def _number_by_default(cursor, table):
    """Let a sequence give the ids: an identity cannot be shared by partitions before PostgreSQL 17, nor joined since."""
    cursor.execute(f"SELECT last_value, is_called FROM {table}_id_seq")
    last, is_called = cursor.fetchone()
    cursor.execute(f"ALTER TABLE {table} ALTER COLUMN id DROP IDENTITY")
    cursor.execute(f"CREATE SEQUENCE {table}_id_seq AS bigint")
    cursor.execute("SELECT setval(%s, %s, %s)", [f"{table}_id_seq", last, is_called])
    cursor.execute(f"ALTER TABLE {table} ALTER COLUMN id SET DEFAULT nextval('{table}_id_seq')")


def _take_over_indexes(cursor, table):
    """Give the parent the indexes under the names that the model knows; the attached table's are joined to them."""
    cursor.execute(INDEXES, [table, f"{table}_key_by_month"])
    for name, definition in cursor.fetchall():
        cursor.execute(f'ALTER INDEX "{name}" RENAME TO "{name[:57]}_first"')
        cursor.execute(re.sub(r" ON \S+ USING ", f" ON {table}_by_month USING ", definition, count=1))


def _take_over_references(cursor, table):
    """Give the parent the foreign keys; those of the attached table, equal and valid, are joined without a look."""
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
        [table],
    )
    for name, definition in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table}_by_month ADD CONSTRAINT "{name}" {definition}')


def _fill_keys(cursor):
    """Write the keys of what came before; what comes meanwhile has the trigger."""
    last = 0
    while last is not None:
        cursor.execute(FILL_KEYS, [last])
        last = cursor.fetchone()[0]


def _patiently(act):
    """Do it, and again where the locks are not to be had: meanwhile those who have them go on."""
    for number in range(TRIES):
        try:
            return act()
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected) or number == TRIES - 1:
                raise
        time.sleep(0.5)


def _exists(cursor, table):
    cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
    return cursor.fetchone()[0]


def undo(apps, schema_editor):
    """Put everything into one table again; needs room for what came after the bound. The last version may go on."""
    connection = schema_editor.connection
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        for table in TABLES:
            if not _exists(cursor, table):
                raise RuntimeError(f"{table} was dropped with what it kept; there is no way back.")
        # What the last version wants of them waits here, and looks for a parent only once there is none any more.
        _lock(cursor, *TABLES, *(f"{table}_by_month" for table in TABLES))
        for table in TABLES:
            _join(cursor, table)


def _join(cursor, table):
    parent = f"{table}_by_month"
    cursor.execute(f"ALTER TABLE {parent} DETACH PARTITION {table}")
    cursor.execute(f"SELECT last_value, is_called FROM {table}_id_seq")
    last, is_called = cursor.fetchone()
    cursor.execute(f"ALTER TABLE {table} ALTER COLUMN id DROP DEFAULT")
    cursor.execute(
        "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
        " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        [parent],
    )
    columns = cursor.fetchone()[0]
    cursor.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {parent}")
    cursor.execute(f"DROP TABLE {parent}")
    cursor.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'", [table])
    key = cursor.fetchone()[0]
    cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{key}", ADD CONSTRAINT "{key}" PRIMARY KEY (id)')
    cursor.execute(f"ALTER TABLE {table} ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME {table}_id_seq)")
    cursor.execute("SELECT setval(%s, %s, %s)", [f"{table}_id_seq", last, is_called])
    cursor.execute("SELECT relname FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = %s::regclass"
                   " AND relname LIKE '%%\\_first'", [table])
    for (name,) in cursor.fetchall():
        cursor.execute(f'ALTER INDEX "{name}" RENAME TO "{name.removesuffix("_first")}"')


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("engine", "0004_growth_callback_keys"),
        # Nothing may refer to a divided table by a constraint.
        ("orders", "0006_growth_callbacks_go"),
        ("fulfillment", "0002_growth_callbacks_go"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(divide, undo)],
            state_operations=[
                migrations.RemoveConstraint(model_name="callback", name="one_row_per_callback"),
                migrations.AlterModelTable(name="callback", table="engine_callback_by_month"),
                migrations.AlterModelTable(name="pushattempt", table="engine_pushattempt_by_month"),
            ],
        ),
    ]
