"""Lists come from a replica that follows; whoever has just written reads what they wrote; what decides never does."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.db import connection, connections, router, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisGone

from backoffice import replica
from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback, Heartbeat, Push
from backoffice.engine.services.claims import claimable
from backoffice.engine.services.diagnosis import _replica as examine_replica
from backoffice.engine.services.sweep import _beat as beat
from backoffice.replica import ALIAS, ReplicaRouter, find_place, may_read_replica, reading_from_replica
from tests.growth.standby import running_standby

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("standby")]


@contextmanager
def following(port: int) -> Iterator[None]:
    """Let this process know of the replica."""
    connections.databases[ALIAS] = connections.databases["default"] | {"PORT": port, "TEST": {"MIRROR": "default"}}
    connections.databases[ALIAS]["NAME"] = connection.settings_dict["NAME"]
    # The test's class allows only connections that it knew of at its start.
    connections[ALIAS].ensure_connection = lambda: _connect(connections[ALIAS])  # type: ignore[method-assign]
    before, router.routers = router.routers, [ReplicaRouter()]
    replica.forget()
    try:
        yield
    finally:
        router.routers = before
        connections[ALIAS].close()
        del connections[ALIAS], connections.databases[ALIAS]
        replica.forget()


def _connect(database: BaseDatabaseWrapper) -> None:
    if database.connection is None:
        with database.wrap_database_errors:
            database.connect()


@pytest.fixture(scope="module")
def standby_port(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    with django_db_blocker.unblock(), running_standby() as port:
        yield port


@pytest.fixture
def standby(standby_port: int, settings: LazySettings) -> Iterator[None]:
    settings.REPLICA_LAG_SECONDS = 30
    beat()
    cache.clear()
    with following(standby_port):
        wait_for(lambda: bool((place := find_place(anew=True)) and place.is_near))
        yield


def wait_for(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@contextmanager
def stopped_replay() -> Iterator[None]:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_wal_replay_pause()")
    wait_for(lambda: _ask("SELECT pg_get_wal_replay_pause_state()") == "paused")
    try:
        yield
    finally:
        _ask("SELECT 1 FROM pg_wal_replay_resume()")


def _ask(statement: str) -> Any:
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchone()[0]


def places(client: Client, address: str) -> tuple[bytes, int]:
    """Return the page, and how many queries went to the replica."""
    with CaptureQueriesContext(connections[ALIAS]) as there:
        response = client.get(address)
    assert response.status_code == 200
    return response.content, len([one for one in there.captured_queries if "engine_heartbeat" not in one["sql"]])


def callbacks_address() -> str:
    from django.urls import reverse

    return reverse("admin:engine_callback_changelist")


def come(topic: str) -> None:
    Callback.objects.create(vendor="mypromo", topic=topic, key=topic, body=b"x")


def test_a_list_is_read_from_the_replica_and_what_decides_from_the_primary(standby: None, admin_client: Client) -> None:
    come("orders")
    wait_for(lambda: Callback.objects.using(ALIAS).exists())
    page, queries = places(admin_client, callbacks_address())
    assert b"orders" in page
    assert queries > 0
    with CaptureQueriesContext(connections[ALIAS]) as there:
        list(claimable())
        with reading_from_replica(), transaction.atomic():
            list(Push.objects.select_for_update().filter(pk=1))
            Shop.objects.filter(pk=1).exists()
            Push.objects.filter(pk=1).update(lane=10)
        assert not there.captured_queries, "neither claims, nor locks and writes, nor who may see what"
    with reading_from_replica(), CaptureQueriesContext(connections[ALIAS]) as there:
        list(claimable())
    assert len(there) == 1, "the control: reading there is what the context does"


def test_whoever_wrote_reads_what_they_wrote_and_others_what_has_arrived(
    standby: None, admin_client: Client, django_user_model: Any
) -> None:
    other = Client()
    other.force_login(
        django_user_model.objects.create_superuser("other", "o@example.com", "x"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    wait_for(lambda: bool((place := find_place(anew=True)) and place.is_near))
    with stopped_replay():
        come("mine")
        admin_client.post(callbacks_address() + "replay/", {})  # a write of theirs, whatever comes of it
        page, queries = places(admin_client, callbacks_address())
        assert (b"mine" in page, queries) == (True, 0)
        page, queries = places(other, callbacks_address())
        assert b"mine" not in page, "the control: it has not arrived"
        assert queries > 0
    wait_for(lambda: Callback.objects.using(ALIAS).exists())
    # Her write came after that.
    wait_for(lambda: find_place(anew=True) is not None and places(admin_client, callbacks_address())[1] > 0)
    assert b"mine" in places(admin_client, callbacks_address())[0]


def test_a_replica_that_is_far_behind_is_not_read_and_doctor_says_so(
    standby: None, admin_client: Client, settings: LazySettings
) -> None:
    wait_for(lambda: bool((place := find_place(anew=True)) and place.is_near))  # a busy machine replays later
    assert [result.is_well for result in examine_replica()] == [True]
    Heartbeat.objects.filter(name="sweep").update(at="2020-01-01T00:00:00Z")
    wait_for(lambda: not ((place := find_place(anew=True)) and place.is_near))
    assert places(admin_client, callbacks_address())[1] == 0
    [result] = examine_replica()
    assert not result.is_well
    assert "primary" in result.remedy


def test_a_replica_that_is_gone_costs_nobody_their_page(
    standby: None, admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    come("orders")
    find_place(anew=True)
    database = connections[ALIAS]
    database.close()
    monkeypatch.setitem(database.settings_dict, "PORT", 1)
    assert may_read_replica(get_of_nobody())
    response = admin_client.get(callbacks_address())
    assert response.status_code == 200
    assert b"orders" in response.content
    assert not may_read_replica(get_of_nobody()), "it is left alone for a while"


def test_where_nobody_knows_what_was_written_the_primary_is_read(
    standby: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert may_read_replica(get_of_nobody())

    def gone(*_args: Any) -> None:
        raise RedisGone

    monkeypatch.setattr(cache, "get", gone)
    assert not may_read_replica(get_of_nobody())
    assert not may_read_replica(get_of_nobody(method="post"))


def get_of_nobody(*, method: str = "get") -> Any:
    request = getattr(RequestFactory(), method)("/")
    request.user = None
    return request
