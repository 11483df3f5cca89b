"""A clerk's Monday, with the clicks of each task counted: whatever goes wrong with orders is put right."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from backoffice.engine.models import Push
from backoffice.jobs.models import Job
from backoffice.jobs.services.working import work_job
from fulfillment.models import Shipment
from orders.models import HoldReason, Order, OrderState, ShipmentState
from orders.services.lifecycle import hold_order, release_order
from orders.services.search import refresh_search
from tests.api.storefront import CARD, build_order, make_catalog, make_storefront
from tests.browser.clicks import Clicks
from tests.orders.complaints.conftest import deliver, one_line
from tests.orders.editing.desk import edited_order
from tests.orders.pdfs import make_pdf
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser

GROUP = "Order desk"
TOO_LONG = "Straße der Pariser Kommune, Hinterhaus 3"


def home(page: Page) -> None:
    page.goto("/admin/")


def open_order(page: Page, order: Order) -> None:
    page.goto(f"/admin/orders/order/{order.pk}/change/")


def state_of(order: Order) -> str:
    return Order.objects.values_list("state", flat=True).get(pk=order.pk)


def kind(page: Page, title: str) -> Locator:
    return page.get_by_role("link", name=title, exact=True)


def held_for_its_street(**changes: Any) -> Order:
    order = make_order(**changes)
    order.addresses.update(street=TOO_LONG)
    errors = {"recipient.street": ["Too long."]}
    return hold_order(order, reason=HoldReason.BAD_ADDRESS, text="Too long.", errors=errors, actor="shop:WEB")


def shipped_order(**changes: Any) -> Order:
    order = release_order(make_order(**changes), actor="tom")
    Shipment.objects.create(
        order=order, vendor_order=order.vendor_orders.get(), vendor_id="1", carrier="dpd", tracking_code="00340001"
    )
    Order.objects.filter(pk=order.pk).update(shipment=ShipmentState.SHIPPED)
    refresh_search(order)
    return order


def find(page: Page, text: str) -> None:
    """Type into the palette, which opens by Ctrl K."""
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    page.keyboard.type(text)


def test_one_order_is_explained_corrected_released_and_cancelled(page: Page, clicks: Clicks) -> None:
    wrong, fresh = held_for_its_street(customer_lastname="Größer"), make_order()
    with clicks.task("why is it held?", most=0):
        page.goto("/admin/orders/order/")
        expect(page.get_by_role("row").filter(has_text=wrong.number)).to_contain_text("address", ignore_case=True)

    home(page)
    with clicks.task("correct an address and release", most=2):
        clicks.on(page.get_by_role("link", name="Held: address not accepted by the vendor", exact=True))
        street = page.get_by_label(f"Street: {len(TOO_LONG)} of 30 characters")
        expect(street).to_have_value("Straße der Pariser Kommune")
        clicks.on(page.get_by_role("button", name="Save and release"))
        expect(page.get_by_text("The address is corrected.")).to_be_visible()
    assert state_of(wrong) == OrderState.RELEASED

    home(page)
    clicks.on(kind(page, "Waiting for release"))
    with clicks.task("release the order that is shown", most=1):
        clicks.on(page.get_by_role("button", name="Release"))
        expect(page.get_by_text(f"Order {fresh.number} is released.")).to_be_visible()

    with clicks.task("cancel one", most=2):
        open_order(page, fresh)
        clicks.on(page.get_by_role("link", name="Cancel the order"))
        expect(page.get_by_role("heading", name=f"Cancel order {fresh.number}?", level=2)).to_be_visible()
        page.get_by_role("textbox", name="Reason").fill("Ordered twice.")
        clicks.on(page.get_by_role("button", name=f"Cancel {fresh.number} (€189.00)"))
        expect(page.get_by_role("region", name="Where the order is")).to_contain_text("Cancelled")
        expect(page.get_by_role("region", name="Timeline")).to_contain_text("Ordered twice.")


def test_where_is_my_order_is_answered(page: Page, clicks: Clicks) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": 1440, "height": 900})
    order = shipped_order(customer_phone="+49 30 1000004", customer_lastname="Hopper")
    with clicks.task("where is my order?", most=1):
        home(page)
        # A telephone number in another spelling, and a slip of one letter, find it too.
        find(page, "030 1000004")
        expect(page.get_by_role("link", name=order.number)).to_be_visible()
        page.goto("/admin/orders/order/?q=Hoper")
        expect(page.get_by_role("link", name=order.number, exact=True)).to_be_visible()
        open_order(page, order)
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


def test_forty_wrong_addresses_are_put_right_and_forty_answered_holds_released(page: Page, clicks: Clicks) -> None:
    orders = [held_for_its_street(customer_lastname=f"Customer {number}") for number in range(40)]
    home(page)
    with clicks.task("forty wrong addresses", most=4):
        clicks.on(page.get_by_role("link", name="Open the list of 40"))
        clicks.on(page.get_by_label("Select all on this page"))
        clicks.on(page.get_by_role("button", name="Correct addresses …"))
        expect(page.get_by_label(f"Street {orders[0].number}")).to_have_value("Straße der Pariser Kommune")
        expect(page.get_by_label(f"Care of {orders[0].number}")).to_have_value("Hinterhaus 3")
        clicks.on(page.get_by_role("button", name="Save 40 addresses and release"))
        work(page)
        expect(page.get_by_text("40 addresses corrected")).to_be_visible()
    assert set(Order.objects.values_list("state", flat=True)) == {"released"}
    assert set(Order.objects.values_list("addresses__care_of", flat=True)) == {"Hinterhaus 3"}

    refused, answered = make_order(), make_order()
    for order in (refused, answered):
        hold_order(order, reason=HoldReason.MANUAL, text="Which motif?", actor="clara")
    refused.addresses.update(street="x" * 60)
    home(page)
    with clicks.task("holds that are answered", most=4):
        clicks.on(page.get_by_role("link", name="Open the list of 2"))
        clicks.on(page.get_by_label("Select all on this page"))
        clicks.on(page.get_by_role("button", name="Release …"))
        # What its vendor would refuse is looked at before, and does not go.
        expect(page.get_by_role("link", name="Skipped 1")).to_be_visible()
        clicks.on(page.get_by_role("button", name="Release 1 order"))
        work(page)
    assert (state_of(refused), state_of(answered)) == (OrderState.HELD, OrderState.RELEASED)


def work(page: Page) -> None:
    """Do what a worker would: a busy machine does not get through while the page waits."""
    page.wait_for_load_state()
    work_job(Job.objects.latest("pk").pk, seconds=120)


def place_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Place order")


def test_an_order_is_taken_by_telephone_and_repeated(page: Page, clicks: Clicks, tmp_path: Path) -> None:
    refresh_search(make_order(customer_firstname="Jana", customer_lastname="Größer", customer_email="jana@example.com"))
    make_catalog()
    motif = tmp_path / "motif.pdf"
    motif.write_bytes(make_pdf())
    home(page)
    with clicks.task("take a phone order", most=10):
        clicks.on(page.get_by_role("link", name="New order"))
        expect(page.get_by_label("Find a past customer")).to_be_focused()
        page.keyboard.type("jana")
        clicks.on(page.get_by_role("option", name="jana@example.com"))
        expect(page.locator("#recipient-street")).to_have_value("Hauptstraße 42")
        expect(page.get_by_label("Add a product", exact=True)).to_be_focused()
        page.keyboard.type(CARD)
        clicks.on(page.get_by_role("option", name=CARD))
        expect(page.get_by_label("Quantity")).to_be_focused()
        page.keyboard.type("100")
        with page.expect_file_chooser() as chooser:
            clicks.on(page.get_by_text("Add a print file", exact=True))
        chooser.value.set_files(motif)
        expect(page.get_by_role("link", name="motif.pdf")).to_be_visible()
        expect(page.get_by_text("Complete. It goes to production immediately.")).to_be_visible()
        expect(page.get_by_role("button", name="Place order, €129.00")).to_be_visible()
        clicks.on(place_button(page))
        expect(page.get_by_role("region", name="Timeline")).to_contain_text("Entered by hand.")
    order = Order.objects.latest("pk")
    assert (order.state, order.lines.get().quantity) == (OrderState.RELEASED, 100)
    assert Push.objects.count() == 1

    old = make_order({"sku": CARD, "quantity": 100}, state=OrderState.CLOSED)
    refresh_search(old)
    home(page)
    with clicks.task("order again", most=2):
        find(page, f"again {old.number}")
        clicks.on(page.get_by_role("link", name=f"Order {old.number} again"))
        clicks.on(place_button(page))
        expect(page.get_by_role("region", name="Timeline")).to_contain_text(f"Repeats {old.number}.")
    assert Order.objects.latest("pk").lines.get().unit_price < 2


def test_a_complaint_becomes_a_replacement(page: Page, clicks: Clicks, settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    make_catalog()
    answer = make_storefront(tax_percent=19).place(build_order(**one_line()))
    order = deliver(Order.objects.get(pk=answer.json()["id"]))
    open_order(page, order)
    with clicks.task("complaint and replacement", most=4):
        clicks.on(page.get_by_role("link", name="Complaint", exact=True))
        clicks.on(page.get_by_role("radio", name="Faulty print"))
        clicks.on(page.get_by_role("button", name="Save and replace"))
        clicks.on(page.get_by_role("button", name="Order the replacement (€70.00)"))
        made = Order.objects.get(complaint=True)
        expect(page.get_by_role("heading", name=made.number, level=2)).to_be_visible()
        expect(page.get_by_role("region", name="Complaints")).to_contain_text(order.number)
    assert made.reference == f"{order.reference}-R1"


def test_what_can_only_be_decided_or_edited_is_one_click_from_its_remedy(page: Page, clicks: Clicks) -> None:
    make_catalog()
    unknown = edited_order({"sku": "NOPE"})
    errors = {"lines[0].sku": ["NOPE is not in the catalogue."]}
    hold_order(unknown, reason=HoldReason.INVALID_INPUT, text="", errors=errors, actor="system")
    twin = hold_order(make_order(), reason=HoldReason.POSSIBLE_DUPLICATE, text="", actor="shop:WEB")
    twin.holds.update(duplicate_of=make_order())
    differing = hold_order(make_order(), reason=HoldReason.DIFFERS_AT_VENDOR, text="40 instead of 50", actor="system")

    home(page)
    with clicks.task("incorrect order data", most=3):
        clicks.on(page.get_by_role("link", name="Held: incorrect order data", exact=True))
        clicks.on(page.get_by_role("link", name="Edit line 1"))
        expect(page.get_by_label("SKU").first).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type(CARD)
        clicks.on(page.get_by_role("button", name="Save and release"))
        expect(page.get_by_text("is saved and is being sent to its vendors")).to_be_visible()
    assert state_of(unknown) == OrderState.RELEASED

    home(page)
    with clicks.task("possible duplicate", most=3):
        clicks.on(page.get_by_role("link", name="Held: possible duplicate", exact=True))
        clicks.on(page.get_by_role("link", name="Compare both orders"))
        clicks.on(page.get_by_role("button", name=f"Cancel {twin.number}"))
        expect(page.get_by_text(f"Order {twin.number} is cancelled.")).to_be_visible()

    home(page)
    with clicks.task("mismatch at the vendor", most=3):
        clicks.on(page.get_by_role("link", name="Held: mismatch at the vendor", exact=True))
        clicks.on(page.get_by_role("link", name="Accept what the vendor makes"))
        clicks.on(page.get_by_role("button", name="Release"))
        expect(page.get_by_role("region", name="Timeline")).to_be_visible()
    assert state_of(differing) == OrderState.RELEASED
