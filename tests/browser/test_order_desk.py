"""A day at the order desk, in a browser: by mouse, by keyboard, on a telephone, with names that hurt."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.engine.models import Heartbeat
from orders.models import HoldReason, Order
from orders.services.lifecycle import hold_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser


# Of an element's text against its own background, by WCAG.
CONTRAST = """(element) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
  const light = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(element);
  const [one, other] = [light(style.color), light(style.backgroundColor)].sort((a, b) => b - a);
  return (one + 0.05) / (other + 0.05);
}"""


# Of boxes that share an area, their words; of none, nothing.
OVERLAPPING = """(boxes) => boxes.flatMap((one, place) => boxes.slice(place + 1).filter((other) => {
  const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}).map((other) => one.textContent + " and " + other.textContent))"""


def held_order() -> Order:
    order = make_order(customer_firstname="Jana", customer_lastname="Größer")
    return hold_order(order, reason=HoldReason.MANUAL, text="Waits for the motif.", actor="tom")


def test_a_need_on_the_home_page_leads_to_its_order(page: Page) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    order = held_order()
    page.reload()
    page.get_by_role("link", name="Held: held manually", exact=True).click()
    expect(page.locator(".split")).to_contain_text("Waits for the motif.")
    page.locator(f"a[href='/admin/orders/order/{order.pk}/change/']").first.click()
    expect(page.locator(".order-head")).to_contain_text(order.number)


def test_the_list_is_worked_by_keyboard_alone(page: Page) -> None:
    orders = [make_order(customer_firstname=f"Customer {number}") for number in range(3)]
    page.goto("/admin/orders/order/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="Selected orders")).to_contain_text("1 selected")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.split('/admin')[0]}/admin/orders/order/{orders[2].pk}/change/")
    page.go_back()
    page.keyboard.press("/")
    page.keyboard.type("SHOP")
    expect(page.get_by_role("searchbox", name="Search orders")).to_have_value("SHOP")


@pytest.mark.parametrize("width", [1920, 1440, 390])
def test_what_is_offered_above_the_list_stands_side_by_side(page: Page, width: int) -> None:
    held_order()
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/admin/orders/order/")
    offered = page.locator(".list-actions .button, nav.views > .view")
    expect(offered.filter(has_text="Import orders")).to_be_visible()
    assert offered.evaluate_all(OVERLAPPING) == []


def test_the_first_tab_skips_the_menu(page: Page) -> None:
    page.goto("/admin/orders/order/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#content') !== null")


def test_many_orders_are_held_after_a_preview(page: Page) -> None:
    make_order()
    cancelled = make_order(state="cancelled")
    page.goto("/admin/orders/order/")
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Hold …").click()
    expect(page.get_by_role("heading", name="Hold 1 order", level=2)).to_be_visible()
    page.get_by_role("link", name="Skipped 1").click()
    expect(page.get_by_role("region", name="What will happen to each row")).to_contain_text(cancelled.number)
    page.get_by_role("textbox", name="Reason").fill("Inventory")
    page.get_by_role("button", name="Hold 1 order").click()
    expect(page.get_by_text("1 order held")).to_be_visible()
    page.get_by_role("link", name="Details and undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undo: 1 order held")).to_be_visible()


def test_the_suggested_street_is_filled_in_by_one_press(page: Page) -> None:
    order = make_order()
    order.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    page.goto(f"/admin/orders/order/{order.pk}/address/recipient/")
    page.get_by_role("button", name="Use this address").click()
    expect(page.locator("#id_street")).to_have_value("Straße der Pariser Kommune")
    expect(page.locator("#id_care_of")).to_have_value("Hinterhaus 3")


def test_what_was_taken_in_another_spelling_than_typed_is_not_typed_anew(page: Page) -> None:
    order = make_order()
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    tags = page.get_by_role("textbox", name="Tags")
    tags.fill("vip,  express ,vip")
    page.get_by_role("region", name="Assignment and tags").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(tags).to_have_value("vip, express")
    # What a colleague writes then is shown, and not written over.
    Order.objects.update(tags=["vip"])
    page.reload()
    expect(tags).to_have_value("vip")


def test_what_was_refused_is_there_to_be_corrected(page: Page) -> None:
    order = make_order()
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    tags = page.get_by_role("textbox", name="Tags")
    tags.fill("x" * 41)
    page.get_by_role("region", name="Assignment and tags").get_by_role("button", name="Save").click()
    expect(page.get_by_text("At most 20 tags")).to_be_visible()
    expect(tags).to_have_value("x" * 41)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_red_button_in_a_box_can_be_read(page: Page, theme: str) -> None:
    order = hold_order(make_order(), reason=HoldReason.BAD_FILE, text="", errors={}, actor="system")
    page.evaluate("theme => localStorage.setItem('adminTheme', JSON.stringify(theme))", theme)
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    ratio = page.get_by_role("link", name="Release it anyway").evaluate(CONTRAST)
    assert ratio >= 4.5


def test_choosing_a_file_is_no_error_of_scripts(page: Page) -> None:
    """The page fixture fails on any."""
    order = make_order()
    page.goto(f"/admin/orders/order/{order.pk}/files/{order.lines.get().pk}/0/")
    page.locator("input[type=file]").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-"}
    )
    expect(page.locator("input[type=file]")).to_have_value("C:\\fakepath\\a.pdf")
