"""A day at the production desk, in a browser: cards, labels, and the dispatch station by keyboard alone."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as project
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings

from backoffice.engine.models import Heartbeat
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.sandbox.mypromo.pictures import picture_path
from fulfillment.models import Carrier, Label, ProductionItem, ProductionOrder, ProductionShipment
from fulfillment.services.downloads import PRODUCTION_FILES
from fulfillment.services.labels import fetch_label
from fulfillment.services.production_pulling import ProductionPull
from tests.api.storefront import make_variant
from tests.flows.conftest import work_off
from tests.fulfillment.conftest import VENDOR

pytestmark = pytest.mark.browser
BASE = "/admin/fulfillment/productionorder"
KINDS = ("express", "late", "design", "label", "two_labels", "several", "long_names", "complaint", "plain")
# As fast as a scanner types, however busy the machine is.
SCAN = """(code) => { for (const key of [...code, "Enter"]) {
  document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
} }"""
SCREENS = Path(project.BASE_DIR) / "docs" / "screens"


@pytest.fixture
def desk(settings: Settings, tmp_path: Path, staff: User) -> Iterator[Sandbox]:
    """Prepare one production order of each kind, files downloaded, at a sandbox whose time stands still."""
    with running_sandbox(manual_clock=True, rate_limit=0, late_every=0) as sandbox:
        settings.MYPROMO_URL = sandbox.url
        settings.MYPROMO_FULFILLER_CLIENT_ID = "2"
        settings.MYPROMO_FULFILLER_CLIENT_SECRET = "sandbox-fulfiller-secret"
        settings.MYPROMO_FULFILLER_REQUESTS_PER_MINUTE = 60_000
        settings.MEDIA_ROOT = tmp_path / "media"
        Carrier.objects.bulk_create(Carrier(key=key, name=key.upper()) for key in ("dhl", "gls", "ups"))
        for kind in KINDS:
            sandbox.mypromo.examples.make(1, kind=kind)
        ProductionPull(VENDOR).run()
        PRODUCTION_FILES.fetch_due()
        add_pictures(sandbox)
        Heartbeat.objects.create(name="sweep", at=timezone.now())
        yield sandbox


def add_pictures(sandbox: Sandbox) -> None:
    """Add a picture of everything that is to be made to the catalogue."""
    for sku in ProductionItem.objects.values_list("sku", flat=True).distinct():
        variant = sandbox.mypromo.catalogue.find(sku)
        assert variant is not None
        make_variant(sku, image_url=sandbox.url + picture_path(variant.kind.key, variant.colour[2]))


def fetched(kind_index: int = 0) -> Label:
    """Fetch a label of an order with exactly one."""
    label = Label.objects.filter(production_order__labels__isnull=False, kind="supplied").order_by("pk")[kind_index]
    fetch_label(label, actor="mara", dispatch_on=timezone.localdate())
    work_off()
    label.refresh_from_db()
    return label


def keep_screen(page: Page, name: str, *, width: int = 1440, height: int = 1000) -> None:
    """Write the screen for the documents, when WRITE_SCREENS=1."""
    if os.environ.get("WRITE_SCREENS") != "1":
        return
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("document.fonts.ready")
    page.screenshot(path=SCREENS / f"{name}.png")


def test_a_card_of_the_work_list_opens_its_order(page: Page, desk: Sandbox) -> None:
    page.goto(f"{BASE}/")
    expect(page.get_by_role("heading", name="Express")).to_be_visible()
    assert page.locator(".work-card").count() == len(KINDS)
    keep_screen(page, "work-list")
    page.locator(".work-card").first.click(position={"x": 200, "y": 60})
    expect(page.get_by_role("region", name="Items")).to_be_visible()


def test_a_scan_at_the_work_list_opens_its_order_wherever_the_focus_is(page: Page, desk: Sandbox) -> None:
    label = Label.objects.filter(kind="supplied").first()
    page.goto(f"{BASE}/")
    page.evaluate(SCAN, label.tracking_code)
    page.wait_for_url(f"**{BASE}/{label.production_order_id}/change/")
    page.goto(f"{BASE}/")
    page.keyboard.press("/")
    page.keyboard.type("nothing of ours")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No production orders match")).to_be_visible()


def test_fifty_cards_are_of_one_height_and_fill_their_rows(page: Page, desk: Sandbox) -> None:
    first = ProductionOrder.objects.order_by("pk").first()
    due = timezone.now() + timedelta(days=3)
    orders = ProductionOrder.objects.bulk_create(
        ProductionOrder(vendor=VENDOR, vendor_id=f"9{number}", reference=f"R-{number}", state="pending", due_at=due)
        for number in range(50)
    )
    sku = first.items.first().sku
    ProductionItem.objects.bulk_create(
        ProductionItem(
            production_order=order, vendor_id=str(place), sku=sku if number % 2 else "X", quantity=9, name="Mug"
        )
        for number, order in enumerate(orders)
        for place in range(1 + number % 4)
    )
    ProductionOrder.objects.filter(vendor_id__lt="9").update(dispatch="shipped")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{BASE}/")
    assert page.locator(".work-card").count() == 50
    assert page.evaluate("document.querySelector('.work-cards').scrollHeight") < 2800
    boxes = page.evaluate("""() => [...document.querySelectorAll(".work-card")].map((card) => {
        const { top, right, height } = card.getBoundingClientRect();
        return [top, right, height].map(Math.round);
    })""")
    assert len({(top, height) for top, __, height in boxes}) == len({top for top, __, __ in boxes})
    ends = {top: max(right for at, right, __ in boxes if at == top) for top, __, __ in boxes}
    assert len(set(ends.values())) == 1, "no row ends early"


def test_parcels_are_packed_by_keyboard_alone(page: Page, desk: Sandbox) -> None:
    label = fetched()
    page.goto(f"{BASE}/station/")
    expect(page.get_by_label("Scan or type a code")).to_be_focused()
    page.keyboard.type("NONSENSE\n")
    expect(page.get_by_role("heading", name="Unknown code")).to_be_visible()
    expect(page.locator(".station-result")).to_have_class("station-result wrong")
    expect(page.get_by_label("Scan or type a code")).to_be_focused()
    page.keyboard.type(f"{label.production_order.vendor_id}\n")
    expect(page.get_by_role("heading", name="Order found")).to_be_visible()
    page.keyboard.type(f"{label.tracking_code}\n")
    expect(page.locator(".station-result")).to_have_class("station-result right")
    keep_screen(page, "dispatch-station", width=1180, height=900)
    page.keyboard.press("Control+z")
    expect(page.get_by_role("heading", name="Withdrawn")).to_be_visible()
    assert label.production_order.shipments.get().state == "withdrawn"


def test_codes_scanned_in_a_hurry_are_taken_one_after_the_other(page: Page, desk: Sandbox) -> None:
    keys = list(ProductionOrder.objects.order_by("pk").values_list("vendor_id", flat=True))
    page.goto(f"{BASE}/station/")
    for code in ["NONSENSE", keys[0], "NONSENSE-2"]:
        page.keyboard.type(f"{code}\n")
    expect(page.locator(".station-code")).to_have_text("NONSENSE-2")
    expect(page.get_by_label("Scan or type a code")).to_have_value("")


def test_a_code_that_got_no_answer_stands_in_the_field_again(page: Page, desk: Sandbox) -> None:
    page.goto(f"{BASE}/station/")
    page.route("**/station/scan/", lambda route: route.abort())
    page.keyboard.type("1Z777\n")
    expect(page.get_by_role("heading", name="Not sent")).to_be_visible()
    expect(page.get_by_label("Scan or type a code")).to_have_value("1Z777")


def test_a_key_pressed_anywhere_lands_in_the_field(page: Page, desk: Sandbox) -> None:
    page.goto(f"{BASE}/station/")
    page.get_by_role("button", name="Sound").focus()
    page.keyboard.type("1Z42")
    expect(page.get_by_label("Scan or type a code")).to_have_value("1Z42")


def test_an_order_without_label_is_packed_with_an_own_one(page: Page, desk: Sandbox) -> None:
    order = ProductionOrder.objects.filter(labels=None, has_generic_label=False).first()
    page.goto(f"{BASE}/station/")
    page.keyboard.type(f"{order.vendor_id}\n")
    expect(page.get_by_label("Tracking code")).to_be_focused()
    page.get_by_label("Carrier").select_option("dhl")
    page.get_by_label("Tracking code").focus()
    page.keyboard.type("00340434161094042557\n")
    expect(page.get_by_role("heading", name="Packed", exact=True)).to_be_visible()
    expect(page.get_by_label("Scan or type a code")).to_be_focused()
    assert ProductionShipment.objects.get(production_order=order).tracking_code == "00340434161094042557"


def test_undo_runs_out(page: Page, desk: Sandbox) -> None:
    label = fetched()
    page.goto(f"{BASE}/station/")
    page.keyboard.type(f"{label.tracking_code}\n")
    undo = page.locator(".station-words [data-undo]")
    expect(undo).to_be_visible()
    page.evaluate("document.querySelectorAll('[data-undo]').forEach((undo) => { undo.dataset.undo = 1; })")
    expect(undo).to_have_count(0)


def test_the_page_of_an_order_leads_to_its_label_and_names_the_day(page: Page, desk: Sandbox) -> None:
    ProductionOrder.objects.update(shipping_earliest=timezone.now() + timedelta(days=2))
    label = Label.objects.filter(kind="supplied").first()
    page.goto(f"{BASE}/{label.production_order_id}/change/")
    page.get_by_role("link", name="Fetch the label …").click()
    expect(page.get_by_text("The shipping window begins on")).to_be_visible()
    page.get_by_role("button", name="Fetch the label and announce the parcel for today").click()
    expect(page.get_by_text("The label is being fetched; it appears here in a moment.")).to_be_visible()
