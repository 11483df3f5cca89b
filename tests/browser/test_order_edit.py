"""Editing an order in a browser: what changes is compared while typing, lines come and go, nothing typed is lost."""

import pytest
from playwright.sync_api import Page, expect

from orders.models import Order
from tests.api.storefront import CARD, make_catalog
from tests.orders.editing.desk import edited_order

pytestmark = pytest.mark.browser


def edit_page(page: Page, order: Order, *, field: str = "") -> None:
    page.goto(f"/admin/orders/order/{order.pk}/edit/?field={field}")


def test_a_line_is_added_and_another_removed_with_the_totals_beside(page: Page) -> None:
    make_catalog()
    order = edited_order({}, {})
    edit_page(page, order)
    side = page.get_by_role("complementary", name="Changes")
    page.get_by_role("group", name="Line L2").get_by_label("Remove").check()
    expect(side).to_contain_text("€258.00 → €129.00")
    page.get_by_role("button", name="Add a line").click()
    new = page.get_by_role("group", name="New line")
    new.get_by_label("SKU").fill(CARD)
    new.get_by_label("Quantity").fill("200")
    new.get_by_label("Unit price").fill("1.20")
    new.get_by_label("Print file at this address").fill("https://files.example.com/b.pdf")
    expect(side).to_contain_text("€258.00 → €369.00")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is saved. Status: new.")).to_be_visible()
    assert list(order.lines.values_list("quantity", flat=True)) == [100, 200]


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_page_is_no_wider_than_its_window(page: Page, width: int) -> None:
    make_catalog()
    order = edited_order({"name": "Wolfeschlegelsteinhausenbergerdorff" * 6}, customer_lastname="x" * 100)
    page.set_viewport_size({"width": width, "height": 900})
    edit_page(page, order)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_what_was_sent_and_not_saved_is_compared_again_and_not_lost_by_leaving(page: Page) -> None:
    make_catalog()
    order = edited_order({})
    edit_page(page, order)
    page.get_by_role("group", name="Line L1").get_by_label("Quantity").fill("200")
    Order.objects.filter(pk=order.pk).update(revision=7)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Someone else has saved this order in the meantime.")).to_be_visible()
    expect(page.get_by_role("complementary", name="Changes")).to_contain_text("€129.00 → €258.00")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.mouse.click(1, 1)  # a browser asks only on pages that somebody has touched
    page.get_by_role("link", name="Cancel").click()
    page.wait_for_url("**/change/")
    assert asked == ["beforeunload"]
