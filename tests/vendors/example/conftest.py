"""Example Print as the sixth vendor of the whole product: nothing is changed but the settings."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from backoffice.engine.models import Callback
from backoffice.engine.services.callbacks import work_due_callbacks
from backoffice.engine.services.webhook_subscriptions import subscribe_webhooks
from backoffice.sandbox import Sandbox, running_sandbox
from catalog.tasks import sync_catalog
from fulfillment.models import Country
from tests.api.storefront import Storefront, build_order, make_storefront
from tests.flows.conftest import work_off
from tests.vendors.example.sandbox.app import ExampleApp
from tests.vendors.example.vendor_settings import VENDORS, example_settings

SKU = "EX-001"


@dataclass
class Shop:
    """A shop that sells what Example Print makes, and the vendor's side of it."""

    storefront: Storefront
    sandbox: Sandbox

    @property
    def vendor(self) -> Any:
        return self.sandbox.others["example"]

    def order(self, **changes: Any) -> dict[str, Any]:
        """Return the body of an order of one line."""
        line = {
            "reference": "1",
            "sku": SKU,
            "quantity": 100,
            "unit_price": "5.00",
            "files": [{"url": "https://files.example.com/a4.pdf", "type": "front"}],
        }
        return build_order(**({"lines": [line]} | changes))

    def sell(self, **changes: Any) -> int:
        """Send an order over REST; return its id there."""
        answer = self.storefront.place(self.order(**changes))
        assert answer.status_code == 201, answer.json()
        return int(answer.json()["id"])

    def read(self, order_id: int) -> Any:
        """Return the order as the storefront sees it."""
        return self.storefront.get(f"orders/{order_id}/").json()

    def states(self, order_id: int) -> tuple[str, str]:
        """Return how production and shipping stand."""
        state = self.read(order_id)["state"]
        return state["production"], state["shipment"]

    def pass_time(self, seconds: float) -> None:
        """Let time pass at the vendor, whose news come in and are processed."""
        self.sandbox.advance(seconds)
        Callback.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
        work_due_callbacks()

    def made(self) -> list[str]:
        """Return the references of what the vendor makes and charges for."""
        return [order["reference"] for order in self.vendor.ledger.physical_orders()]


@pytest.fixture
def sandbox(settings: Settings, live_server: LiveServer) -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True, more=[ExampleApp]) as running:
        settings.VENDORS = django_settings.VENDORS | VENDORS
        app = running.others["example"]
        for name, value in example_settings(app.environment(app.public_url)).items():
            setattr(settings, name, value)
        settings.EXAMPLE_REQUESTS_PER_MINUTE = 60_000
        settings.PUBLIC_URL = live_server.url
        settings.VENDOR_READ_TIMEOUT = 0.3
        settings.PUSH_SETTLE_SECONDS = 0.2
        settings.PUSH_RETRY_BACKOFF = [0.01]
        yield running


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    """Read the catalogue and subscribe to the webhooks."""
    Country.objects.create(iso2="DE", iso3="DEU", name="Germany")
    sync_catalog()
    subscribe_webhooks("example", actor="tester")
    work_off()
    return Shop(make_storefront(), sandbox)


@pytest.fixture
def work() -> Callable[[], None]:
    return work_off
