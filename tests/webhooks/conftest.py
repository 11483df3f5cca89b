"""A shop, storefronts that listen, and workers that may post to them."""

from collections.abc import Iterator
from typing import Any

import pytest

from backoffice.accounts.models import Shop
from tests.webhooks.receiver import Storefronts, storefronts


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.objects.create(code="WEB", name="Web shop")


@pytest.fixture
def front(settings: Any) -> Iterator[Storefronts]:
    settings.WEBHOOK_PRIVATE_NETWORKS = True
    with storefronts() as front:
        yield front


@pytest.fixture(autouse=True)
def quick(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have few threads, and repeat when the test says so."""
    settings.WEBHOOK_RETRY_BACKOFF = [60]
    settings.WEBHOOK_THREADS = 8
    settings.WEBHOOK_SECONDS = 2
    monkeypatch.setattr("backoffice.webhooks.services.finishing._PAUSES", (0.01,))
