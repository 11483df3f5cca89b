"""A packer's tasks, with the clicks of each counted: papers, scanning, and a telephone in one hand."""

import pytest
from playwright.sync_api import Page, expect

from backoffice.sandbox import Sandbox
from fulfillment.models import Label, ProductionOrder, ProductionShipment
from tests.browser.clicks import Clicks
from tests.browser.test_production_desk import BASE, SCAN, desk, fetched
from tests.flows.conftest import work_off

__all__ = ["desk"]

pytestmark = pytest.mark.browser

GROUP = "Production desk"


def test_orders_are_printed_packed_and_found(page: Page, clicks: Clicks, desk: Sandbox) -> None:
    labelled = ProductionOrder.objects.filter(labels__kind="supplied").distinct().order_by("pk")
    several = [*labelled, ProductionOrder.objects.filter(labels=None).earliest("pk")][:3]
    page.goto("/admin/")
    with clicks.task("papers of three orders: marks and three", most=6):
        clicks.on(page.locator(f"#nav-sidebar-apps a[href='{BASE}/']"))
        for order in several:
            clicks.on(page.locator(f"input[name=order][value='{order.pk}']"))
        clicks.on(page.get_by_role("button", name="Print documents"))
        expect(page.get_by_role("heading", name="Documents for 3 orders")).to_be_visible()
        clicks.on(page.locator(".papers .button.primary"))
        work_off()
        page.reload()
        expect(page.get_by_role("link", name="Open the PDF: pick list, slips, labels")).to_be_visible()

    page.goto(f"{BASE}/")
    with clicks.task("find an order by what was scanned", most=0):
        page.evaluate(SCAN, several[0].labels.earliest("pk").tracking_code)
        expect(page.get_by_role("region", name="Items")).to_be_visible()


def test_parcels_are_confirmed_by_the_scanner_and_no_order_is_a_tracking_code(
    page: Page, clicks: Clicks, desk: Sandbox
) -> None:
    label = fetched()
    bare, following = ProductionOrder.objects.filter(labels=None, has_generic_label=False).order_by("pk")[:2]
    page.goto(f"{BASE}/station/")
    with clicks.task("confirm by scanner", most=0):
        page.keyboard.type(f"{label.tracking_code}\n")
        expect(page.locator(".station-result")).to_have_class("station-result right")
        page.keyboard.press("Control+z")
        expect(page.get_by_role("heading", name="Withdrawn")).to_be_visible()
        page.keyboard.type(f"{bare.vendor_id}\n")
        expect(page.get_by_label("Tracking code")).to_be_focused()
        page.get_by_label("Carrier").select_option("dhl")
        page.get_by_label("Tracking code").focus()
        page.keyboard.type(f"{following.vendor_id}\n")
        expect(page.get_by_text("Scan the code of the parcel's label.")).to_be_visible()
    assert not ProductionShipment.objects.filter(production_order=bare).exists()

    page.set_viewport_size({"width": 390, "height": 844})
    # One whose label is not fetched yet: that page was once wider than a telephone.
    waiting = Label.objects.filter(kind="supplied").exclude(pk=label.pk).first()
    assert waiting is not None
    for address in ("/", "/station/", f"/labels/{waiting.pk}/fetch/"):
        page.goto(BASE + address)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, address
    page.set_viewport_size({"width": 1280, "height": 720})
