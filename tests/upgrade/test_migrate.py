"""`manage.py migrate` lets others pass: it waits for a lock for a moment, comes back, and takes as long as it needs."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from backoffice.engine.services import migrating
from backoffice.engine.services.migrating import one_at_a_time, own_timeouts, try_again
from tests.faults.conftest import database_url

pytestmark = pytest.mark.django_db(transaction=True)
ADD = "ALTER TABLE busy ADD COLUMN IF NOT EXISTS b int"


@pytest.fixture(autouse=True)
def busy(settings: LazySettings) -> Iterator[None]:
    """Make a table that somebody reads."""
    settings.MIGRATE_LOCK_SECONDS, settings.MIGRATE_RETRY_SECONDS, settings.MIGRATE_RETRIES = 0.1, 0.01, 50
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE busy (a int)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE busy; DROP TABLE IF EXISTS quiet")


@contextmanager
def read_by_others(*, seconds: float) -> Iterator[None]:
    """Hold the table for so long, as a report or a dump does."""
    held = threading.Event()

    def read() -> None:
        with psycopg.connect(database_url()) as reader:
            reader.execute("SELECT FROM busy")
            held.set()
            time.sleep(seconds)

    thread = threading.Thread(target=read)
    thread.start()
    held.wait(10)
    yield
    thread.join()


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_lock_that_is_not_free_is_tried_for_again(settings: LazySettings) -> None:
    said: list[str] = []
    with read_by_others(seconds=0.5), own_timeouts():
        try_again(lambda: execute(ADD), said.append)
    assert len(said) > 1
    assert "Other processes go first" in said[0]


def test_others_wait_no_longer_than_the_lock_is_waited_for(settings: LazySettings) -> None:
    """Behind whoever waits for the table all others wait, too; the control waits with the others' own time-out."""
    waits = {}
    for seconds in (0.1, 30.0):
        settings.MIGRATE_LOCK_SECONDS, settings.MIGRATE_RETRY_SECONDS = seconds, 0.2
        with read_by_others(seconds=0.6):
            migrating = threading.Thread(target=migrate_elsewhere)
            migrating.start()
            time.sleep(0.15)
            begin = time.monotonic()
            execute("SELECT FROM busy")
            waits[seconds] = time.monotonic() - begin
            migrating.join()
        execute("ALTER TABLE busy DROP COLUMN b")
    assert waits[0.1] < 0.2 < waits[30.0]


def migrate_elsewhere() -> None:
    with own_timeouts():
        try_again(lambda: execute(ADD), lambda _text: None)
    connection.close()


def test_it_gives_up_after_as_many_tries_as_are_set(settings: LazySettings) -> None:
    settings.MIGRATE_RETRIES = 1
    said: list[str] = []
    with read_by_others(seconds=0.6), own_timeouts(), pytest.raises(OperationalError, match="lock timeout"):
        try_again(lambda: execute(ADD), said.append)
    assert len(said) == 1


def test_whoever_waits_behind_a_long_change_is_never_ended_for_it(settings: LazySettings) -> None:
    """A worker has one table and waits for another; the migration has that one, and needs the worker's in the end."""
    settings.MIGRATE_LOCK_SECONDS = 2
    execute("CREATE TABLE quiet (a int)")
    said: list[str] = []
    ended: list[str] = []
    locked = threading.Event()
    read = threading.Event()

    def work() -> None:
        with psycopg.connect(database_url()) as worker:
            worker.execute("SELECT a FROM quiet")
            read.set()
            locked.wait(10)
            try:
                worker.execute("UPDATE busy SET a = 2")
            except psycopg.Error as error:
                ended.append(str(error))

    def change() -> None:
        with transaction.atomic():
            execute("LOCK TABLE busy IN ACCESS EXCLUSIVE MODE")
            locked.set()
            execute("SELECT pg_sleep(0.9)")
            execute("DROP TABLE quiet")

    thread = threading.Thread(target=work)
    thread.start()
    read.wait(10)
    with own_timeouts():
        try_again(change, said.append)
    thread.join()
    assert ended == []
    assert said


def test_other_errors_are_not_tried_again() -> None:
    with own_timeouts(), pytest.raises(Exception, match="does not exist"):
        try_again(lambda: execute("ALTER TABLE nowhere ADD COLUMN b int"), pytest.fail)


def test_a_statement_may_take_longer_than_any_other_process_gives_it(settings: LazySettings) -> None:
    execute("SET statement_timeout = '50ms'")
    with pytest.raises(OperationalError):
        execute("SELECT pg_sleep(0.1)")
    with own_timeouts():
        execute("SELECT pg_sleep(0.1)")
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] == "30s"


def test_its_time_outs_end_with_it(settings: LazySettings) -> None:
    with own_timeouts(), connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone()[0] == "100ms"
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("3s", "30s")


def test_an_index_beside_everything_else_waits_as_long_as_it_takes() -> None:
    """It keeps nobody waiting, and given up it would leave an index that is of no use."""
    with read_by_others(seconds=0.5), own_timeouts():
        execute("CREATE INDEX CONCURRENTLY busy_a ON busy (a)")
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            assert cursor.fetchone()[0] == "100ms"


@pytest.mark.parametrize("condition", ["", "IF NOT EXISTS "])
def test_an_index_that_was_left_unfinished_is_made_anew(condition: str) -> None:
    execute("INSERT INTO busy VALUES (1), (1)")
    with pytest.raises(Exception, match="could not create unique index"):
        execute("CREATE UNIQUE INDEX CONCURRENTLY one_a ON busy (a)")
    execute("DELETE FROM busy")
    statement = f"CREATE UNIQUE INDEX CONCURRENTLY {condition}one_a ON busy (a)"
    with own_timeouts():
        execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = 'one_a'::regclass")
        assert cursor.fetchone() == (True,)


def test_two_at_once_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrating, "_LOCK_POLL_SECONDS", 0.02)
    said: list[str] = []
    order: list[str] = []

    def second() -> None:
        with one_at_a_time(said.append):
            order.append("second")
        connection.close()

    with one_at_a_time(pytest.fail):
        thread = threading.Thread(target=second)
        thread.start()
        while not said:
            time.sleep(0.01)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert "Another process" in said[0]


def test_behind_a_pooler_the_way_to_the_server_itself_is_asked_for(settings: LazySettings) -> None:
    settings.DATABASE_POOLED = True
    with pytest.raises(CommandError, match="DATABASE_POOLED=0"):
        call_command("migrate", verbosity=0)
    call_command("migrate", check_unapplied=True, verbosity=0)


def test_only_releases_that_were_recorded_can_be_gone_back_to() -> None:
    with pytest.raises(CommandError, match=r"7\.7\.7 is not a known release"):
        call_command("migrate_back", "7.7.7")
