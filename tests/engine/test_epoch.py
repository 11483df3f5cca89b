"""A database that was restored or copied is noticed by what is remembered outside of it, and nothing leaves from it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings
from redis import Redis

from backoffice.accounts.models import Shop
from backoffice.engine.models import Epoch, Push
from backoffice.engine.models.push import Lane
from backoffice.engine.services import epoch, epoch_places, limiter
from backoffice.engine.services.alerts import current_alerts
from backoffice.engine.services.diagnosis import examine
from backoffice.engine.services.pushes import queue_push
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.sweep import sweep
from backoffice.vendors.errors import RateLimited
from tests.engine.toy import SHELF, MakeBoth

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def places(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """Empty the folder of this machine."""
    settings.EPOCH_DIR = tmp_path / "epoch"
    yield settings.EPOCH_DIR
    forget(memory=True)


def forget(*, file: bool = False, redis: bool = False, memory: bool = False) -> None:
    """Lose what some places remember."""
    if file:
        epoch_places.file_of(Epoch.objects.get().installation).unlink()
    if redis:
        with Redis.from_url(epoch_places.settings.REDIS_URL) as client:
            client.delete(epoch_places.REDIS_KEY)
    if memory:
        epoch_places._memory.clear()


def send() -> None:
    """Do what happens right before a request that changes something leaves."""
    limiter.SharedLimiter("toy", Lane.ORDERS).acquire(write=True)


def go_back(steps: int = 1) -> None:
    """Take the database back to a backup of `steps` requests before."""
    row = Epoch.objects.get()
    Epoch.objects.update(counter=row.counter - steps)


def test_a_new_installation_sends(toy_vendor: MakeBoth, places: Path) -> None:
    for _ in range(3):
        send()
    row = Epoch.objects.get()
    assert (row.counter, row.is_locked) == (3, False)
    assert epoch_places.recall(row.installation) == epoch_places.Mark(3, 0)


def test_who_comes_between_the_first_count_and_its_being_remembered_finds_no_copy(
    toy_vendor: MakeBoth, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several workers send for the first time: to the second one it is counted, and remembered nowhere yet."""
    remember, found = epoch_places.remember, []

    def look() -> None:
        forget(memory=True)  # another process
        found.append(epoch.check_epoch())
        connection.close()

    def remember_late(installation: UUID, mark: epoch_places.Mark) -> bool:
        if mark.counter == 1 and not found:
            second = threading.Thread(target=look)
            second.start()
            second.join()
        return remember(installation, mark)

    monkeypatch.setattr(epoch_places, "remember", remember_late)
    send()
    assert [(one.counter, one.is_locked) for one in found] == [(1, False)]
    send()


@pytest.mark.parametrize("lost", [{}, {"file": True}, {"redis": True}, {"file": True, "redis": True}], ids=str)
def test_one_place_is_enough_to_notice_a_restore(toy_vendor: MakeBoth, places: Path, lost: dict[str, bool]) -> None:
    send()
    send()
    go_back()
    forget(**lost)
    for _ in range(2):
        with pytest.raises(RateLimited, match="reconcile"):
            send()
    row = Epoch.objects.get()
    assert row.is_locked
    assert row.is_certain
    assert row.saved_at == row.advanced_at
    limiter.SharedLimiter("toy", Lane.READS).acquire(write=False)


def test_a_copy_is_locked_because_no_place_knows_it(toy_vendor: MakeBoth, places: Path) -> None:
    send()
    forget(file=True, redis=True, memory=True)
    with pytest.raises(RateLimited, match="copied"):
        send()
    assert not Epoch.objects.get().is_certain
    [alert] = [one for one in current_alerts() if "copy" in one.text]
    assert "its own vendor credentials" in alert.remedy


def test_a_copy_that_is_made_anew_is_noticed_although_its_places_know_an_earlier_one(
    toy_vendor: MakeBoth, places: Path
) -> None:
    send()
    Epoch.objects.update(counter=500, home="16384:7000000000000000000")
    with pytest.raises(RateLimited, match="copied"):
        send()
    assert not Epoch.objects.get().is_certain
    epoch.open_epoch()
    send()
    assert Epoch.objects.get().counter == 502


def test_a_place_that_is_lost_is_filled_again_by_the_next_request(toy_vendor: MakeBoth, places: Path) -> None:
    send()
    forget(redis=True)
    send()
    forget(file=True, memory=True)
    send()
    assert epoch_places.file_of(Epoch.objects.get().installation).read_text().split()[0] == f"{3:020d}"


def test_a_redis_that_does_not_answer_stops_nothing_while_the_file_knows(
    toy_vendor: MakeBoth, places: Path, settings: Settings
) -> None:
    send()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    send()
    forget(file=True, memory=True)
    with pytest.raises(RateLimited, match="cannot be seen"):
        send()
    assert not Epoch.objects.get().is_locked


def test_nothing_is_sent_that_no_place_can_remember(toy_vendor: MakeBoth, places: Path, settings: Settings) -> None:
    send()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.EPOCH_DIR = Path("/dev/null/nowhere")
    with pytest.raises(RateLimited):
        send()


def test_a_waiting_push_of_a_restored_database_is_sent_after_it_was_compared(
    toy_vendor: MakeBoth, places: Path, shop: Shop
) -> None:
    send()
    go_back()
    sweep()
    with transaction.atomic():
        push = queue_push("toy.make", vendor="toy", subject=shop, actor="test")
    assert deliver(push.pk) is None
    assert SHELF.made == []
    epoch.open_epoch()
    deliver(push.pk)
    assert SHELF.made != []
    assert Push.objects.get().state == "confirmed"


def test_the_same_backup_restored_a_second_time_is_noticed_again(toy_vendor: MakeBoth, places: Path) -> None:
    send()
    send()
    backup = Epoch.objects.values().get() | {"counter": 1}
    series, ids = set(), set()
    for _ in range(3):
        Epoch.objects.all().delete()
        Epoch.objects.create(**backup)
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('orders_order_id_seq', 50)")
        pk, letters = epoch.take_id("orders_order_id_seq")
        assert Epoch.objects.get().is_locked
        epoch.open_epoch()
        send()
        series.add(letters)
        ids.add(pk)
    assert (len(series), len(ids)) == (3, 3)


def test_an_id_is_taken_before_and_after_a_restore_but_never_twice(toy_vendor: MakeBoth, places: Path) -> None:
    assert epoch.take_id("orders_order_id_seq")[1] == ""
    send()
    send()
    before, _letters = epoch.take_id("orders_order_id_seq")
    go_back()
    # The process that goes on running notices at once, by its own memory.
    after, letters = epoch.take_id("orders_order_id_seq")
    assert (letters, Epoch.objects.get().is_locked) == ("B", True)
    assert after > before + epoch.JUMP / 2


@pytest.mark.parametrize(("series", "letters"), [(0, ""), (1, "B"), (23, "Z"), (24, "BA"), (7981, "PWP")])
def test_the_letters_of_a_series_are_no_digits(series: int, letters: str) -> None:
    assert epoch.letters_of(series) == letters


def test_what_is_rolled_back_does_not_put_the_database_behind(toy_vendor: MakeBoth, places: Path) -> None:
    send()
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    send()
    assert not Epoch.objects.get().is_locked


def test_doctor_notices_a_restore_before_any_worker_has_run(toy_vendor: MakeBoth, places: Path) -> None:
    send()
    go_back()
    assert any("manage.py reconcile" in one.remedy for one in examine(ask_vendors=False))
    assert Epoch.objects.get().is_locked


def test_operators_are_told_by_the_health_check_and_doctor(toy_vendor: MakeBoth, places: Path, client: Client) -> None:
    send()
    assert client.get("/readyz").json()["sending"] == "ok"
    assert "backoffice_restored 0.0" in client.get("/metrics").content.decode()
    [guard] = [one for one in examine(ask_vendors=False) if one.what == "Guard against restores"]
    assert guard.is_well
    assert guard.text.startswith("1 steps")
    go_back()
    sweep()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["sending"]) == (200, "stopped: run manage.py reconcile")
    assert any("manage.py reconcile" in one.remedy for one in examine(ask_vendors=False))
    assert "backoffice_restored 1.0" in client.get("/metrics").content.decode()
