"""The same done with many rows, in a browser."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.services.drafting import draft_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from orders.models import HoldReason, Order
from orders.services.lifecycle import hold_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser

TOO_LONG = "Straße der Pariser Kommune, Hinterhaus 3"


def finish(page: Page) -> None:
    """Do what a worker would: a busy machine does not get through while the page waits."""
    page.wait_for_load_state()
    work_job(Job.objects.latest("pk").pk, seconds=120)


def wrong_address(street: str = TOO_LONG, **changes: object) -> Order:
    order = make_order(**changes)
    order.addresses.update(street=street)
    errors = {"recipient.street": ["Too long."]}
    return hold_order(order, reason=HoldReason.BAD_ADDRESS, text="Too long.", errors=errors, actor="system")


def test_what_is_typed_into_the_grid_shows_whether_it_fits(page: Page) -> None:
    order = wrong_address(street="x" * 40)
    page.goto("/admin/orders/order/")
    page.get_by_label("Select all on this page").check()
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
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Select all 45 results").click()
    bar = page.get_by_role("region", name="Selected orders")
    expect(bar).to_contain_text("45 selected")
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
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Select all 45 results").click()
    page.locator("[data-mark]").first.uncheck()
    expect(page.get_by_role("region", name="Selected orders")).to_contain_text("39 selected")
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


@pytest.mark.parametrize("width", [1440, 2560])
def test_each_cell_stands_below_its_head(page: Page, width: int) -> None:
    make_order()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/admin/orders/order/")
    shown = "row => [...row.cells].filter(cell => getComputedStyle(cell).display !== 'none').length"
    assert page.locator("thead tr").evaluate(shown) == page.locator("tbody tr").first.evaluate(shown)
