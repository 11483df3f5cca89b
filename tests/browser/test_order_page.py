"""The page of an order in a browser: what is copied, what counts down, how wide it is."""

import pytest
from playwright.sync_api import Page, expect

from fulfillment.models import Shipment
from orders.models import HoldReason, Order, ShipmentState
from orders.services.lifecycle import hold_order, release_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser

STREET = "Straße der Pariser Kommune, Hinterhaus 3"


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
    expect(page.get_by_text(f"Order {order.number} is being sent now.")).to_be_visible()
    expect(timer).to_have_count(0)


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
