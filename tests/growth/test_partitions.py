"""Callbacks and attempts by months: made ahead, dropped whole, never refused, and known in whatever month they come."""

import threading
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from backoffice.engine.models import Callback, CallbackKey, Push, PushAttempt
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.services import partitions
from backoffice.engine.services.alerts import current_alerts
from backoffice.engine.services.callbacks import digest_of, process_callback, store_callback
from backoffice.engine.services.partitions import ATTEMPTS, CALLBACKS, keep_partitions, month_of, partitions_of
from backoffice.vendors.base import CallbackRequest
from tests.upgrade.locks import watched_locks

MIGRATION = import_module("backoffice.engine.migrations.0005_growth_partitions")
# What the version before sends, word for word.
OF_THE_LAST_VERSION = """
    INSERT INTO engine_callback (vendor, topic, key, recipient, body, headers, source_ip, received_at, last_seen_at,
                                     seen, state, attempts, next_at, note, subject_type, request_id)
    VALUES ('mypromo', 'orders', %s, '', 'x', '{}'::jsonb, NULL, clock_timestamp(), clock_timestamp(), 1, 'new', 0,
            NULL, '', '', '')
    ON CONFLICT (vendor, key)
    DO UPDATE SET seen = engine_callback.seen + 1, last_seen_at = clock_timestamp()
    RETURNING id, xmax = 0
"""


def query(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def receive(body: bytes = b"{}") -> tuple[int, bool]:
    return store_callback("mypromo", CallbackRequest(topic="orders", body=body, headers={}), source_ip=None)


def attempt(at: datetime) -> PushAttempt:
    push = Push.objects.create(vendor="toy", kind="toy", subject_type="a", subject_id=Push.objects.count(), next_at=at)
    made = PushAttempt.objects.create(push=push, started_at=at)
    query("SET CONSTRAINTS ALL IMMEDIATE")
    return made


def place_of(number: int) -> Any:
    return query("SELECT tableoid::regclass::text FROM engine_callback_by_month WHERE id = %s", number)[0][0]


def put_off(callback: Callback) -> None:
    """Let it have come in a later month."""
    Callback.objects.filter(pk=callback.pk).update(received_at=timezone.now() + timedelta(days=70))
    assert place_of(callback.pk) not in ("engine_callback", "engine_callback_rest")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set the clock by which partitions are made and dropped."""

    def set_clock(moment: datetime) -> None:
        monkeypatch.setattr(partitions, "database_now", lambda: moment)

    return set_clock


def whole_month(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_months_are_made_ahead_and_once(at: Any) -> None:
    at(whole_month(2031, 11) + timedelta(days=20))
    keep_partitions()
    names = [part.name for part in partitions_of(CALLBACKS)]
    assert names[-4:] == [f"engine_callback_{month}" for month in ("2031_11", "2031_12", "2032_01", "2032_02")]
    keep_partitions()
    assert [part.name for part in partitions_of(CALLBACKS)] == names


@pytest.mark.django_db
def test_whole_months_go_when_their_time_is_over_and_what_is_younger_stays(at: Any, settings: LazySettings) -> None:
    settings.ATTEMPT_MONTHS = 2
    first, old, young = timezone.now(), whole_month(2031, 2) - timedelta(seconds=1), whole_month(2031, 2)
    at(whole_month(2031, 1))
    keep_partitions()
    rows = [attempt(moment).pk for moment in (first, old, young)]
    at(whole_month(2031, 3) + timedelta(days=30))
    keep_partitions()
    # What was there before there were months is one partition, and went as a whole.
    assert list(PushAttempt.objects.values_list("pk", flat=True)) == rows[1:]
    at(whole_month(2031, 4))
    keep_partitions()
    assert list(PushAttempt.objects.values_list("pk", flat=True)) == rows[2:]
    assert Push.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("is_control", [False, True])
def test_each_table_is_locked_as_strongly_as_needed_from_the_start(
    at: Any, settings: LazySettings, monkeypatch: pytest.MonkeyPatch, is_control: bool
) -> None:
    """A weaker lock first would let a worker begin what then waits for us, and we for it."""
    if is_control:
        monkeypatch.setattr(partitions, "_LOCK", "LOCK TABLE {first} IN SHARE ROW EXCLUSIVE MODE")
    settings.ATTEMPT_MONTHS = 1
    at(whole_month(2031, 1))
    with watched_locks() as locks:
        assert partitions.make_ahead(ATTEMPTS)
        at(whole_month(2031, 4))
        assert partitions.drop_old(ATTEMPTS)
    assert bool(locks.faults) is is_control


@pytest.mark.django_db
def test_a_callback_that_still_waits_keeps_its_month_and_all_after_it(at: Any, settings: LazySettings) -> None:
    settings.CALLBACK_MONTHS = 1
    number, _is_new = receive()
    at(whole_month(2031, 1))
    keep_partitions()
    assert Callback.objects.filter(pk=number).exists()
    Callback.objects.filter(pk=number).update(next_at=None)
    keep_partitions()
    assert not Callback.objects.filter(pk=number).exists()
    assert not CallbackKey.objects.exists()
    assert receive()[1], "what was forgotten is new when it comes again"


@pytest.mark.django_db
def test_without_a_partition_a_callback_is_kept_shown_and_moved_once_somebody_looks(at: Any) -> None:
    for part in partitions_of(CALLBACKS):
        query(f"DROP TABLE {part.name}")
    number, is_new = receive()
    assert is_new
    assert receive() == (number, False)
    assert place_of(number) == "engine_callback_rest"
    assert any("no month" in alert.text for alert in current_alerts())
    partitions.make_ahead(CALLBACKS)
    assert place_of(number) == f"engine_callback_{timezone.now():%Y_%m}"
    assert not any("no month" in alert.text for alert in current_alerts())
    assert receive() == (number, False)
    assert Callback.objects.get().seen == 3


@pytest.mark.django_db
def test_a_callback_is_known_when_it_comes_again_in_another_month() -> None:
    number, _is_new = receive()
    put_off(Callback.objects.get(pk=number))
    assert receive() == (number, False)
    assert Callback.objects.get().seen == 2


@pytest.mark.django_db
def test_no_writer_gets_around_the_key_and_without_its_trigger_a_callback_would_be_there_twice() -> None:
    values = {"vendor": "mypromo", "topic": "orders", "key": "k", "body": b"x"}
    first = Callback.objects.create(**values)
    assert CallbackKey.objects.get().digest == digest_of("mypromo", "k")
    put_off(first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Callback.objects.bulk_create([Callback(**values)])
    first.delete()
    assert not CallbackKey.objects.exists(), "deleted with its row, so that it may come again"
    query("ALTER TABLE engine_callback_by_month DISABLE TRIGGER keep_key")
    put_off(Callback.objects.create(**values))
    Callback.objects.bulk_create([Callback(**values)])
    assert Callback.objects.count() == 2


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_is_kept_and_all_are_counted() -> None:
    found: list[tuple[int, bool]] = []

    def come() -> None:
        found.extend(receive() for _repeat in range(5))
        connections.close_all()

    threads = [threading.Thread(target=come) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(is_new for _number, is_new in found) == 1
    assert len({number for number, _is_new in found}) == 1
    assert Callback.objects.get().seen == 40


@pytest.mark.django_db(transaction=True)
def test_a_filled_table_is_divided_without_a_rewrite_and_the_last_version_goes_on_with_it() -> None:
    with connection.schema_editor(atomic=False) as editor:
        MIGRATION.undo(None, editor)
        CallbackKey.objects.all().delete()
        query(OF_THE_LAST_VERSION, "before")
        old = attempt_of_the_last_version()
        files = query("SELECT pg_relation_filenode('engine_callback'), pg_relation_filenode('engine_pushattempt')")
        MIGRATION.divide(None, editor)
    assert query("SELECT pg_relation_filenode('engine_callback'), pg_relation_filenode('engine_pushattempt')") == files
    # Both versions see both rows, know both again, and number on.
    callback = Callback.objects.get()
    assert query(OF_THE_LAST_VERSION, "before") == [(callback.pk, False)]
    [(number, is_new)] = query(OF_THE_LAST_VERSION, "meanwhile")
    assert is_new
    assert number > callback.pk
    put_off(Callback.objects.get(pk=number))
    with pytest.raises(IntegrityError):
        query(OF_THE_LAST_VERSION, "meanwhile")
    assert set(Callback.objects.values_list("key", flat=True)) == {"before", "meanwhile"}
    assert PushAttempt.objects.select_related("push").get().pk == old
    Push.objects.all().delete()
    assert not PushAttempt.objects.exists()


def attempt_of_the_last_version() -> int:
    push = Push.objects.create(vendor="toy", kind="toy", subject_type="a", subject_id=1, next_at=timezone.now())
    [(number,)] = query(
        "INSERT INTO engine_pushattempt (push_id, step, started_at, duration_ms, method, url, request, answer, error,"
        " has_effect) VALUES (%s, '', now(), 0, '', '', '', '', '', false) RETURNING id",
        push.pk,
    )
    return int(number)


@pytest.mark.django_db
def test_a_callback_is_worked_off_wherever_it_lies(monkeypatch: pytest.MonkeyPatch) -> None:
    number, _is_new = receive(b"nonsense")
    put_off(Callback.objects.get(pk=number))
    assert process_callback(number)
    assert Callback.objects.get(pk=number).state == CallbackState.INVALID


@pytest.mark.django_db
def test_the_last_month_before_a_standstill_of_three_is_made() -> None:
    soon = month_of(timezone.now() + timedelta(days=31))
    for table in (CALLBACKS, ATTEMPTS):
        assert partitions_of(table)[-1].end > soon + timedelta(days=31)
