"""Behind a real PgBouncer that gives each transaction another connection."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import LazySettings
from django.db import connection, connections
from django.db.utils import OperationalError

from backoffice.engine.services import foundations
from backoffice.engine.services.tokens import SharedTokens
from catalog.models import SyncRun, Variant
from catalog.models.sync import SyncState
from catalog.services.runs import SyncRunning, only_one
from catalog.services.sync.reading import SyncOptions, sync_catalog
from tests.catalog.source import Catalog, make_product
from tests.doors.test_web_server import free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed (Debian: apt-get install pgbouncer)"),
]


@pytest.fixture
def pooler(tmp_path: Path, transactional_db: None) -> Iterator[int]:
    """PgBouncer before the test's database, with three connections that it deals out in turn. The port."""
    database, port = connection.settings_dict, free_port()
    server = f"host={database['HOST']} port={database['PORT']} user={database['USER']} password={database['PASSWORD']}"
    (tmp_path / "pgbouncer.ini").write_text(
        f"[databases]\n* = {server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n"
        "auth_type = any\npool_mode = transaction\ndefault_pool_size = 3\nserver_round_robin = 1\n"
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
                _fill_pool([psycopg.connect(**address) for _connection in range(3)])  # type: ignore[arg-type]
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


def test_time_outs_of_the_role_are_enough(pooler: int, settings: LazySettings) -> None:
    settings.DATABASE_POOLED = True
    before = connection.settings_dict
    role, name = (connection.ops.quote_name(before[key]) for key in ("USER", "NAME"))
    with connection.cursor() as cursor:
        for timeout in settings.DATABASE_TIMEOUTS:
            cursor.execute(f"ALTER ROLE {role} IN DATABASE {name} SET {timeout} = '7s'")
    connection.close()
    connection.settings_dict = before | {"OPTIONS": {"application_name": "backoffice"}}
    try:
        assert foundations.examine_pooling() == []
    finally:
        connection.close()
        connection.settings_dict = before
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER ROLE {role} IN DATABASE {name} RESET ALL")


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
