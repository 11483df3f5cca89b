"""What the reader of the guide has: a back office that answers, its keys, two goods, and what the first page left."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from backoffice.accounts.models import FurtherMarket, Shop
from backoffice.sandbox import running_sandbox
from backoffice.webhooks.services.dispatching import deliver_due
from catalog.models import Availability, PriceTier, Variant
from fulfillment.models import Country
from tests.api.storefront import Storefront, make_storefront, make_test_storefront, make_variant
from tests.docs.pages import GUIDE, read_steps
from tests.docs.running import with_values

ADDRESS, RECEIVER = "http://127.0.0.1:8000", "127.0.0.1:9000"
STOCK, PEN = "TESTPRODUCT-stock", "MP-F1-C0000003"
# As in the demo, by quantity.
PRICES = {
    STOCK: {1: "12.96", 25: "11.28", 50: "9.85"},
    PEN: {50: "0.6799", 100: "0.5915", 250: "0.5167", 500: "0.4623"},
}
# Larger than a part of an upload.
_PDF_BYTES = 12_000_000


@pytest.fixture
def storefront(transactional_db: None) -> Storefront:
    """Return the demo's shop, with the demo's goods."""
    for code, name in {"DE": "Germany", "US": "United States"}.items():
        Country.objects.create(iso2=code, iso3=f"{code}X", name=name)
    facts = {"order_max_qty": 200_000, "currency": "EUR", "shipping_earliest_days": 3, "shipping_latest_days": 5}
    intents = {"editor_intents": ["upload", "customize"], "order_min_qty": 50, "order_max_qty": 5000}
    made = {STOCK: make_variant(STOCK, personalized=False, **facts), PEN: make_variant(PEN, **facts | intents)}
    for sku, variant in made.items():
        PriceTier.objects.filter(variant=variant, price_list="sales").delete()
        PriceTier.objects.bulk_create(
            PriceTier(variant=variant, price_list="sales", quantity=quantity, price=price)
            for quantity, price in PRICES[sku].items()
        )
    PriceTier.objects.filter(price_list="purchase").update(price="0.10")  # so that no price is an odd one
    Variant.objects.filter(sku=PEN).update(parts=[{"key": "body", "name": "Body"}, {"key": "clip", "name": "Clip"}])
    Availability.objects.create(
        variant=made[STOCK], fulfiller_id="1", available=True, stock_managed=True, stock_qty=14_500
    )
    storefront = make_storefront("WEB", tax_percent=19, duplicate_window_minutes=10)
    Shop.objects.update(name="Printed with love")
    FurtherMarket.objects.create(shop=storefront.shop, currency="USD", countries=["US", "CA"])
    return storefront


@pytest.fixture
def values(live_server: LiveServer, storefront: Storefront, settings: Settings, tmp_path: Path) -> dict[str, str]:
    """Return what is the reader's own in place of what a page says: address, keys, a free port."""
    settings.MEDIA_ROOT, settings.PUBLIC_URL = tmp_path / "media", live_server.url
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    keys = {"YOUR_TEST_KEY": make_test_storefront(storefront).key, "YOUR_KEY": storefront.key}
    return {ADDRESS: live_server.url, RECEIVER: f"127.0.0.1:{port}", **keys}


@pytest.fixture
def folder(tmp_path: Path, values: dict[str, str]) -> Path:
    """Return a folder with a print file, and with the files of the first page."""
    folder = tmp_path / "page"
    folder.mkdir()
    writer = PdfWriter()
    writer.add_blank_page(width=300, height=300)
    writer.add_attachment("padding", bytes(_PDF_BYTES))
    writer.write(folder / "poster.pdf")
    for step in read_steps((GUIDE / "first-order.md").read_text(encoding="utf-8")):
        if step.block.title:
            (folder / step.block.title).write_text(with_values(step.block.text, values), encoding="utf-8")
    return folder


@pytest.fixture
def editor(settings: Settings) -> Iterator[None]:
    """Run the vendor's editor."""
    with running_sandbox(manual_clock=True, rate_limit=0, editor_cname="https://designer.example.com/") as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
        yield


@pytest.fixture
def postman(settings: Settings, storefront: Storefront) -> Iterator[None]:
    """Deliver webhooks while the page is read, as workers do."""
    settings.WEBHOOK_PRIVATE_NETWORKS, settings.WEBHOOK_RETRY_BACKOFF = True, [0.5]
    ended = threading.Event()

    def deliver() -> None:
        while not ended.wait(0.1):
            deliver_due(seconds=5)

    thread = threading.Thread(target=deliver)
    thread.start()
    yield
    ended.set()
    thread.join()
