"""A sign in a browser: designed, looked at, ordered, made, shipped."""

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from backoffice.engine.models import Heartbeat, Push
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import running_sandbox
from catalog.models import CustomProduct
from catalog.services.custom_pictures import PICTURES
from orders.services.lifecycle import release_order
from tests.signs.desk import SECRET, make_shop, sign_order

pytestmark = pytest.mark.browser
WIDTHS = (390, 1280)


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def keep(page: Page, name: str) -> None:
    """Keep a screenshot for the documents, when a folder for it is named."""
    if folder := os.environ.get("SCREENS"):
        page.screenshot(path=Path(folder) / name)


def look_at(page: Page, places: Iterable[str]) -> None:
    """Check that none of the pages scrolls sideways, in both themes at all widths."""
    for theme in ("light", "dark"):
        page.evaluate("theme => localStorage.setItem('adminTheme', JSON.stringify(theme))", theme)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            for place in places:
                page.goto(place)
                assert sideways(page) <= 0, (place, width)
                keep(page, f"look-{theme}-{width}-{place.strip('/').split('/')[2]}-{len(place)}.png")


def test_a_sign_is_designed_sold_and_followed_to_its_customer(
    page: Page, live_server: LiveServer, settings: Settings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.ALLOW_PRIVATE_FILE_HOSTS = True
    settings.SIGN_CUSTOMISER_INTEGRATION_SECRET = SECRET
    settings.SIGN_CUSTOMISER_TOKEN = "sandbox-sign-token"
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    make_shop(name="Lights & Letters")
    with running_sandbox(manual_clock=True) as sandbox:
        app = sandbox.sign_customiser
        settings.SIGN_CUSTOMISER_URL = f"{app.public_url}api"
        app.options.change(
            integration_secret=SECRET, product_url=f"{live_server.url}/callbacks/sign-customiser/product-created/"
        )
        for number, title in enumerate(("Open late", "Hot coffee", "Jana & Tom"), start=1):
            assert app.design(title=title, price=11900 + 1000 * number)["told"]["status"] == 200
        assert PICTURES.fetch_due() == 3
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto("/admin/catalog/customproduct/")
        expect(page.locator("tbody tr")).to_have_count(3)
        page.get_by_role("link", name="Hot coffee").click()
        expect(page.get_by_role("heading", name="Hot coffee", level=2)).to_be_visible()
        expect(page.get_by_alt_text("The design as the customer saved it")).to_be_visible()
        page.wait_for_function("document.querySelector('.hero img').naturalWidth === 320")
        keep(page, "custom-product.png")
        address = page.url

        order = release_order(sign_order(CustomProduct.objects.get(title="Hot coffee")), actor="mara")
        deliver(Push.objects.get(kind="orders.place").pk)
        page.goto(f"/admin/orders/order/{order.pk}/change/")
        expect(page.get_by_role("region", name=f"Sign Customiser {order.number}")).to_contain_text("submitted")
        page.get_by_role("link", name="Record progress").click()
        page.get_by_label("Current status").select_option("shipped")
        page.get_by_label("Carrier").fill("DHL")
        page.get_by_label("Tracking code").fill("JJD0001")
        page.get_by_role("button", name="Record progress").click()
        expect(page.get_by_role("region", name="Shipments")).to_contain_text("JJD0001")
        keep(page, "order-with-a-sign.png")
        look_at(page, ("/admin/catalog/customproduct/", address, f"/admin/orders/order/{order.pk}/change/"))
