"""What every test stands on: the real PostgreSQL and Redis, from the wheels unless addresses are set.

Several runs at once need databases of their own: give each its folder, `VAR_DIR=/tmp/mine make test`.
"""

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from django.conf import settings
from django.core.servers.basehttp import WSGIRequestHandler

from backoffice import embedded


def pytest_configure(config: pytest.Config) -> None:
    """Each xdist worker gets a Redis database of its own, and none gets the one that a running demo uses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    url = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path=f"/{int(worker.removeprefix('gw')) + 1}"))
    os.environ["REDIS_URL"] = settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | {"LOCATION": url}}
    # No test pulls the plug of the server it shares with others, and each commit would wait for the disk.
    settings.DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
    # The live server writes head and body apart, and Linux keeps the body back for 40 ms.
    WSGIRequestHandler.disable_nagle_algorithm = True


def pytest_report_header(config: pytest.Config) -> str:
    with psycopg.connect(settings.DATABASE_URL) as connection:
        postgres = connection.execute("SHOW server_version").fetchone()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        redis_version = client.info("server")["redis_version"]
    address = urlsplit(settings.DATABASE_URL)
    return f"servers: PostgreSQL {postgres[0]} on {address.hostname}:{address.port}, Redis {redis_version}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """The end of the whole run stops the servers of the wheels, unless a demo or another run uses them."""
    if not hasattr(config, "workerinput"):
        embedded.stop_if_unused(settings.VAR_DIR)


@pytest.fixture(autouse=True, scope="session")
def empty_redis() -> None:
    """Doorbells and counters of an earlier run that was killed must not ring in this one."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
