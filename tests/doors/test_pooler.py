"""Behind a real PgBouncer that gives each transaction another connection."""

import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import LazySettings
from django.contrib.auth.models import Group
from django.db import connection, connections
from django.db.utils import OperationalError
from django.test import Client

from backoffice.acting import STAFF, acting_as
from backoffice.audit.models import AuditEntry
from backoffice.audit.services.chain import close_all
from backoffice.engine.services import foundations
from backoffice.engine.services.leases import LeaseHolder
from backoffice.engine.services.tokens import SharedTokens
from backoffice.sandbox import Sandbox
from catalog.models import SyncRun, Variant
from catalog.models.sync import SyncState
from catalog.services.runs import SyncRunning, only_one
from catalog.services.sync.reading import SyncOptions, sync_catalog
from tests.catalog.source import Catalog, make_product
from tests.doors.sessions import OF_A_SESSION, find_session_state, may_have_session_state, sources
from tests.doors.test_web_server import free_port
from tests.faults.checker import is_quiet, judge
from tests.faults.conftest import environment_for, sandbox
from tests.faults.storefront import make_order, open_shop, place_directly
from tests.faults.system import System, wait_until

__all__ = ["sandbox"]
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
POOL = 3
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed (Debian: apt-get install pgbouncer)"),
]


@pytest.fixture
def pooler(tmp_path: Path, transactional_db: None) -> Iterator[int]:
    """PgBouncer before the test's database, with a few connections that it deals out in turn. The port."""
    database, port = connection.settings_dict, free_port()
    server = f"host={database['HOST']} port={database['PORT']} user={database['USER']} password={database['PASSWORD']}"
    (tmp_path / "pgbouncer.ini").write_text(
        f"[databases]\n* = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        f"auth_type = any\npool_mode = transaction\ndefault_pool_size = {POOL}\nserver_round_robin = 1\n"
        "query_wait_timeout = 5\n"
    )
    tmp_path.chmod(0o755)
    for folder in (tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(folder.stat().st_mode | 0o011)
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    process = subprocess.Popen([str(PGBOUNCER), "-q", *as_nobody, str(tmp_path / "pgbouncer.ini")])
    try:
        address = {"host": "127.0.0.1", "port": port, "user": database["USER"], "dbname": database["NAME"]}
        for _try in range(200):
            try:
                _fill_pool([psycopg.connect(**address) for _connection in range(POOL)])  # type: ignore[arg-type]
                break
            except psycopg.OperationalError:
                time.sleep(0.02)
        yield port
    finally:
        connections.close_all()
        process.terminate()
        process.wait(10)


def _fill_pool(clients: list[psycopg.Connection]) -> None:
    """Open as many transactions at once as the pool may have connections."""
    for client in clients:
        client.execute("SELECT 1")
    for client in clients:
        client.commit()
        client.close()


@pytest.fixture
def role_timeouts(pooler: int, settings: LazySettings) -> Iterator[None]:
    """Give the role time-outs in this database, as docs/operate/surroundings.md asks for."""
    role, name = (connection.ops.quote_name(connection.settings_dict[key]) for key in ("USER", "NAME"))
    with connection.cursor() as cursor:
        for timeout, value in settings.DATABASE_TIMEOUTS.items():
            cursor.execute(f"ALTER ROLE {role} IN DATABASE {name} SET {timeout} = '{value}'")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {role} IN DATABASE {name} RESET ALL")


@pytest.fixture
def through(pooler: int) -> Iterator[None]:
    """Send the back office's own connection through the pooler, as with DATABASE_POOLED=1."""
    before = connection.settings_dict
    options = {name: value for name, value in before["OPTIONS"].items() if name != "options"}
    connection.close()
    connection.settings_dict = before | {"PORT": pooler, "OPTIONS": options, "DISABLE_SERVER_SIDE_CURSORS": True}
    yield
    connection.close()
    connection.settings_dict = before


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def own_backends() -> set[int]:
    """Return the backends of PostgreSQL that serve connections of the back office, this process's among them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'backoffice' AND datname = current_database()"
        )
        return {pid for (pid,) in cursor.fetchall()}


def test_each_transaction_may_have_another_connection(through: None) -> None:
    """The control: what belongs to a session is lost here."""
    assert len({backend() for _ in range(6)}) > 1


def test_a_catalogue_is_brought_in_again_and_again(through: None) -> None:
    products = [make_product(number, variants=2) for number in range(5)]
    for _run in range(2):
        assert sync_catalog(Catalog(products), options=SyncOptions()).state == SyncState.DONE
    gone = sync_catalog(Catalog(products[:4]), options=SyncOptions())
    assert (gone.state, gone.counts["gone"]) == (SyncState.DONE, 2)
    assert Variant.objects.filter(gone_at__isnull=True).count() == 8


def test_one_synchronisation_runs_at_a_time_and_a_dead_one_frees_the_lock(through: None) -> None:
    with only_one("mypromo", kind="catalog"):
        for _try in range(4):
            with pytest.raises(SyncRunning), only_one("mypromo", kind="catalog"):
                pass
    with only_one("mypromo", kind="catalog"):
        pass
    assert not SyncRun.objects.exists()


def test_a_token_is_fetched_once(through: None) -> None:
    store = SharedTokens("mypromo")
    assert store.renew(stale=None, fetch=lambda: ("first", 3600)) == "first"
    assert store.renew(stale="older", fetch=lambda: ("second", 3600)) == "first"
    assert store.renew(stale="first", fetch=lambda: ("third", 3600)) == "third"


def test_a_lease_has_one_holder_whichever_connection_each_gets(through: None) -> None:
    one, other = LeaseHolder("thing", seconds=60), LeaseHolder("thing", seconds=60)
    assert one.take() == {}
    for _try in range(4):
        assert other.take() is None
        assert one.renew({"a": 1})
    one.release({})
    assert other.take() == {"a": 1}


def test_rows_are_read_in_pieces_without_a_cursor_of_the_server(through: None) -> None:
    sync_catalog(Catalog([make_product(number) for number in range(6)]), options=SyncOptions())
    assert len(list(Variant.objects.order_by("pk").iterator(chunk_size=2))) == 6


def test_doctor_says_what_a_pooler_needs(pooler: int, through: None) -> None:
    [pool] = foundations.examine_pooling()
    assert not pool.is_well
    assert "DATABASE_POOLED=1" in pool.remedy


def test_doctor_asks_for_time_outs_of_the_role(through: None, settings: LazySettings) -> None:
    settings.DATABASE_POOLED = True
    [missing] = foundations.examine_pooling()
    assert "lock_timeout, statement_timeout" in missing.text
    assert "ALTER ROLE \"backoffice\" SET lock_timeout = '3s'" in missing.remedy


def test_time_outs_of_the_role_are_enough(role_timeouts: None, settings: LazySettings) -> None:
    settings.DATABASE_POOLED = True
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = before | {"OPTIONS": {"application_name": "backoffice"}}
    try:
        assert foundations.examine_pooling() == []
    finally:
        connection.close()
        connection.settings_dict = before


def test_two_workers_send_each_order_once(
    pooler: int, role_timeouts: None, sandbox: Sandbox, client: Client, tmp_path: Path
) -> None:
    """More connections of ours than the pooler has to the server, each transaction of which may be another one."""
    environment = environment_for(sandbox, port=free_port())
    address = urlsplit(environment["DATABASE_URL"])
    pooled = address._replace(netloc=f"{address.username}@127.0.0.1:{pooler}", query="")
    environment |= {"DATABASE_URL": urlunsplit(pooled), "DATABASE_POOLED": "1"}
    key, chance = open_shop(), random.Random(1)
    orders = [make_order(number, chance=chance, lines=1) for number in range(1, 13)]
    system = System(environment, folder=tmp_path, port=0)
    of_the_test = own_backends()
    try:
        system.start_engine(workers=2)
        sold = {place_directly(client, order, key=key): order for order in orders}
        wait_until(is_quiet, seconds=60, what="every push has ended", every=0.2)
        assert len(own_backends() - of_the_test) <= POOL, "the workers came by the pooler alone"
    finally:
        system.stop()
    verdict = judge(sandbox, sold=sold)
    assert verdict.is_clean, verdict


def test_what_is_set_for_a_session_is_found_by_whoever_comes_next(pooler: int, through: None) -> None:
    """The control of what follows: neither a setting nor a lock of a session stays with whoever made it."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '11s'")
        cursor.execute("SELECT pg_advisory_lock(1)")
        seen = []
        for _transaction in range(POOL * 2):
            cursor.execute("SELECT current_setting('statement_timeout'), pg_try_advisory_lock(1)")
            seen.append(cursor.fetchone())
    assert {limit for limit, _is_free in seen} == {"0", "11s"}
    assert {is_free for _limit, is_free in seen} == {True, False}


# Code that may leave something behind in its session, and why.
OF_OWN_SESSIONS = {"backoffice/engine/services/migrating.py": "migrate refuses to run behind a pooler"}


def test_no_code_leaves_anything_behind_in_a_session() -> None:
    read = [(path, source) for path, source in sources() if may_have_session_state(source)]
    found = {path for path, source in read if any(find_session_state(source))}
    assert found == OF_OWN_SESSIONS.keys()


@pytest.mark.parametrize("kind", OF_A_SESSION)
def test_what_would_stay_in_a_session_is_found(kind: str) -> None:
    statement = {
        "advisory lock of a session": "SELECT pg_try_advisory_lock(1, 2)",
        "setting of a session": "SELECT 1; SET lock_timeout = 0",
        "setting of a session by a function": "SELECT set_config('app.user', %s, false)",
        "temporary table that outlasts its transaction": "CREATE TEMP TABLE x AS SELECT 1",
        "prepared statement": "PREPARE x AS SELECT 1",
        "notification": "LISTEN news",
        "cursor that outlasts its transaction": "DECLARE x CURSOR WITH HOLD FOR SELECT 1",
        "state of a sequence": "SELECT lastval()",
        "loaded library": "DISCARD ALL",
    }[kind]
    assert list(find_session_state(f"run({statement!r})")) == [kind]
    good = [
        "SET LOCAL x = 1",
        "SELECT set_config('a', %s, true)",
        "CREATE TEMPORARY TABLE x ON COMMIT DROP AS SELECT 1",
    ]
    assert not any(list(find_session_state(f"run({one!r})")) for one in good)
    assert list(find_session_state("connect(prepare_threshold=5)")) == ["prepare_threshold="]


def test_without_the_setting_the_refusal_says_what_to_set(pooler: int) -> None:
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = before | {"PORT": pooler}
    try:
        with pytest.raises(OperationalError, match="startup parameter"):
            connection.ensure_connection()
        assert "DATABASE_POOLED=1" in foundations.examine_database().remedy
    finally:
        connection.close()
        connection.settings_dict = before


def test_who_acts_is_told_anew_in_each_transaction(through: None) -> None:
    """What one caller told must not stay on the connection that the next one gets."""
    with acting_as(STAFF, "clara"):
        for number in range(4):
            Group.objects.create(name=f"Group {number}")
    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    for number in range(4):  # as another program would: it tells nothing
        with connection.cursor() as cursor:
            cursor.execute("UPDATE auth_group SET name = name || '!' WHERE name = %s", [f"Group {number}"])
    connection.execute_wrappers = wrappers
    close_all()
    made, changed = (AuditEntry.objects.filter(object_type="auth.group", action=one) for one in ("create", "update"))
    assert set(made.values_list("actor", flat=True)) == {"clara"}
    assert set(changed.values_list("actor_kind", flat=True)) == {"database"}
    assert (made.count(), changed.count()) == (4, 4)
