"""An order by telephone, and one once more, in a browser: with the clicks counted from the home page."""

import pytest
from playwright.sync_api import Page, expect

from backoffice.accounts.models import Shop
from catalog.models import Availability
from orders.drafts.models import DraftOrder
from tests.api.storefront import CARD, PEN, make_catalog
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser


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
    expect(page.locator(".line-quantity")).to_contain_text("is more than the 60 left in stock.")
    page.get_by_label("Quantity").fill("50")
    expect(page.locator(".line-figures")).to_contain_text("€75.00")
    page.get_by_role("button", name="Use this address").click()
    expect(street).to_have_value("Wilhelmshavener Straße 42")
    expect(page.get_by_label("Care of").first).to_have_value("Hinterhaus links")


def test_two_products_chosen_one_upon_the_other_are_two_lines(page: Page) -> None:
    make_catalog()
    make_order()
    page.goto("/admin/orders/draftorder/new/")
    # The server takes its time for the first line.
    page.evaluate("""() => {
        const fetched = window.fetch;
        window.fetch = async (...given) => {
            if (String(given[0]).includes("/line/")) await new Promise((done) => setTimeout(done, 1500));
            return fetched(...given);
        };
    }""")
    for sku in (CARD, PEN):
        page.get_by_label("Add a product", exact=True).fill(sku)
        expect(page.get_by_role("option", name=sku)).to_be_visible()
        page.keyboard.press("Enter")
    lines = page.locator("[data-lines] > li")
    expect(lines).to_have_count(2)
    expect(page.locator("[data-saved]")).to_contain_text("Saved ")
    page.wait_for_url("**/change/")
    page.goto("/admin/orders/draftorder/")
    page.locator("a[data-open]").click()
    expect(lines).to_have_count(2)
