from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from backoffice.accounts.models import Shop
from backoffice.engine.services.handlers import CALLBACK_HANDLERS, PUSH_HANDLERS
from tests.engine import toy


@pytest.fixture
def toy_vendor(settings: LazySettings) -> Iterator[toy.MakeBoth]:
    """Register the toy vendor with an empty shelf, its push kind and its callback topic. Yield the handler."""
    settings.VENDORS = {"toy": "tests.engine.toy.Toy"}
    settings.TOY_REQUESTS_PER_MINUTE = 60_000
    settings.PUSH_SETTLE_SECONDS = 0.2
    settings.PUSH_RETRY_BACKOFF = [0.0]
    handler = toy.MakeBoth()
    PUSH_HANDLERS[handler.kind] = handler
    CALLBACK_HANDLERS[toy.ToyMessage] = toy.rename_shop
    toy.SHELF.__init__()  # type: ignore[misc]  # a fresh shelf under the same name
    yield handler
    del PUSH_HANDLERS[handler.kind], CALLBACK_HANDLERS[toy.ToyMessage]


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.objects.create(name="Web shop", code="WEB")
