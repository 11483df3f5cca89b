"""A complaint in a browser: from the order's page to its replacement, with each press counted."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.complaints.models import Complaint, Refund
from orders.models import Order
from tests.api.storefront import PEN, Storefront, build_order, make_catalog, make_storefront
from tests.browser.conftest import sign_in
from tests.browser.hostile import LONG, RTL
from tests.browser.test_widths import OUTSIDE, OVERRUN, settled_excess
from tests.orders.complaints.conftest import complain, deliver, one_line, picture

pytestmark = pytest.mark.browser
WIDTHS = (2560, 1440, 768, 390)


class Presses:
    """Presses what is given, and counts."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, what: Locator) -> None:
        self.count += 1
        what.click()


@pytest.fixture
def shop(transactional_db: None, settings: Any, tmp_path: Path) -> Storefront:
    settings.MEDIA_ROOT = tmp_path
    make_catalog()
    return make_storefront(tax_percent=19)


def arrive(shop: Storefront, **changes: Any) -> Order:
    answer = shop.place(build_order(**{**one_line(), **changes}))
    assert answer.status_code == 201, answer.content
    return deliver(Order.objects.get(pk=answer.json()["id"]))


@pytest.fixture
def clerk(context: BrowserContext, page: Page, live_server: LiveServer) -> Page:
    """Return a page of somebody who has the rights of the order desk and no others."""
    call_command("setup_groups", verbosity=0)
    user = User.objects.create_user("clara", is_staff=True)
    user.groups.add(Group.objects.get(name="Order desk"))
    sign_in(context, user, url=live_server.url)
    return page


def test_four_presses_lead_from_the_page_of_an_order_to_the_made_replacement(clerk: Page, shop: Storefront) -> None:
    order, press = arrive(shop), Presses()
    clerk.goto(f"/admin/orders/order/{order.pk}/change/")
    press(clerk.get_by_role("link", name="Complaint", exact=True))
    press(clerk.get_by_role("radio", name="Print is wrong"))
    press(clerk.get_by_role("button", name="Save and replace"))
    press(clerk.get_by_role("button", name="Order the replacement (€70.00)"))
    made = Order.objects.get(complaint=True)
    expect(clerk.get_by_role("heading", name=made.number, level=2)).to_be_visible()
    expect(clerk.get_by_role("region", name="Complaints")).to_contain_text(order.number)
    assert (press.count, made.reference) == (4, f"{order.reference}-R1")


def test_two_presses_at_once_order_one_replacement(clerk: Page, shop: Storefront) -> None:
    complaint = complain(arrive(shop), 20)
    clerk.goto(f"/admin/orders/complaint/{complaint.pk}/replace/")
    clerk.get_by_role("button", name="Order the replacement").dblclick()
    expect(clerk.get_by_role("region", name="Timeline")).to_be_visible()
    assert Order.objects.filter(complaint=True).count() == 1


def test_a_complaint_with_photos_is_claimed_refunded_and_settled(clerk: Page, shop: Storefront) -> None:
    order = arrive(shop)
    clerk.goto(f"/admin/orders/complaint/new/{order.pk}/")
    clerk.get_by_role("radio", name="Faulty product").check()
    clerk.get_by_label("What the customer says").fill("The ink leaks.")
    files = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": picture(n)} for n in ("red", "blue")]
    clerk.get_by_label("Photos").set_input_files(files)  # type: ignore[arg-type]
    clerk.get_by_role("button", name="Save and refund").click()
    expect(clerk.get_by_role("link", name="Photo")).to_have_count(2)
    clerk.get_by_role("button", name="Note the refund").click()
    clerk.get_by_role("button", name="Record as paid").click()
    expect(clerk.get_by_role("region", name="Text of the claim")).to_contain_text("The ink leaks.")
    clerk.get_by_role("button", name="Record the claim as sent").click()
    clerk.get_by_label("Credit").fill("7.40")
    clerk.get_by_role("button", name="Accepted").click()
    expect(clerk.get_by_text("settled", exact=True)).to_be_visible()
    complaint = Complaint.objects.get()
    assert (str(complaint.credit), Refund.objects.get().paid_by) == ("7.400", "clara")


def test_a_returned_parcel_is_sent_again_to_another_address(clerk: Page, shop: Storefront) -> None:
    order = arrive(shop)
    clerk.goto(f"/admin/orders/complaint/new/{order.pk}/")
    clerk.get_by_role("radio", name="Parcel returned").check()
    clerk.get_by_label("Parcel", exact=True).select_option(str(order.shipments.get().pk))
    clerk.get_by_role("button", name="Save and replace").click()
    clerk.get_by_label("Street").fill("Neue Straße 7")
    clerk.get_by_role("button", name="Order the replacement").click()
    expect(clerk.get_by_role("region", name="Complaints")).to_be_visible()
    assert Order.objects.get(complaint=True).addresses.get(role="recipient").street == "Neue Straße 7"


def test_long_names_break_no_page_of_complaints(page: Page, shop: Storefront) -> None:
    order = arrive(shop, lines=[{"sku": PEN, "quantity": 100, "unit_price": "1.30", "name": LONG}] * 2)
    Order.objects.filter(pk=order.pk).update(customer_firstname=LONG[:100], customer_lastname=RTL)
    order.addresses.update(street=LONG[:200], city=LONG[:200], company=LONG[:200])
    complaint = complain(order, text=LONG * 8)
    wrong = []
    base = f"/admin/orders/complaint/{complaint.pk}"
    for address in (
        "/admin/orders/complaint/",
        "/admin/orders/complaint/costs/",
        f"/admin/orders/complaint/new/{order.pk}/",
        f"{base}/change/",
        f"{base}/replace/",
        f"/admin/orders/order/{order.pk}/change/",
    ):
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if (excess := settled_excess(page)) > 0:
                wrong.append((address, width, f"{excess} px wider: {page.evaluate(OUTSIDE)}"))
            wrong += [(address, width, cell) for cell in page.evaluate(OVERRUN)[:3]]
    page.set_viewport_size({"width": 1440, "height": 900})
    assert not wrong, "\n".join(map(str, wrong))
