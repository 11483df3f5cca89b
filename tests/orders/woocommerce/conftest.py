"""A WooCommerce in the sandbox, connected to a shop of ours; what it posts goes through our door."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.sandbox.woocommerce.app import WooCommerceApp
from orders.connectors.woocommerce.models import WooConnection, WooProduct
from orders.connectors.woocommerce.services.connections import ConnectionValues, add_connection, ensure_webhooks
from orders.connectors.woocommerce.services.processing import process_next
from tests.api.storefront import PEN, make_catalog, make_storefront

VALUES: dict[str, Any] = {
    "consumer_key": "ck_sandbox",
    "consumer_secret": "cs_sandbox",
    "paid_statuses": ["processing", "completed"],
    "file_keys": ["print_file"],
}


class Woo:
    """The shop there, and the connection to it here."""

    def __init__(self, sandbox: Sandbox, connection: WooConnection) -> None:
        self.sandbox, self.connection = sandbox, connection
        app = sandbox.others["woocommerce"]
        assert isinstance(app, WooCommerceApp)
        self.app: WooCommerceApp = app
        self.client = Client()

    def post(self, url: str, headers: dict[str, str], body: bytes) -> int:
        """Post a webhook to our door."""
        sent = {name: value for name, value in headers.items() if name != "Content-Type"}
        path = "/" + url.partition("://")[2].partition("/")[2]
        return self.client.post(path, body, content_type="application/json", headers=sent).status_code

    def deliver(self) -> None:
        """Let in what was posted, and work on it."""
        self.app.post_due(self.post)
        process()


def process() -> int:
    """Work on all messages; return how many there were."""
    done = 0
    while process_next():
        done += 1
        assert done < 3000, "the same again and again"
    return done


@pytest.fixture(autouse=True)
def quick(settings: Settings) -> None:
    settings.WOOCOMMERCE_PRIVATE_NETWORKS = True
    settings.WOOCOMMERCE_SECONDS, settings.WOOCOMMERCE_BACKOFF = 1, [0.01]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True) as running:
        yield running


@pytest.fixture
def shop(db: None) -> Shop:
    make_catalog()
    shop = make_storefront().shop
    shop.duplicate_window_minutes, shop.least_margin_percent, shop.total_factor = 0, None, None
    shop.tax_percent = Decimal(19)
    shop.save()
    return shop


@pytest.fixture
def woo(sandbox: Sandbox, shop: Shop) -> Woo:
    app = sandbox.others["woocommerce"]
    assert isinstance(app, WooCommerceApp)
    sandbox.faults.clear()
    app.__init__(clock=app.clock)  # type: ignore[misc]
    app.public_url = f"http://127.0.0.1:{sandbox.port}/woocommerce/"
    app.options.post_webhooks = False
    connection = add_connection(shop, ConnectionValues(app.public_url, **VALUES), actor="mara")
    # The sandbox's clock is its own: what is bought there is bought after the start.
    connection.pull_after = connection.orders_since = sandbox.clock.now() - timedelta(hours=1)
    connection.save()
    ensure_webhooks(connection)
    WooProduct.objects.create(connection=connection, product_id=11, woo_sku="MUG-1", sku=PEN)
    return Woo(sandbox, connection)
