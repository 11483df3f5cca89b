"""The demo's shop in a browser: a shopper orders, is refused as a shop would, and sees the order move by webhooks."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from backoffice.demo.sandbox import Sandbox as Hands
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.webhooks.services.secrets import valid_secrets
from fulfillment.models import Country
from orders.models import Order
from orders.services.reports.pulling import OrderPull
from tests.api.storefront import make_storefront, make_variant
from tests.browser.looking import ask_axe, look
from tests.flows.conftest import work_off
from tests.webhooks.rows import deliver, endpoint_at

pytestmark = pytest.mark.browser
MUG = "TPD123LD02LAXALOP"


@pytest.fixture
def sandbox(live_server: LiveServer, transactional_db: None, settings: Settings) -> Iterator[Sandbox]:
    """Open the shop, whose goods are made in a sandbox whose time is moved by hand."""
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0, callback_drop=1.0) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
        settings.MYPROMO_SANDBOX, settings.WEBHOOK_PRIVATE_NETWORKS = True, True
        settings.PUBLIC_URL = live_server.url
        Country.objects.create(iso2="DE", iso3="DEU", name="Germany")
        storefront = make_storefront(tax_percent=Decimal(19))
        picture = f"{sandbox.url}media/mug-2f6fde.svg"
        make_variant(MUG, name="Ceramic mug", image_url=picture)
        make_variant("MP-2", name="A name as long as no shop window is wide: " + "Wolfeschlegelstein" * 5)
        endpoint = endpoint_at(storefront.shop, f"{sandbox.storefront.public_url}webhooks")
        hands = Hands(sandbox.url)
        hands.open_shop(url=live_server.url, key=storefront.key)
        hands.take_webhooks(secret=valid_secrets(endpoint)[0])
        yield sandbox


@pytest.fixture
def shop(context: BrowserContext, sandbox: Sandbox) -> Iterator[Page]:
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Security Policy" in said.text else None)
    page.goto(sandbox.storefront.public_url)
    yield page
    page.close()
    assert wrong == []


def test_a_shopper_orders_and_sees_it_shipped_by_webhooks(shop: Page, sandbox: Sandbox) -> None:
    shop.get_by_role("radio", name="Ceramic mug").check(force=True)
    shop.get_by_role("button", name="100 ×").click()
    expect(shop.locator("#total")).to_have_text("€153.51")
    shop.get_by_label("Street and number").fill("Donaudampfschifffahrtsgesellschaftsstraße 128b")
    shop.get_by_role("button", name="Place order").click()
    expect(shop.locator("#street-complaint")).to_contain_text("characters")
    assert not Order.objects.exists()

    shop.get_by_label("Street and number").fill("Hauptstraße 42")
    shop.get_by_role("button", name="Place order").dblclick()
    order = wait_for_order(shop)
    assert (order.total, order.lines.get().quantity) == (Decimal("153.51"), 100)
    work_off()
    deliver(rounds=2)
    expect(current(shop)).to_contain_text("Released")
    for state, step in (("in_production", "In production"), ("shipped", "Shipped"), ("delivered", "Delivered")):
        wait_until(state, order, sandbox)
        deliver(rounds=3)
        expect(current(shop)).to_contain_text(step)
    tracking_code = order.shipments.get().tracking_code
    expect(shop.get_by_role("link", name=tracking_code)).to_be_visible()
    heard = shop.locator("tr.own", has_text="order.shipped")
    expect(heard).to_contain_text(order.number)
    expect(heard).to_contain_text("✓ verified, new")
    shop.reload()
    expect(current(shop)).to_contain_text("Delivered")
    faults = [*look(shop, whole=True), *ask_axe(shop, whole=True)]
    shop.emulate_media(color_scheme="dark")
    assert [*faults, *ask_axe(shop, whole=False)] == []


def wait_for_order(shop: Page) -> Order:
    expect(shop.get_by_role("heading", name="Order WEB-")).to_be_visible()
    return Order.objects.get()


def wait_until(state: str, order: Order, sandbox: Sandbox) -> None:
    """Let time go on at the vendor until the order is so far."""
    for _ in range(40):
        if state in (order.production, order.shipment):
            return
        sandbox.advance(1)
        OrderPull("mypromo").run()
        order.refresh_from_db()
    raise AssertionError(f"The order never was {state}.")


def current(shop: Page) -> Locator:
    return shop.locator("#steps [aria-current=step]")
