"""A complaint in a browser: photos, claims, refunds, returned parcels."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from orders.complaints.models import Complaint, Refund
from orders.models import Order
from tests.api.storefront import Storefront, build_order, make_catalog, make_storefront
from tests.browser.conftest import sign_in
from tests.orders.complaints.conftest import complain, deliver, one_line, picture

pytestmark = pytest.mark.browser


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
    clerk.get_by_label("Customer's description").fill("The ink leaks.")
    files = [{"name": f"{n}.jpg", "mimeType": "image/jpeg", "buffer": picture(n)} for n in ("red", "blue")]
    clerk.get_by_label("Photos").set_input_files(files)  # type: ignore[arg-type]
    clerk.get_by_role("button", name="Save and refund").click()
    expect(clerk.get_by_role("link", name="Photo")).to_have_count(2)
    clerk.get_by_role("button", name="Record the refund").click()
    clerk.get_by_role("button", name="Record as paid").click()
    expect(clerk.get_by_role("region", name="Claim text")).to_contain_text("The ink leaks.")
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
