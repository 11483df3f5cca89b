"""The servers from the wheels, in folders of their own: started by many, killed, found again, and stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from backoffice import embedded
from backoffice.embedded.__main__ import main
from backoffice.embedded.postgres import Postgres
from backoffice.embedded.server import Server

ROOT = Path(__file__).resolve().parents[2]
STARTS = "from pathlib import Path; from backoffice import embedded; var = Path({var!r});"
BOTH = "print(embedded.database_url(var), embedded.redis_url(var), flush=True);"


def python(code: str, *, var: Path) -> list[str]:
    return [sys.executable, "-c", STARTS.format(var=str(var)) + code]


@pytest.fixture
def new_var(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder without a cluster: the first start makes it, which takes most of its time."""
    yield tmp_path / "var"
    embedded.stop(tmp_path / "var")


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return what a first start leaves of PostgreSQL when it is stopped."""
    var = tmp_path_factory.mktemp("first") / "var"
    embedded.database_url(var)
    embedded.stop(var)
    (var / "postgres" / "port").unlink()
    return var / "postgres"


@pytest.fixture
def var(new_var: Path, first_start: Path) -> Path:
    """Return a copy of the first start, of its owners and modes too."""
    new_var.mkdir()
    subprocess.run(["cp", "-a", first_start, new_var / "postgres"], check=True)
    return new_var


def process_of(var: Path, *, name: str) -> psutil.Process:
    process = next(server.process() for server in embedded.servers(var) if server.name == name)
    assert process is not None
    return process


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def test_both_servers_answer_at_the_addresses_given(new_var: Path) -> None:
    database = embedded.database_url(new_var)
    assert rows(database, "SELECT current_database()::text, current_user::text") == [("backoffice", "backoffice")]
    assert redis.Redis.from_url(embedded.redis_url(new_var)).ping()


def test_settings_are_those_of_production(var: Path) -> None:
    database = embedded.database_url(var)
    assert rows(database, "SHOW synchronous_commit") == rows(database, "SHOW fsync") == [("on",)]
    assert rows(database, "SHOW max_connections") == [("200",)]
    assert rows(database, "SELECT upper('grö'), to_tsvector('german', 'Größere')::text") == [("GRÖ", "'gross':1")]
    policy = redis.Redis.from_url(embedded.redis_url(var)).config_get("maxmemory-policy")
    assert policy == {"maxmemory-policy": "noeviction"}


def test_nobody_gets_in_without_the_password(var: Path) -> None:
    database = embedded.database_url(var)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(database.replace(database.split(":")[2].split("@")[0], "guess"))
    address = embedded.redis_url(var).rpartition("@")[2]
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(f"redis://{address}").ping()
    assert (var / "postgres" / "password").stat().st_mode & 0o077 == 0
    assert (var / "redis" / "redis.conf").stat().st_mode & 0o077 == 0


def test_eight_processes_that_ask_at_once_share_one_pair_of_servers(new_var: Path) -> None:
    command = python(BOTH, var=new_var)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: subprocess.check_output(command, cwd=ROOT, text=True), range(8)))
    assert len(set(answers)) == 1
    running = [p for p in psutil.process_iter(["name", "cmdline"]) if str(new_var) in " ".join(p.info["cmdline"] or [])]
    assert [p.info["name"] for p in running].count("postgres") == 1


def test_servers_outlive_a_kill_9_of_whoever_started_them(var: Path) -> None:
    starter = subprocess.Popen(
        python(BOTH + "input()", var=var), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert starter.stdout is not None
    addresses = starter.stdout.readline().split()
    starter.kill()
    starter.communicate()
    assert rows(addresses[0], "SELECT 1") == [(1,)]
    assert [embedded.database_url(var), embedded.redis_url(var)] == addresses


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.5, 0.8])
def test_a_start_that_was_killed_half_way_is_finished_by_the_next(new_var: Path, seconds: float) -> None:
    starter = subprocess.Popen(python(BOTH, var=new_var), cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        starter.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    assert rows(embedded.database_url(new_var), "SELECT 1") == [(1,)]
    assert redis.Redis.from_url(embedded.redis_url(new_var)).ping()


def test_a_start_that_was_killed_before_it_made_the_database_is_finished_by_the_next(new_var: Path) -> None:
    server = Postgres(new_var)
    Server.start(server)
    assert server.answers()
    assert not server.is_ready()
    assert rows(embedded.database_url(new_var), "SELECT 1") == [(1,)]


def test_committed_rows_survive_a_kill_9_of_the_servers(var: Path) -> None:
    database = embedded.database_url(var)
    before = embedded.redis_url(var)
    rows(database, "CREATE TABLE kept AS SELECT 7 AS number")
    for name in ("postgres", "redis"):
        server = process_of(var, name=name)
        orphans = server.children()
        server.kill()
        psutil.wait_procs(orphans, timeout=30)  # they hold the port for a moment
    assert rows(embedded.database_url(var), "SELECT number FROM kept") == [(7,)]
    assert embedded.database_url(var) == database, "open shells and bookmarks keep their port"
    assert redis.Redis.from_url(embedded.redis_url(var)).ping()
    assert embedded.redis_url(var) == before


def test_a_killed_server_is_started_again_although_a_child_of_it_is_slow_to_end(var: Path) -> None:
    embedded.database_url(var)
    server = process_of(var, name="postgres")
    child = server.children()[0]
    child.suspend()
    server.kill()
    with ThreadPoolExecutor(1) as pool:
        started = pool.submit(embedded.database_url, var)
        time.sleep(1)
        assert not started.done(), "it holds the shared memory"
        child.resume()
        assert rows(started.result(), "SELECT 1") == [(1,)]


def test_a_stale_pid_file_that_names_a_stranger_is_ignored(var: Path) -> None:
    embedded.database_url(var)
    embedded.stop(var)
    pid_file = var / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{pid_file.parent}\n1\n5432\n\n127.0.0.1\n\nready\n")
    assert rows(embedded.database_url(var), "SELECT 1") == [(1,)]
    assert process_of(var, name="postgres").pid != os.getpid()


def test_another_port_is_taken_when_the_remembered_one_is_occupied(var: Path) -> None:
    before = embedded.database_url(var)
    port = int(before.rpartition(":")[2].partition("/")[0])
    embedded.stop(var)
    with socket.create_server(("127.0.0.1", port)):
        after = embedded.database_url(var)
    assert after != before
    assert rows(after, "SELECT 1") == [(1,)]


def test_folders_closed_to_others_and_longer_than_a_socket_path_work(tmp_path: Path) -> None:
    closed = tmp_path / ("with space " + "x" * 150)
    closed.mkdir(mode=0o700)
    try:
        assert rows(embedded.database_url(closed), "SELECT 1") == [(1,)]
        assert redis.Redis.from_url(embedded.redis_url(closed)).ping()
    finally:
        embedded.stop(closed)


def test_stopping_waits_for_the_last_one_who_uses_the_servers(var: Path) -> None:
    other = subprocess.Popen(
        python(BOTH + "input()", var=var), cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    other.stdout.readline()
    embedded.database_url(var)
    assert embedded.stop_if_unused(var) == []
    assert rows(embedded.database_url(var), "SELECT 1") == [(1,)]
    other.kill()
    other.communicate()
    assert embedded.stop_if_unused(var) == ["postgres", "redis"]


def test_status_and_stop_say_what_they_found(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def answer(action: str) -> tuple[int, str]:
        return main([action, "--var", str(var)]), capsys.readouterr().out

    assert answer("status")[0] == 3
    start = [sys.executable, "-m", "backoffice.embedded", "start", "--var", str(var)]
    assert subprocess.run(start, cwd=ROOT, capture_output=True, check=False).returncode == 0
    code, text = answer("status")
    assert (code, text.count("127.0.0.1")) == (0, 2)
    assert answer("stop") == (0, "Stopped: postgres, redis\n")
    assert answer("stop") == (0, "Stopped: nothing was running\n")
