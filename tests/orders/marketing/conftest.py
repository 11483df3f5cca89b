"""Orders to tell, AutoLetter from the sandbox, and a small vendor that cannot correct and has groups."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from backoffice.sandbox import Sandbox, running_sandbox
from orders.marketing.models import OrderExport
from orders.marketing.services.exports.batches import gather_exports
from orders.marketing.services.exports.requesting import request_export
from orders.models import Order, OrderState
from tests.flows.conftest import work_off
from tests.orders.marketing import teller
from tests.orders.rows import make_order

Make = Callable[..., Order]
Ask = Callable[..., OrderExport]


@pytest.fixture
def make(db: None) -> Make:
    """Make a released order of a customer who agrees to everything; `lines` are those of `make_order`."""

    def made(*lines: dict[str, Any], **changes: Any) -> Order:
        given = {
            "state": OrderState.RELEASED, "accepts_letters": True, "accepts_review_request": True,
            "customer_email": "jana@example.com", "customer_firstname": "Jana", "customer_lastname": "Größer",
        }  # fmt: skip
        fixed = {name: changes.pop(name) for name in ("currency", "total", "placed_at", "shop") if name in changes}
        order = make_order(*lines, **(given | changes))
        for name, value in fixed.items():
            setattr(order, name, value)
        order.save()
        return order

    return made


@pytest.fixture
def letters(settings: Settings, db: None) -> Iterator[Sandbox]:
    """Make the sandbox's AutoLetter the vendor, with short waits."""
    with running_sandbox(manual_clock=True) as sandbox:
        settings.AUTOLETTER_URL = sandbox.autoletter.public_url + "v2/orders"
        settings.AUTOLETTER_TOKEN = sandbox.autoletter.options.token
        settings.AUTOLETTER_REQUESTS_PER_MINUTE = 60_000
        settings.AUTOLETTER_BATCH_SIZE = 100
        _hurry(settings)
        yield sandbox


@pytest.fixture
def reviews(settings: Settings, db: None) -> teller.Desk:
    """Return the toy vendor's desk, cleared."""
    settings.VENDORS = settings.VENDORS | {"teller": "tests.orders.marketing.teller.Teller"}
    settings.TELLER_REQUESTS_PER_MINUTE = 60_000
    _hurry(settings)
    teller.DESK.__init__()  # type: ignore[misc]  # cleared under the same name
    return teller.DESK


def _hurry(settings: Settings) -> None:
    settings.VENDOR_READ_TIMEOUT = 5
    settings.PUSH_SETTLE_SECONDS = 0.05
    settings.PUSH_RETRY_BACKOFF = [0.01]


@pytest.fixture
def ask(db: None) -> Ask:
    """Do what a rule does: have a vendor told."""

    def asked(order: Order, vendor: str = "autoletter", actor: str = "rule:7") -> OrderExport:
        with transaction.atomic():
            return request_export(order, vendor=vendor, actor=actor)

    return asked


@pytest.fixture
def tell() -> Callable[[], None]:
    """Do what the workers do: gather, and deliver to the end."""

    def told() -> None:
        gather_exports()
        work_off()

    return told
