"""A sandbox in the test's own process, and the product in processes beside it, on the test's own database."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from backoffice.sandbox import Sandbox, running_sandbox
from tests.faults.system import System

SECRET = "a callback secret of thirty-two characters"


def database_url() -> str:
    """Address of the database that this test uses."""
    name = connection.settings_dict["NAME"]
    return urlunsplit(urlsplit(settings.DATABASE_URL)._replace(path=f"/{name}"))


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment_for(sandbox: Sandbox, *, port: int) -> dict[str, str]:
    """Return settings in which everything that production waits for in minutes takes seconds."""
    return {
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "VAR_DIR": str(settings.VAR_DIR),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MYPROMO_URL": sandbox.url,
        "MYPROMO_CLIENT_ID": "1",
        "MYPROMO_CLIENT_SECRET": "sandbox-merchant-secret",
        "MYPROMO_CALLBACK_SECRET": SECRET,
        "MYPROMO_SANDBOX": "1",
        "MYPROMO_REQUESTS_PER_MINUTE": "100000",
        "API_REQUESTS_PER_KEY": "1000000/min",
        "VENDOR_CONNECT_TIMEOUT": "2",  # the sandbox always listens, but the machine may be busy
        "VENDOR_READ_TIMEOUT": "1",
        "PUSH_LEASE_SECONDS": "5",
        "PUSH_SETTLE_SECONDS": "3",
        "PUSH_RETRY_BACKOFF": "0.2,0.5,1,2",
        "SWEEP_SECONDS": "1",
        "PULL_ORDERS_SECONDS": "45",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "backoffice.settings",
    }


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Run a quick mypromo without limits; of its callbacks, never repeated, some are lost and some come twice."""
    with running_sandbox(speed=5, rate_limit=0, late_every=0, callback_drop=0.2, callback_double=0.1) as sandbox:
        sandbox.mypromo.catalogue.change("TESTPRODUCT-stock", stock=100_000_000)
        yield sandbox


@pytest.fixture
def system(transactional_db: None, sandbox: Sandbox, tmp_path: Path) -> Iterator[System]:
    """Yield a system of which nothing runs yet. All that the test starts is ended before the database is emptied."""
    port = free_port()
    system = System(environment_for(sandbox, port=port), folder=tmp_path, port=port)
    yield system
    system.stop()
    connection.close()
