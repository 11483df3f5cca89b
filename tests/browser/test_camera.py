"""Bar codes read by a camera: what it films here is a page that we print."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, expect
from pytest_django.live_server_helper import LiveServer
from reportlab.platypus import Spacer

from backoffice.paper.drawing import barcode, make_pdf
from fulfillment.models import ProductionItem, ProductionOrder
from tests.browser.conftest import PATIENCE, WHOLE, sign_in
from tests.fulfillment.conftest import VENDOR

pytestmark = pytest.mark.browser
BASE = "/admin/fulfillment/productionorder"


@pytest.fixture
def order(staff: User) -> ProductionOrder:
    due = timezone.now()
    order = ProductionOrder.objects.create(vendor=VENDOR, vendor_id="4711042", due_at=due, state="pending")
    ProductionItem.objects.create(production_order=order, vendor_id="1", sku="MUG", quantity=2)
    return order


def film(code: str, *, to: Path) -> Path:
    """Write a film of the bar code as it stands on our papers."""
    page = pypdfium2.PdfDocument(make_pdf([Spacer(1, 40), barcode(code)], title=code, margins_mm=(30, 20, 10)))[0]
    paper = page.render(scale=3).to_pil()
    frame = Image.new("RGB", (1280, 720), "white")
    frame.paste(paper.crop((0, 0, min(paper.width, 1280), 720)))
    frame.save(to, "JPEG", quality=92)
    to.write_bytes(to.read_bytes() * 3)
    return to


@pytest.fixture
def filmed(
    browser: Browser, live_server: LiveServer, order: ProductionOrder, tmp_path: Path
) -> Iterator[BrowserContext]:
    """Open a browser whose camera sees the order's bar code, and may be used."""
    camera = film(order.vendor_id, to=tmp_path / "camera.mjpeg")
    device = ["--use-fake-device-for-media-stream", f"--use-file-for-fake-video-capture={camera}"]
    chromium = next((found for name in WHOLE if (found := shutil.which(name))), None)
    if chromium is None:
        pytest.skip("only a browser with windows asks whether it may use the camera")
    own = browser.browser_type.launch(executable_path=chromium, args=["--no-sandbox", *device])
    context = own.new_context(base_url=live_server.url, locale="en-GB", viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE)
    yield context
    own.close()


def test_the_camera_reads_our_paper_and_says_when_it_is_blocked(
    filmed: BrowserContext, live_server: LiveServer, staff: User, order: ProductionOrder
) -> None:
    sign_in(filmed, staff, url=live_server.url)
    page = filmed.new_page()
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(f"{BASE}/station/")
    assert not any("barcode-reader" in address for address in loaded), "nobody has asked for the camera"
    page.get_by_role("button", name="Scan with the camera").click()
    expect(page.get_by_text("The camera is blocked")).to_be_visible()
    page.get_by_role("button", name="Close the camera").click()
    filmed.grant_permissions(["camera"])
    page.get_by_role("button", name="Scan with the camera").click()
    expect(page.get_by_role("heading", name="Order found")).to_be_visible()
    expect(page.locator(".station-result .station-code")).to_have_text(order.vendor_id)
    page.goto(f"{BASE}/")
    page.get_by_role("button", name="Scan with the camera").click()
    page.wait_for_url(f"**{BASE}/{order.pk}/change/")
    assert {address.split("/")[2] for address in loaded if "barcode-reader" in address} == {
        live_server.url.split("/")[2]
    }
