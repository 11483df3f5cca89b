"""A database with orders is upgraded from the last release, and taken back, while that release takes orders in."""

from collections.abc import Iterator
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from backoffice.engine.services.releases import last_release
from orders.models import Order
from tests.upgrade.locks import watched_locks
from tests.upgrade.old_release import OldRelease, a_copy, connected_to
from tests.upgrade.record import SAMPLES, Columns, released_columns
from tests.upgrade.tape import Tape

pytestmark = pytest.mark.django_db(transaction=True)
FILLED = 2
# Copies of one order, so that what an upgrade does takes a while.
MANY = """
    INSERT INTO orders_order SELECT (jsonb_populate_record(NULL::orders_order, to_jsonb(o) || jsonb_build_object(
        'id', 8000000000 + n, 'number', 'MANY-' || n, 'reference', 'MANY-' || n
    ))).* FROM (SELECT * FROM orders_order ORDER BY id LIMIT 1) AS o, generate_series(1, 3000) AS n
"""
_COLUMNS = """
    SELECT table_name, column_name, is_nullable = 'YES', is_generated = 'ALWAYS'
      FROM information_schema.columns WHERE table_schema = 'public'
"""


@pytest.fixture(scope="module")
def old_release(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[OldRelease]:
    """Run the last release with the tables of this one: so every upgrade goes on, and every way back begins."""
    with django_db_blocker.unblock(), a_copy() as address:
        old = OldRelease(Tape.read(SAMPLES / last_release().version / "tape.json"), address)
        old.player.prepare()
        old.perform(FILLED)
        with old.player.connection.transaction():
            # What fills the table is no work of the release, and may take as long as it takes.
            old.player.connection.execute("SET LOCAL statement_timeout = 0")
            old.player.connection.execute(MANY)
        yield old
        old.player.close()


def test_the_last_release_takes_orders_in_during_the_way_back_and_the_upgrade(old_release: OldRelease) -> None:
    assert old_release.faults == []
    with connected_to(old_release.address), watched_locks() as locks:
        with old_release.at_work():
            call_command("migrate_back", last_release().version, stdout=StringIO())
        assert old_release.faults == []
        assert_has_columns(released_columns())
        back = old_release.performed
        with old_release.at_work():
            call_command("migrate", verbosity=0)
        assert old_release.faults == []
        # Two orders each time, the one that was there before, and the many: no statement was refused.
        assert Order.objects.count() == old_release.performed * 2 + 1 + 3000
    assert back > FILLED
    assert locks.statements > 400
    assert locks.faults == []


def assert_has_columns(released: Columns) -> None:
    """Assert that the tables are those of the release, no more and no fewer."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS)
        found = {(table, column): (nullable, generated) for table, column, nullable, generated in cursor.fetchall()}
    for table, columns in released.items():
        for column, kind in columns.items():
            assert (table, column) in found
            nullable, generated = found[table, column]
            assert generated or nullable == kind.endswith("?"), (table, column)
    assert {table for table, _column in found} - {"django_migrations"} == set(released)


BREAKING = {
    "a column is dropped": "ALTER TABLE orders_order DROP COLUMN customer_email",
    "a column is renamed": "ALTER TABLE orders_orderline RENAME COLUMN quantity TO pieces",
    "a column is asked for that nobody fills": "ALTER TABLE orders_order ADD COLUMN n int NOT NULL DEFAULT 0; "
                                               "ALTER TABLE orders_order ALTER COLUMN n DROP DEFAULT",
    "a text becomes shorter": "ALTER TABLE orders_orderline ALTER COLUMN sku TYPE varchar(9) USING left(sku, 9)",
    "a table is gone": "DROP TABLE accounts_idempotencykey",
}  # fmt: skip


def test_a_breaking_migration_is_noticed(old_release: OldRelease) -> None:
    """The control: each of these makes the last release fail."""
    for kind, statement in BREAKING.items():
        own = old_release.player.connection
        own.execute("BEGIN")
        own.execute(statement)
        assert fails(old_release), kind
        own.execute("ROLLBACK")


def fails(release: OldRelease) -> bool:
    try:
        release.perform(1)
    except psycopg.Error:
        return True
    return False
