import pytest
from playwright.sync_api import Page
from orders.models import Order, HoldReason, OrderAlarm
from orders.services.lifecycle import hold_order
from tests.orders.rows import make_order
from tests.browser.hostile import seed
pytestmark = pytest.mark.browser

def test_shots(page: Page, staff) -> None:
    seed()
    a = make_order(customer_firstname="Jana", customer_lastname="Größer", customer_email="jana@example.com")
    a.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    hold_order(a, reason=HoldReason.VENDOR_REFUSED, text="mypromo refused it.", errors={"recipient.street": ["Too long."]}, actor="vendor:mypromo")
    hold_order(a, reason=HoldReason.BAD_FILE, text="mypromo would cancel it.", errors={"lines[0].files[0]": ["Not a PDF."]}, actor="system")
    b = make_order(customer_firstname="Tom", customer_lastname="Weber")
    hold_order(b, reason=HoldReason.INVALID_INPUT, text="The order breaks limits.", errors={"lines[0].sku": ["NOPE is not in the catalogue."]}, actor="system")
    c = make_order(customer_firstname="Ada"); c.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    d = make_order(customer_firstname="Ida")
    e = OrderAlarm.objects.first().order
    for theme in ("light", "dark"):
        page.evaluate("theme => localStorage.setItem('adminTheme', JSON.stringify(theme))", theme)
        for name, url in {
            "home": "/admin/", "order-a": f"/admin/orders/order/{a.pk}/change/", "order-b": f"/admin/orders/order/{b.pk}/change/",
            "release": f"/admin/orders/order/{c.pk}/release/", "alarm": f"/admin/orders/order/{e.pk}/change/",
            "sets": "/admin/catalog/changeset/", "exports": "/admin/orders/orderexport/", "orders": "/admin/orders/order/",
        }.items():
            page.set_viewport_size({"width": 1440, "height": 900})
            page.goto(url)
            page.screenshot(path=f"/tmp/desk/{name}-{theme}.png")
        page.goto("/admin/orders/order/")
        page.get_by_label("Mark all on this page").check()
        page.get_by_role("button", name="Release …").click()
        page.screenshot(path=f"/tmp/desk/bulk-{theme}.png")
        page.goto("/admin/")
        page.keyboard.press("Control+k")
        page.keyboard.type("pri", delay=30)
        page.wait_for_timeout(2500)
        page.screenshot(path=f"/tmp/desk/palette-{theme}.png")
        page.keyboard.press("Escape")
