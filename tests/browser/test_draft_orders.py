"""An order by telephone, and one once more, in a browser: with the clicks counted from the home page."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from catalog.models import Availability
from orders.drafts.models import DraftOrder
from orders.models import Order, OrderState
from orders.services.search import refresh_search
from tests.api.storefront import CARD, PEN, make_catalog
from tests.browser.hostile import LONG
from tests.orders.pdfs import make_pdf
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser

WIDTHS = (390, 768, 1440, 2560)


class Clicks:
    """Counts what a hand does with the mouse; typing and tabbing cost nothing."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def on(self, target: Locator) -> None:
        target.click()
        self.count += 1


def caller() -> Order:
    order = make_order(customer_firstname="Jana", customer_lastname="Größer", customer_email="jana@example.com")
    refresh_search(order)
    return order


def place_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Place the order")


def test_an_order_by_telephone_takes_at_most_ten_clicks(page: Page, tmp_path: Path) -> None:
    caller()
    make_catalog()
    motif = tmp_path / "motif.pdf"
    motif.write_bytes(make_pdf())
    clicks = Clicks(page)
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
    expect(page.get_by_text("Complete. It goes to production at once.")).to_be_visible()
    expect(page.get_by_role("button", name="Place the order, €129.00")).to_be_visible()
    clicks.on(place_button(page))
    expect(page.get_by_role("region", name="Timeline")).to_contain_text("Entered by hand.")
    order = Order.objects.latest("pk")
    assert (order.state, order.lines.get().quantity) == (OrderState.RELEASED, 100)
    assert Push.objects.count() == 1
    assert clicks.count <= 10


def test_an_order_again_takes_two_clicks(page: Page) -> None:
    make_catalog()
    order = make_order({"sku": CARD, "quantity": 100}, state=OrderState.CLOSED)
    refresh_search(order)
    clicks = Clicks(page)
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input-command")).to_be_focused()
    page.keyboard.type(f"again {order.number}")
    clicks.on(page.get_by_role("link", name=f"Order {order.number} again"))
    clicks.on(place_button(page))
    expect(page.get_by_role("region", name="Timeline")).to_contain_text(f"Repeats {order.number}.")
    assert Order.objects.latest("pk").lines.get().unit_price < 2
    assert clicks.count == 2


def test_what_is_typed_is_there_again_though_nobody_saved_it(page: Page) -> None:
    make_catalog()
    Shop.objects.create(code="WEB", name="Web shop")
    page.goto("/admin/orders/draftorder/new/")
    page.get_by_label("E-mail").first.fill("tom@example.com")
    expect(page.get_by_text("Saved", exact=False).first).not_to_have_text("Saved as you type")
    page.wait_for_url("**/change/")
    # Left at once after typing: the browser sends it.
    page.locator("#recipient-street").fill("Nebenweg 7")
    page.goto("/admin/orders/draftorder/")
    page.get_by_role("link", name="tom@example.com").click()
    expect(page.locator("#recipient-street")).to_have_value("Nebenweg 7")


def test_two_people_on_one_draft_are_told_and_lose_nothing(page: Page) -> None:
    make_catalog()
    Shop.objects.create(code="WEB", name="Web shop")
    page = page.context.new_page()  # one on which a refusal is expected
    page.goto("/admin/orders/draftorder/new/")
    page.get_by_label("E-mail").first.fill("tom@example.com")
    page.wait_for_url("**/change/")
    draft = DraftOrder.objects.get()
    DraftOrder.objects.update(version=draft.version + 1, editor="another page", updated_by="clara")
    with page.expect_response(lambda answer: answer.url.endswith("/save/")):
        page.locator("#recipient-street").fill("Nebenweg 7")
    conflict = page.locator("[data-conflict]")
    expect(conflict).to_contain_text("clara saved this draft at")
    page.get_by_role("button", name="Keep mine as a new draft").click()
    expect(conflict).to_be_hidden()
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    page.wait_for_timeout(200)
    assert sorted(row.content["recipient"]["street"] or "" for row in DraftOrder.objects.all()) == ["", "Nebenweg 7"]
    page.close()


def test_limits_prices_and_stock_are_shown_while_typing(page: Page) -> None:
    catalog = make_catalog()
    Availability.objects.create(variant=catalog[PEN], fulfiller_id="1", stock_managed=True, stock_qty=60)
    make_order()
    page.goto("/admin/orders/draftorder/new/")
    street = page.locator("#recipient-street")
    street.fill("Wilhelmshavener Straße 42, Hinterhaus links")
    expect(page.locator(".field", has=page.locator("#recipient-street"))).to_contain_text("43 / at most 30")
    page.get_by_label("Add a product", exact=True).fill(PEN)
    expect(page.get_by_role("option", name=PEN)).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".line-facts")).to_contain_text("60 in stock")
    page.get_by_label("Quantity").fill("70")
    expect(page.locator(".line-quantity")).to_contain_text("is more than is left in stock, 60.")
    page.get_by_label("Quantity").fill("50")
    expect(page.locator(".line-figures")).to_contain_text("€75.00")
    page.get_by_role("button", name="Fill it in").click()
    expect(street).to_have_value("Wilhelmshavener Straße 42")
    expect(page.get_by_label("Care of").first).to_have_value("Hinterhaus links")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_name_makes_the_page_wider_than_its_window(page: Page, theme: str) -> None:
    order = make_order({"name": LONG, "sku": LONG[:100]}, customer_firstname=LONG[:100], customer_lastname=LONG[:100])
    order.addresses.update(firstname=LONG[:200], street=LONG[:200])
    page.evaluate("theme => localStorage.setItem('adminTheme', JSON.stringify(theme))", theme)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/admin/orders/draftorder/new/?again={order.pk}")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, width
