"""What every test stands on: the real PostgreSQL and Redis, from the wheels unless addresses are set.

Several runs at once need databases of their own: give each its folder, `VAR_DIR=/tmp/mine make test`.
"""

import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import redis
from _pytest.nodeid import coerce_node_id
from django.conf import settings
from django.core.servers.basehttp import WSGIRequestHandler
from django.test import TransactionTestCase
from django.utils import translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import DjangoDbBlocker

from backoffice import embedded
from backoffice.staff import live
from backoffice.vendor_accounts.services.remembering import ACCOUNTS, Known
from tests import database, row_by_row
from tests.required import pytest_runtest_makereport

__all__ = ["pytest_runtest_makereport"]

# How quick a machine is says nothing of what is tested.
hypothesis_settings.register_profile(
    "any machine", parent=hypothesis_settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("any machine")

# Collecting makes millions of objects that stay: nothing is garbage until it has ended.
gc.disable()

# Groups of tests that run one after the other, by the time they take.
LONGEST = ("browser", "storm", "faults", "pages", "engine")


def pytest_configure(config: pytest.Config) -> None:
    """Give each xdist worker a Redis database of its own, and none the one that a running demo uses."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    url = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path=f"/{int(worker.removeprefix('gw')) + 1}"))
    os.environ["REDIS_URL"] = settings.REDIS_URL = settings.CELERY_BROKER_URL = url
    # What a test remembers of its database is no business of the demo that runs beside it.
    settings.EPOCH_DIR = Path(os.environ.setdefault("EPOCH_DIR", tempfile.mkdtemp(prefix="epoch-")))
    settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | {"LOCATION": url}}
    # No test pulls the plug of the server it shares with others, and each commit would wait for the disk.
    settings.DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"
    # The live server writes head and body apart, and Linux keeps the body back for 40 ms.
    WSGIRequestHandler.disable_nagle_algorithm = True


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave all pages to one worker: each Chromium has to start, and to load and compile every style and script."""
    if item.get_closest_marker("browser"):
        item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker sits over it when the others are done; keep groups together."""
    items.sort(key=_begins_as)
    for item in items:
        _name_group(item)


def _name_group(item: pytest.Item) -> None:
    """Let the scheduler see the item's group, which it reads from the end of the id.

    xdist 3.8 writes it to a field that pytest 9.2 no longer reads: all groups were divided among the workers.
    """
    group = item.get_closest_marker("xdist_group")
    if hasattr(item.config, "workerinput") and group and not item.nodeid.endswith(f"@{group.args[0]}"):
        item._id = coerce_node_id(f"{item.nodeid}@{group.args[0]}")  # type: ignore[attr-defined]


def _begins_as(item: pytest.Item) -> int:
    group = item.get_closest_marker("xdist_group")
    return LONGEST.index(group.args[0]) if group and group.args[0] in LONGEST else len(LONGEST)


def pytest_collection_finish() -> None:
    """Freeze what was loaded until now: the garbage collector would look through it again and again."""
    gc.collect()
    gc.freeze()
    # At 700 new objects, as usual, each page that is rendered is looked through many times.
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


def pytest_report_header(config: pytest.Config) -> str:
    with psycopg.connect(settings.DATABASE_URL) as connection:
        postgres = connection.execute("SHOW server_version").fetchone()
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        redis_version = client.info("server")["redis_version"]
    address = urlsplit(settings.DATABASE_URL)
    return f"servers: PostgreSQL {postgres[0]} on {address.hostname}:{address.port}, Redis {redis_version}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the embedded servers at the end of the whole run, unless a demo or another run uses them."""
    if not hasattr(config, "workerinput"):
        database.drop_template()
        embedded.stop_if_unused(settings.VAR_DIR)
        shutil.rmtree(settings.EPOCH_DIR, ignore_errors=True)


@pytest.fixture(autouse=True, scope="session")
def empty_redis() -> None:
    """Empty Redis: an earlier run that was killed must not leave tasks or counters to this one."""
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    request: pytest.FixtureRequest,
    django_db_modify_db_settings_parallel_suffix: None,
    django_db_blocker: DjangoDbBlocker,
) -> None:
    if hasattr(request.config, "workerinput"):
        with django_db_blocker.unblock():
            database.copy_template(request.config.workerinput["testrunuid"])


@pytest.fixture(autouse=True, scope="session")
def quick_flush() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", database.empty_tables)
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Read once what each process reads once: no test counts that query as its own."""
    from backoffice.privacy.services.hashing import hash_key

    with django_db_blocker.unblock():
        hash_key()
        database.migrated_hash_key()
    yield
    database.close_kept()


@pytest.fixture(autouse=True, scope="session")
def no_kept_accounts_at_first() -> None:
    """Do the same for what is made before the first test."""
    ACCOUNTS.pin(Known(read_at=float("inf")))


@pytest.fixture(autouse=True)
def no_kept_accounts() -> Iterator[None]:
    """Begin without accounts at vendors beside those of the settings, and know it without asking the database."""
    ACCOUNTS.pin(Known(read_at=float("inf")))
    yield
    ACCOUNTS.pin(Known(read_at=float("inf")))


@pytest.fixture
def ages_last(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no minute end while a page is compared with itself: the ages that it shows would be others then."""
    monkeypatch.setattr(live, "_RELATIVE_TIMES_LAST", 10**12)


@pytest.fixture(autouse=True, scope="session")
def deferred_loads() -> Iterator[Counter[str]]:
    with row_by_row.counted_loads() as loads:
        yield loads


@pytest.fixture(autouse=True)
def no_field_is_loaded_row_by_row(deferred_loads: Counter[str]) -> Iterator[None]:
    deferred_loads.clear()
    yield
    assert row_by_row.too_often(deferred_loads) == {}


@pytest.fixture(autouse=True, scope="session")
def known_pages() -> None:
    """Register all pages of the staff: the addresses do, which a process reads with its first request."""
    import_module(settings.ROOT_URLCONF)


@pytest.fixture(autouse=True)
def usual_language() -> None:
    """Begin in English: a request in German leaves its language behind in the thread, until the next one."""
    translation.activate(settings.LANGUAGE_CODE)
