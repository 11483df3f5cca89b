"""The frame that all pages share: the keyboard reaches it, screen readers know its parts, telephones show the title."""

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_staff_sign_in_with_name_and_password(page: Page) -> None:
    page.context.clear_cookies()
    page.goto("/admin/")
    page.fill("#id_username", "mara")
    page.fill("#id_password", "a-long-password")
    page.press("#id_password", "Enter")
    page.wait_for_url("**/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")


def test_the_switch_of_the_menu_is_a_button_that_is_not_hidden_from_screen_readers(page: Page) -> None:
    switches = page.get_by_role("button", name="Show or hide the menu")
    expect(switches).to_have_count(1)
    switches.press("Enter")
    expect(page.locator("#nav-sidebar-inner")).to_be_hidden()


def test_header_and_content_are_landmarks_one_each(page: Page) -> None:
    expect(page.get_by_role("banner")).to_have_count(1)
    expect(page.get_by_role("banner").get_by_role("heading", level=1)).to_have_text("Inbox")
    expect(page.get_by_role("main")).to_have_count(1)


@pytest.mark.parametrize("path", ["catalog/changeset/prices/", "catalog/changeset/stock/", "backoffice/push/"])
def test_the_heading_of_a_page_is_its_title_and_fits_a_telephone(page: Page, settings, path: str) -> None:
    settings.MYPROMO_SANDBOX = True
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"/admin/{path}")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(page.title().split(" | ")[0])
    assert heading.evaluate("it => it.lastElementChild.scrollWidth <= it.lastElementChild.clientWidth")
