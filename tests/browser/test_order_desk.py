"""A day at the order desk, in a browser: by mouse, by keyboard, on a telephone, with names that hurt."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.models import Heartbeat
from orders.models import HoldReason, Order
from orders.services.lifecycle import hold_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser

WIDTHS = (390, 768, 1440, 2560)
NAMES = (
    ("<img src=x onerror=alert(1)>", "O'Neil & <b>Söhne</b>"),
    ("محمد", "الأحمد"),
    ("Wolfeschlegelsteinhausenbergerdorff" * 3, "welchevoralternwarengewissenhaftschaferswessen" * 2),
)


def held_order() -> Order:
    order = make_order(customer_firstname="Jana", customer_lastname="Größer")
    return hold_order(order, reason=HoldReason.MANUAL, text="Waits for the motif.", actor="tom")


def sideways(page: Page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_a_need_on_the_home_page_leads_to_its_order(page: Page) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    order = held_order()
    page.reload()
    group = page.get_by_role("region", name="Held: held by a person")
    expect(group).to_contain_text("Waits for the motif.")
    group.get_by_role("link", name=order.number).first.click()
    expect(page.get_by_role("heading", name=order.number, level=2)).to_be_visible()


def test_an_order_is_cancelled_only_after_a_page_that_names_it(page: Page) -> None:
    order = make_order(customer_firstname="Jana")
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    page.get_by_role("link", name="Cancel the order").click()
    expect(page.get_by_role("heading", name=f"Cancel order {order.number}?", level=2)).to_be_visible()
    page.get_by_label("Reason").fill("Ordered twice.")
    page.get_by_role("button", name=f"Cancel {order.number} (€189.00)").click()
    expect(page.get_by_text(f"Order {order.number} is cancelled.")).to_be_visible()
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("Ordered twice.")
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_the_list_is_worked_by_keyboard_alone(page: Page) -> None:
    orders = [make_order(customer_firstname=f"Customer {number}") for number in range(3)]
    page.goto("/admin/orders/order/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.get_by_role("region", name="Marked orders")).to_contain_text("1 marked")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.split('/admin')[0]}/admin/orders/order/{orders[2].pk}/change/")
    page.go_back()
    page.keyboard.press("/")
    page.keyboard.type("SHOP")
    expect(page.get_by_role("searchbox", name="Search orders")).to_have_value("SHOP")


def test_the_first_tab_skips_the_menu(page: Page) -> None:
    page.goto("/admin/orders/order/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#content') !== null")


def test_many_orders_are_held_after_a_preview(page: Page) -> None:
    make_order()
    cancelled = make_order(state="cancelled")
    page.goto("/admin/orders/order/")
    page.get_by_label("Mark all on this page").check()
    page.get_by_role("button", name="Hold …").click()
    expect(page.get_by_role("heading", name="Hold 1 order", level=2)).to_be_visible()
    expect(page.locator(".verdicts").last).to_contain_text(cancelled.number)
    page.get_by_label("Reason").fill("Inventory")
    page.get_by_role("button", name="Hold 1 order").click()
    expect(page.get_by_text("1 order held")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_name_breaks_the_layout_at_any_width(page: Page, theme: str) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    for first, last in NAMES:
        order = make_order({"name": last * 4}, customer_firstname=first[:100], customer_lastname=last[:100])
        order.addresses.update(firstname=first[:200], lastname=last[:200], street="Straße" * 30)
        hold_order(order, reason=HoldReason.MANUAL, text=last * 3, actor="tom")
    page.evaluate("theme => localStorage.setItem('adminTheme', JSON.stringify(theme))", theme)
    for address in ("/admin/", "/admin/orders/order/", f"/admin/orders/order/{order.pk}/change/"):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(address)
            assert sideways(page) <= 0, (address, width)


def test_the_suggested_street_is_filled_in_by_one_press(page: Page) -> None:
    order = make_order()
    order.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    page.goto(f"/admin/orders/order/{order.pk}/address/recipient/")
    page.get_by_role("button", name="Fill it in").click()
    expect(page.locator("#id_street")).to_have_value("Straße der Pariser Kommune")
    expect(page.locator("#id_care_of")).to_have_value("Hinterhaus 3")
