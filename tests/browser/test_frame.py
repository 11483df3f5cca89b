"""The frame that all pages share: the keyboard reaches it, screen readers know its parts, telephones show the title."""

import re
import time

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import sign_in

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


def test_enter_in_the_palette_takes_the_first_that_was_found_and_nothing_before(page: Page) -> None:
    field = page.locator("#search-input-command")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_be_visible()
    page.keyboard.type("Complaints")
    first = page.locator("#command-results-list a").first
    expect(first).to_contain_text("Complaints")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/orders/complaint/")


def test_a_slash_searches_in_lists_of_django_s_own(page: Page) -> None:
    page.goto("/admin/backoffice/shop/")
    page.keyboard.press("/")
    expect(page.locator("#searchbar")).to_be_focused()


def test_a_panel_of_a_list_is_closed_by_escape_a_click_elsewhere_and_the_next_one(page: Page) -> None:
    page.goto("/admin/orders/order/")
    filters, columns = (page.locator("details.filter-panel", has_text=name) for name in ("Filters", "Columns"))
    opened = page.locator("details.filter-panel[open]")
    filters.locator("summary").click()
    expect(opened).to_have_count(1)
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    expect(filters.locator("summary")).to_be_focused()
    filters.locator("summary").click()
    columns.locator("summary").click()
    expect(opened).to_have_count(1)
    expect(columns).to_have_attribute("open", "")
    page.locator("h1").click()
    expect(opened).to_have_count(0)


SHIFT = """() => new Promise((done) => {
    let shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => { shift += entry.value; }))
        .observe({type: "layout-shift", buffered: true});
    setTimeout(() => done(shift), 200);
})"""


@pytest.mark.parametrize("path", ["/admin/", "/admin/orders/order/", "/admin/backoffice/integration/"])
def test_nothing_moves_when_fonts_and_scripts_come_late(
    browser: Browser, live_server: LiveServer, staff: User, path: str
) -> None:
    late = browser.new_context(base_url=live_server.url)
    sign_in(late, staff, url=live_server.url)
    page = late.new_page()
    page.route(re.compile(r"\.woff2|staff[^/]*\.js"), lambda route: (time.sleep(0.5), route.continue_()))
    page.goto(path)
    page.wait_for_function("!document.documentElement.hasAttribute('x-cloak')")
    page.evaluate("document.fonts.ready.then(() => null)")
    assert page.evaluate(SHIFT) < 0.001
    late.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_has_its_theme_and_its_menu_before_the_scripts_are_there(page: Page, scheme: str) -> None:
    page.get_by_role("button", name="Show or hide the menu").press("Enter")
    page.emulate_media(color_scheme=scheme)
    held: list[Route] = []
    page.route(re.compile(r"staff[^/]*\.js"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright wants a function
    page.goto("/admin/", wait_until="commit")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    menu, root = page.locator("#nav-sidebar-inner"), page.locator("html")
    expect(menu).to_be_hidden()
    expect(page.locator("#command-results")).to_be_hidden()
    is_dark = "document.documentElement.classList.contains('dark')"
    assert page.evaluate(is_dark) == (scheme == "dark")
    for route in held:
        route.continue_()
    expect(root).not_to_have_attribute("x-cloak", "")
    expect(menu).to_be_hidden()
    assert page.evaluate(is_dark) == (scheme == "dark")
    # What was there before Alpine.js can be changed by it.
    page.keyboard.press("Control+e")
    page.keyboard.press("Control+e")
    page.wait_for_function(is_dark)
    page.keyboard.press("Control+e")
    page.wait_for_function(f"!{is_dark}")
