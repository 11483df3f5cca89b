"""One token for all workers."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from backoffice.engine.models import VendorToken
from backoffice.engine.services.tokens import SharedTokens
from backoffice.vendors.errors import VendorUnavailable


def in_threads(number: int, work: object) -> list[object]:
    """Return what `work` gives in that many threads that begin together, each with a connection of its own."""
    barrier = threading.Barrier(number)

    def run() -> object:
        try:
            barrier.wait()
            return work()  # type: ignore[operator]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(number) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(number)]]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_eight_workers_that_need_a_token_make_one_request() -> None:
    asked = []

    def fetch() -> tuple[str, float]:
        asked.append(1)
        threading.Event().wait(0.3)
        return "fresh", 3600

    tokens = in_threads(8, lambda: SharedTokens("mypromo").renew(stale="old", fetch=fetch))
    assert tokens == ["fresh"] * 8
    assert len(asked) == 1


@pytest.mark.django_db
def test_a_token_is_kept_encrypted_and_ends_in_time() -> None:
    store = SharedTokens("mypromo")
    store.renew(stale=None, fetch=lambda: ("very-secret", 3600))
    assert store.get() == "very-secret"
    with connection.cursor() as cursor:
        cursor.execute("SELECT token FROM engine_vendortoken")
        assert "very-secret" not in cursor.fetchone()[0]
    VendorToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert store.get() is None


@pytest.mark.django_db
def test_a_failed_request_for_a_token_leaves_the_lock_free() -> None:
    def fail() -> tuple[str, float]:
        raise VendorUnavailable("down")

    store = SharedTokens("mypromo")
    with pytest.raises(VendorUnavailable):
        store.renew(stale=None, fetch=fail)
    assert store.renew(stale=None, fetch=lambda: ("second", 60)) == "second"
