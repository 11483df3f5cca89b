"""The stream: whoever has read up to an event has missed nothing before it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.text.datetimes import EARLIEST
from backoffice.webhooks.models import RecordedEvent, ShopEvent
from backoffice.webhooks.models.event import event_key
from backoffice.webhooks.services import sequencing
from backoffice.webhooks.services.recording import record_events
from backoffice.webhooks.services.sequencing import sequence_events
from backoffice.webhooks.services.stream import last_before, read_stream
from tests.webhooks.rows import event, record


def read_on(shop: Shop, seen: list[str]) -> None:
    """Read what is behind the last that was seen, as a storefront does."""
    after = event_key(seen[-1]) if seen else 0
    seen += [one.public_id for one in read_stream(shop.pk, after=after or 0, most=100)]


def test_events_have_the_order_of_their_recording_and_a_version_for_each_thing(shop: Shop) -> None:
    record(shop, 1, 2)
    record(shop, 1)
    record(shop, 1, topic="product.changed")
    assert sequence_events() == 4
    found = list(ShopEvent.objects.order_by("pk").values_list("object_type", "object_id", "version"))
    assert found == [("order", "1", 1), ("order", "2", 1), ("order", "1", 2), ("product", "1", 1)]
    record(shop, 1)
    sequence_events()
    assert ShopEvent.objects.order_by("pk").last().version == 3  # type: ignore[union-attr]
    assert not RecordedEvent.objects.exists()


def test_recording_is_one_insert_however_many_events_and_endpoints(
    shop: Shop, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]
        record(shop, *range(20))


def test_nothing_recorded_costs_nothing(shop: Shop, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        record_events([])


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_was_never_told(shop: Shop) -> None:
    with transaction.atomic():
        record(shop, 1)
        transaction.set_rollback(True)
    assert sequence_events() == 0
    assert not ShopEvent.objects.exists()


# In the order of ids as callers get them, which is not that of their commits.
AS_INSERTED = """
    SELECT id, shop_id, topic, object_type, object_id, path, details, created_at, 1 AS version
      FROM webhooks_recordedevent WHERE id > %s ORDER BY id
"""


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_sequenced", [True, False])
def test_a_reader_misses_nothing_that_is_committed_late(shop: Shop, is_sequenced: bool) -> None:
    """The first event is recorded first and committed last. The control reads by the ids that callers got."""
    recorded, commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record(shop, 1)
            recorded.set()
            commit.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert recorded.wait(10)
    seen: list[str] = []

    def read() -> None:
        if is_sequenced:
            read_on(shop, seen)
        else:
            rows = ShopEvent.objects.raw(AS_INSERTED, [event_key(seen[-1]) if seen else 0])
            seen.extend(one.public_id for one in rows)

    record(shop, 2)
    read()
    assert len(seen) == 1
    commit.set()
    thread.join()
    read()
    assert len(seen) == (2 if is_sequenced else 1)


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_many_who_record_and_sequence_at_once_leave_one_stream_without_gaps_for_a_reader(shop: Shop) -> None:
    stop, seen = threading.Event(), list[str]()

    def write(worker: int) -> None:
        for number in range(40):
            with transaction.atomic():
                record(shop, worker)
                if number % 3 == worker % 3:
                    connection.cursor().execute("SELECT pg_sleep(0.002)")
            if number % 5 == 0:
                sequence_events()
        connection.close()

    def follow() -> None:
        while not stop.is_set():
            read_on(shop, seen)
        connection.close()

    reader = threading.Thread(target=follow)
    reader.start()
    writers = [threading.Thread(target=write, args=[worker]) for worker in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    reader.join()
    read_on(shop, seen)
    read_on(shop, seen)
    assert len(seen) == len(set(seen)) == 160 == ShopEvent.objects.count()
    for worker in range(4):
        versions = ShopEvent.objects.filter(object_id=str(worker)).order_by("pk").values_list("version", flat=True)
        assert list(versions) == list(range(1, 41))


def test_what_enters_the_stream_while_it_is_read_is_not_missed(shop: Shop) -> None:
    """An event of the shop and one of all shops come in behind the first query of a reading."""
    came, seen = threading.Event(), list[str]()

    def come_in(execute: Any, sql: str, *rest: Any) -> Any:
        result = execute(sql, *rest)
        if 'FROM "webhooks_shopevent"' in sql and not came.is_set():
            came.set()
            record(shop, 1)
            record(None, 7, topic="stock.changed")
            sequence_events()
        return result

    with connection.execute_wrapper(come_in):
        read_on(shop, seen)
    read_on(shop, seen)
    assert came.is_set()
    assert [ShopEvent.objects.get(pk=event_key(one)).object_id for one in seen] == ["1", "7"]


def test_a_shop_reads_its_own_events_and_those_of_all(shop: Shop) -> None:
    other = Shop.objects.create(code="B", name="Other")
    record(shop, 1)
    record(None, 7, topic="stock.changed")
    record(other, 2)
    record(shop, 3)
    assert [one.object_id for one in read_stream(shop.pk, after=0, most=10)] == ["1", "7", "3"]
    assert [one.object_id for one in read_stream(other.pk, after=0, most=10)] == ["7", "2"]
    assert [one.object_id for one in read_stream(shop.pk, after=0, most=2)] == ["1", "7"]
    assert [one.object_id for one in read_stream(shop.pk, after=0, most=2, since=EARLIEST)] == ["1", "7"]


def test_a_time_is_found_in_the_stream_by_halving(shop: Shop, django_assert_max_num_queries: object) -> None:
    now = timezone.now()
    ShopEvent.objects.bulk_create(
        ShopEvent(
            shop=shop, topic="order.late", object_type="order", object_id=str(number), version=1, path="",
            created_at=now + timedelta(minutes=number),
        )
        for number in range(300)
    )  # fmt: skip
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        place = last_before(now + timedelta(minutes=200))
    assert ShopEvent.objects.get(pk=place).object_id == "199"
    assert last_before(now) < ShopEvent.objects.order_by("pk")[0].pk
    assert last_before(now + timedelta(days=9)) == ShopEvent.objects.order_by("-pk")[0].pk


def test_a_batch_is_no_limit(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequencing, "BATCH", 3)
    record(shop, *range(10))
    assert sequence_events() == 10


def test_what_is_no_id_of_an_event_names_none() -> None:
    assert event_key("evt_000000000012") == 12
    assert [
        event_key(text) for text in ("", "evt_", "evt_12", "evt_x00000000012", "dsg_000000000012", "evt_" + "9" * 19)
    ] == [None] * 6


def test_an_event_of_a_shop_without_endpoints_is_in_the_stream_all_the_same(shop: Shop) -> None:
    record_events([event(shop)])
    assert len(read_stream(shop.pk, after=0, most=5)) == 1
