"""The inbox in a browser: parts instead of pages, the keys, and what each width shows."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.dashboard.models import Snooze
from backoffice.engine.models import Heartbeat
from orders.models import Enquiry, HoldReason, Order
from orders.services.lifecycle import hold_order
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser
LONG = "<b>Donaudampfschifffahrtsgesellschaft" + "ohneleerzeichen" * 11


@pytest.fixture(autouse=True)
def work(page: Page) -> None:
    """Three held orders and two enquiries; the background work is alive."""
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    for text in ("first", "second", LONG):
        hold_order(make_order(), reason=HoldReason.MANUAL, text=text, actor="system")
    for subject in ("A sign", LONG[:200]):
        Enquiry.objects.create(vendor="sign-customiser", vendor_id=subject[:20], subject=subject)
    page.goto("/admin/")
    page.evaluate("window.here = true")


def chosen(page: Page) -> str:
    return page.locator(".pane-what").inner_text()


def test_a_kind_opens_beside_its_first_item_without_loading_the_page(page: Page) -> None:
    page.get_by_role("link", name="Held by a person").or_(page.locator(".kind a").first).first.click()
    expect(page.locator(".split-list .item")).to_have_count(3)
    expect(page.locator(".pane-what")).to_have_text(Order.objects.order_by("pk")[0].number)
    page.go_back()
    expect(page.locator(".kinds")).to_be_visible()
    assert page.evaluate("window.here") is True


def test_j_and_k_walk_through_the_items_and_show_them(page: Page) -> None:
    numbers = list(Order.objects.order_by("pk").values_list("number", flat=True))
    page.goto("/admin/?kind=held-manual")
    page.evaluate("window.here = true")
    for key, number in (("j", numbers[1]), ("j", numbers[2]), ("k", numbers[1])):
        page.keyboard.press(key)
        expect(page.locator(".pane-what")).to_have_text(number)
        expect(page.locator(".item a[aria-current]")).to_be_focused()
    assert page.evaluate("window.here") is True


def test_escape_leads_back_to_the_kind_that_was_left(page: Page) -> None:
    page.goto("/admin/?kind=held-manual")
    page.keyboard.press("j")
    expect(page.locator(".item a[aria-current]")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".kinds")).to_be_visible()
    expect(page.locator("a[data-part][href*='kind=held-manual']").first).to_be_focused()


def test_a_assigns_to_me_and_e_is_done_with_it(page: Page) -> None:
    page.goto("/admin/?kind=held-manual")
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("is assigned to you")
    expect(page.locator(".scope", has_text="Mine")).to_contain_text("1")
    page.goto("/admin/?kind=enquiries")
    page.keyboard.press("e")
    expect(page.locator(".split-list .item")).to_have_count(1)
    assert Enquiry.objects.get(done_at__isnull=False).done_by == "mara"


def test_s_offers_days_and_the_next_item_follows(page: Page) -> None:
    second = Order.objects.order_by("pk")[1].number
    page.goto("/admin/?kind=held-manual")
    page.keyboard.press("s")
    page.get_by_role("button", name="Tomorrow").click()
    expect(page.locator(".pane-what")).to_have_text(second)
    expect(page.locator(".split-list .item")).to_have_count(2)
    assert Snooze.objects.count() == 1


@pytest.mark.parametrize("path", ["", "orders/order/", "catalog/product/"])
def test_a_question_mark_shows_the_keys_on_every_page(page: Page, path: str) -> None:
    page.goto(f"/admin/{path}")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()


def test_typing_is_never_taken_for_a_key(page: Page) -> None:
    page.goto("/admin/orders/order/")
    page.keyboard.press("/")
    page.keyboard.type("a?e/")
    expect(page.locator("input[data-search]")).to_have_value("a?e/")
    expect(page.locator("#desk-keys")).to_be_hidden()


def test_the_menu_counts_what_is_behind_its_entries(page: Page) -> None:
    expect(page.locator("#nav-sidebar-apps a[href='/admin/']")).to_contain_text("5")
    expect(page.locator("#nav-sidebar-apps a[href='/admin/orders/enquiry/']")).to_contain_text("2")


@pytest.mark.parametrize("width", [390, 768, 1440, 2560])
@pytest.mark.parametrize("query", ["", "?kind=held-manual", "?kind=enquiries&show=unassigned"])
def test_no_width_is_exceeded_by_long_names(page: Page, width: int, query: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"/admin/{query}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#content .desk").evaluate("it => it.scrollWidth <= it.clientWidth + 1")


def test_new_work_appears_while_the_page_is_open(page: Page) -> None:
    Enquiry.objects.create(vendor="sign-customiser", vendor_id="new", subject="Another")
    expect(page.locator(".kind", has_text=re.compile("enquiries", re.IGNORECASE)).locator(".badge")).to_have_text("3")


def test_an_item_is_snoozed_until_a_day_of_ones_own_choice(page: Page) -> None:
    page.goto("/admin/?kind=held-manual")
    page.locator("details.snooze summary").click()
    until = page.get_by_label("Until")
    day = until.get_attribute("max") or ""
    until.fill(day)
    page.get_by_role("button", name="Snooze", exact=True).click()
    expect(page.get_by_text("Snoozed.", exact=True)).to_be_visible()
    assert timezone.localtime(Snooze.objects.get().until).date().isoformat() == day
