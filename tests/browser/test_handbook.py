"""The handbook in a browser: the "?" opens the section of its page, and pages can be read at every width."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import ask_axe, look
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser


def test_the_question_mark_of_an_order_opens_its_section(page: Page) -> None:
    page.goto(f"/admin/orders/order/{make_order().pk}/change/")
    link = page.get_by_role("banner").get_by_role("link", name="Handbook: Read an order's page")
    with page.context.expect_page() as opened:
        link.click()
    handbook = opened.value
    handbook.wait_for_load_state()
    assert handbook.url.endswith("/admin/handbook/order-desk/#order-page")
    expect(handbook.get_by_role("heading", name="Read an order's page")).to_be_in_viewport()
    handbook.close()


def test_a_page_is_read_searched_and_turned(page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto("/admin/handbook/")
    assert [*look(page, whole=True), *ask_axe(page, whole=True)] == []
    page.keyboard.press("/")
    page.keyboard.type("keyboard shortcuts")
    page.get_by_role("searchbox", name="Search the handbook").fill("snoozes")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Keyboard shortcuts", exact=True).click()
    expect(page.get_by_role("heading", name="Keyboard shortcuts", exact=True)).to_be_in_viewport()
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("banner").get_by_role("heading", level=1)).to_have_text("A day at the order desk")
    assert said == []


def test_on_a_telephone_the_text_comes_first_and_the_contents_below(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/admin/handbook/")
    expect(page.locator(".handbook-text > p").first).to_be_in_viewport()
    contents = page.get_by_role("navigation", name="Contents of the handbook")
    expect(contents).not_to_be_in_viewport()
    page.get_by_role("link", name="Contents", exact=True).click()
    expect(contents).to_be_in_viewport()
