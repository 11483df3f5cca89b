"""The same done with many rows, in a browser, with the clicks counted."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from backoffice.engine.models import Heartbeat
from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.services.drafting import draft_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from orders.models import HoldReason, Order
from orders.services.lifecycle import hold_order
from tests.browser.hostile import LONG, MARKUP, RTL
from tests.jobs.refusals import refuse
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser

TOO_LONG = "Straße der Pariser Kommune, Hinterhaus 3"
WIDTHS = (1440, 768, 390)


class Clicks:
    """Presses things and counts them."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, place: Locator) -> None:
        place.click()
        self.count += 1


def finish(page: Page) -> None:
    """Do what a worker would: a busy machine does not get through while the page waits."""
    page.wait_for_load_state()
    work_job(Job.objects.latest("pk").pk, seconds=120)


def wrong_address(street: str = TOO_LONG, **changes: object) -> Order:
    order = make_order(**changes)
    order.addresses.update(street=street)
    errors = {"recipient.street": ["Too long."]}
    return hold_order(order, reason=HoldReason.BAD_ADDRESS, text="Too long.", errors=errors, actor="system")


def test_forty_wrong_addresses_are_put_right_in_four_clicks(page: Page) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    orders = [wrong_address(customer_lastname=f"Customer {number}") for number in range(40)]
    page.reload()
    clicks = Clicks()
    clicks.on(page.get_by_role("link", name="Open the list of 40"))
    clicks.on(page.get_by_label("Mark all on this page"))
    clicks.on(page.get_by_role("button", name="Correct addresses …"))
    expect(page.get_by_label(f"Street {orders[0].number}")).to_have_value("Straße der Pariser Kommune")
    expect(page.get_by_label(f"Care of {orders[0].number}")).to_have_value("Hinterhaus 3")
    clicks.on(page.get_by_role("button", name="Save 40 addresses and release"))
    finish(page)
    expect(page.get_by_text("40 addresses corrected")).to_be_visible()
    assert clicks.count == 4
    assert set(Order.objects.values_list("state", flat=True)) == {"released"}
    assert set(Order.objects.values_list("addresses__care_of", flat=True)) == {"Hinterhaus 3"}


def test_what_is_typed_into_the_grid_shows_whether_it_fits(page: Page) -> None:
    order = wrong_address(street="x" * 40)
    page.goto("/admin/orders/order/")
    page.get_by_label("Mark all on this page").check()
    page.get_by_role("button", name="Correct addresses …").click()
    field = page.locator(".grid-field").first
    expect(field).to_contain_text("40/30")
    expect(field).to_have_class("grid-field over")
    page.get_by_label(f"Street {order.number}").fill("Kurze Straße 1")
    expect(field).to_contain_text("14/30")
    expect(field).to_have_class("grid-field")


def test_all_that_is_found_is_selected_beyond_the_page(page: Page) -> None:
    for _count in range(45):
        make_order(tags=["vip"])
    make_order()
    page.goto("/admin/orders/order/?tag=vip")
    page.get_by_label("Mark all on this page").check()
    page.get_by_role("button", name="Select all 45 found").click()
    bar = page.get_by_role("region", name="Marked orders")
    expect(bar).to_contain_text("45 marked")
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Tag …").click()
    page.get_by_label("Tags").fill("urgent")
    page.get_by_role("button", name="Tag 45 orders").click()
    finish(page)
    expect(page.get_by_text("45 orders tagged")).to_be_visible()
    assert Order.objects.filter(tags=["vip", "urgent"]).count() == 45


def test_another_mark_takes_back_that_all_are_selected(page: Page) -> None:
    for _count in range(45):
        make_order()
    page.goto("/admin/orders/order/")
    page.get_by_label("Mark all on this page").check()
    page.get_by_role("button", name="Select all 45 found").click()
    page.locator("[data-mark]").first.uncheck()
    expect(page.get_by_role("region", name="Marked orders")).to_contain_text("39 marked")
    page.get_by_role("button", name="Hold …").click()
    expect(page.get_by_role("heading", name="Hold 39 orders", level=2)).to_be_visible()


def test_a_running_job_is_followed_without_reloading(page: Page) -> None:
    orders = [make_order() for _count in range(3)]
    job = draft_job(JOB_KINDS["orders.hold"], Order.objects.all(), actor="mara")
    JobRow.objects.update(state=RowState.READY)
    Job.objects.update(state=JobState.RUNNING, inputs={"note": "x"}, started_at=timezone.now())
    page.goto(f"/admin/backoffice/job/{job.pk}/change/")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    work_job(job.pk, seconds=30)
    expect(page.get_by_role("heading", name="3 orders held", level=2)).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    assert len(orders) == 3


def test_the_failures_of_a_night_are_sent_again_in_three_clicks(page: Page) -> None:
    for _count in range(28):
        refuse(make_order())
    page.goto("/admin/backoffice/push/failures/")
    clicks = Clicks()
    clicks.on(page.get_by_role("button", name="Send all 28 again"))
    page.get_by_label("Reason").fill("They raised the limit")
    clicks.on(page.get_by_role("button", name="Send 28 requests again"))
    finish(page)
    expect(page.get_by_text("28 requests sent again")).to_be_visible()
    assert clicks.count <= 3


def hostile_job(kind: str) -> Job:
    """Return a preview of orders with names that break layouts."""
    for name in (LONG, MARKUP, RTL):
        order = wrong_address(customer_firstname=name[:100], customer_lastname=name[:100])
        order.addresses.update(firstname=name[:200], lastname=name[:200], company=name[:200], city=name[:200])
    ended = make_order(state="cancelled", customer_lastname=LONG[:100])
    job = draft_job(JOB_KINDS[kind], Order.objects.all(), actor=LONG[:150])
    work_job(job.pk, seconds=30)
    assert ended.pk
    return job


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_name_breaks_the_pages_of_jobs(page: Page, theme: str, staff: User) -> None:
    refuse(make_order(customer_lastname=LONG[:100]), text=LONG * 3)
    grid, hold = hostile_job("orders.correct_addresses"), hostile_job("orders.hold")
    page.evaluate("theme => localStorage.setItem('adminTheme', JSON.stringify(theme))", theme)
    addresses = ["/admin/backoffice/job/", "/admin/backoffice/push/failures/", "/admin/orders/order/"]
    for job in (grid, hold):
        addresses += [f"/admin/backoffice/job/{job.pk}/change/", f"/admin/backoffice/job/{job.pk}/change/?rows=skipped"]
    for address in addresses:
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address)
            excess = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            assert excess <= 0, (address, width)


@pytest.mark.parametrize("width", [1440, 2560])
def test_each_cell_stands_below_its_head(page: Page, width: int) -> None:
    make_order()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/admin/orders/order/")
    shown = "row => [...row.cells].filter(cell => getComputedStyle(cell).display !== 'none').length"
    assert page.locator("thead tr").evaluate(shown) == page.locator("tbody tr").first.evaluate(shown)
