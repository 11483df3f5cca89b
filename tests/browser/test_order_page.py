"""The page of an order in a browser: how many clicks each task takes, what is copied, what counts down."""

import pytest
from playwright.sync_api import Locator, Page, expect

from fulfillment.models import Shipment
from orders.models import HoldReason, Order, OrderState, ShipmentState
from orders.services.lifecycle import hold_order, release_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser

STREET = "Straße der Pariser Kommune, Hinterhaus 3"


class Clicks:
    """Counts the clicks of a task."""

    def __init__(self) -> None:
        self.count = 0

    def on(self, target: Locator) -> None:
        self.count += 1
        target.first.click()


def url(order: Order) -> str:
    return f"/admin/orders/order/{order.pk}/change/"


def order_with_long_street() -> Order:
    order = make_order(customer_firstname="Jana", customer_lastname="Größer")
    order.addresses.update(street=STREET)
    errors = {"recipient.street": ["Too long."]}
    return hold_order(order, reason=HoldReason.BAD_ADDRESS, text="Too long.", errors=errors, actor="shop:WEB")


def shipped_order() -> Order:
    order = release_order(make_order(), actor="tom")
    Shipment.objects.create(
        order=order, vendor_order=order.vendor_orders.get(), vendor_id="1", carrier="dpd", tracking_code="00340001"
    )
    Order.objects.filter(pk=order.pk).update(shipment=ShipmentState.SHIPPED)
    return order


def test_a_wrong_address_is_corrected_and_released_from_the_list_in_two_clicks(page: Page) -> None:
    order, clicks = order_with_long_street(), Clicks()
    page.goto("/admin/orders/order/?hold=bad_address")
    clicks.on(page.get_by_role("link", name=order.number))
    expect(page.get_by_label(f"Street: {len(STREET)} of 30 characters")).to_have_value("Straße der Pariser Kommune")
    clicks.on(page.get_by_role("button", name="Save and release"))
    expect(page.get_by_text("The address is corrected.")).to_be_visible()
    order.refresh_from_db()
    assert (order.state, clicks.count) == (OrderState.RELEASED, 2)


def test_an_order_is_released_in_one_click_and_cancelled_in_two(page: Page) -> None:
    order, release, cancel = make_order(), Clicks(), Clicks()
    page.goto(url(order))
    release.on(page.get_by_role("button", name="Release"))
    expect(page.get_by_text(f"Order {order.number} is released.")).to_be_visible()
    cancel.on(page.get_by_role("link", name="Cancel the order"))
    page.get_by_label("Reason").fill("Ordered twice.")
    cancel.on(page.get_by_role("button", name=f"Cancel {order.number}"))
    expect(page.get_by_role("region", name="Where the order is")).to_contain_text("Cancelled")
    assert (release.count, cancel.count) == (1, 2)


def test_where_an_order_is_stands_at_its_top_and_is_copied_for_the_customer_in_one_click(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    order, clicks = shipped_order(), Clicks()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(url(order))
    where = page.get_by_role("region", name="Where the order is")
    expect(where).to_contain_text("00340001")
    box = where.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 400, "it is seen without scrolling"
    clicks.on(where.get_by_role("button", name="Copy answer for the customer"))
    expect(where.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert order.reference in copied
    assert "DPD 00340001" in copied
    assert clicks.count == 1


def test_an_address_is_copied_as_on_an_envelope(page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(url(make_order()))
    page.get_by_role("button", name="Copy recipient").click()
    expect(page.get_by_role("button", name="Copied recipient")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split("\n")[:2] == ["Jana Größer", "Hauptstraße 42"]


def test_the_seconds_of_the_cooling_off_count_down(page: Page) -> None:
    order = make_order()
    order.shop.cooling_off_seconds = 3700
    order.shop.save()
    release_order(order, actor="tom")
    page.goto(url(order))
    timer = page.get_by_role("timer")
    expect(timer).to_have_text("1:01:30", timeout=15_000)
    page.get_by_role("button", name="Send now").click()
    expect(page.get_by_text(f"Order {order.number} leaves now.")).to_be_visible()
    expect(timer).to_have_count(0)


def test_a_possible_duplicate_is_decided_in_two_clicks(page: Page) -> None:
    first, clicks = make_order(), Clicks()
    order = hold_order(make_order(), reason=HoldReason.POSSIBLE_DUPLICATE, text="", actor="shop:WEB")
    order.holds.update(duplicate_of=first)
    page.goto(url(order))
    clicks.on(page.get_by_role("link", name="Compare both orders"))
    clicks.on(page.get_by_role("button", name=f"Cancel {order.number}"))
    expect(page.get_by_text(f"Order {order.number} is cancelled.")).to_be_visible()
    assert clicks.count == 2


def test_the_timeline_stands_beside_the_lines(page: Page) -> None:
    page.goto(url(make_order()))
    for width in (1440, 2560):
        page.set_viewport_size({"width": width, "height": 900})
        lines = page.get_by_role("region", name="Lines").bounding_box()
        timeline = page.get_by_role("region", name="Timeline").bounding_box()
        assert lines is not None
        assert timeline is not None
        assert timeline["x"] >= lines["x"] + lines["width"]
        assert timeline["y"] < 900


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_state_of_the_page_is_wider_than_its_window(page: Page, theme: str) -> None:
    first = make_order()
    held = [hold_order(make_order(), reason=reason, text="W" * 200, actor="tom") for reason in HoldReason]
    orders = [order_with_long_street(), shipped_order(), *held]
    orders[-1].holds.update(duplicate_of=first)
    page.evaluate("theme => localStorage.setItem('adminTheme', JSON.stringify(theme))", theme)
    for order in orders:
        page.goto(url(order))
        for width in (390, 768, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, (order, width)
