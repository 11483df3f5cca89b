"""Nothing typed is lost, and nothing is kept twice: comments in a browser."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Page, expect

from backoffice.accounts.models import Shop
from backoffice.mail.models import Mail, MailTemplate
from backoffice.mail.services.choices import choose_for_shop
from orders.conversation.models import Comment
from tests.orders.rows import make_order

pytestmark = pytest.mark.browser


def test_a_comment_being_typed_outlasts_an_assignee_a_reload_and_another_tab(page: Page, staff: User) -> None:
    order = make_order()
    address = f"/admin/orders/order/{order.pk}/change/"
    page.goto(address)
    page.get_by_role("textbox", name="Comment").fill("Gift wrapping, please")
    page.get_by_label("Assigned to").select_option(str(staff.pk))
    page.get_by_role("region", name="Assignment and tags").get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("Gift wrapping, please")
    page.reload()
    expect(page.get_by_text("Draft saved in this browser").first).to_be_visible()
    other = page.context.new_page()
    other.goto(address)
    expect(other.get_by_role("textbox", name="Comment")).to_have_value("Gift wrapping, please")
    # Both tabs send the same draft: it is one comment.
    for tab in (page, other):
        tab.get_by_role("button", name="Comment", exact=True).click()
        expect(tab.get_by_text("The comment is saved.")).to_be_visible()
        expect(tab.get_by_role("textbox", name="Comment")).to_have_value("")
    other.close()
    order.refresh_from_db()
    assert order.assignee == staff
    assert [comment.text for comment in Comment.objects.all()] == ["Gift wrapping, please"]
    page.reload()
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("")


def test_a_draft_outlasts_a_server_that_fails(page: Page) -> None:
    order = make_order()
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    page.get_by_role("textbox", name="Comment").fill("Not lost")
    page.route("**/comments/", lambda route: route.abort())
    page.get_by_role("button", name="Comment", exact=True).click()
    page.unroute("**/comments/")
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    expect(page.get_by_role("textbox", name="Comment")).to_have_value("Not lost")
    assert not Comment.objects.exists()


def test_people_are_mentioned_by_keyboard(page: Page) -> None:
    User.objects.create_superuser("tom", first_name="Tomás", last_name="<b>Ruiz</b>")
    order = make_order()
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    box = page.get_by_role("textbox", name="Comment")
    box.press_sequentially("Look, @tom")
    expect(page.get_by_role("button", name="Tomás <b>Ruiz</b>")).to_be_visible()
    box.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("Look, @tom ")
    box.press("Control+Enter")
    expect(page.locator(".mention", has_text="@tom")).to_be_visible()


def test_a_customer_is_written_to_from_the_page_of_the_order(page: Page) -> None:
    order = make_order(customer_email="jana@example.com")
    choose_for_shop(order.shop, kinds=["order.message"], sender_name="", reply_to="", actor="mara")
    page.goto(f"/admin/orders/order/{order.pk}/change/")
    page.get_by_text("Write to the customer").click()
    page.get_by_role("textbox", name="Message to the customer").fill("May we shorten your street?")
    page.get_by_role("button", name="Send to jana@example.com").click()
    expect(page.get_by_text("The message is on its way.")).to_be_visible()
    expect(page.locator(".to-customer", has_text="May we shorten your street?")).to_be_visible()
    assert Mail.objects.get().recipient == "jana@example.com"


def test_a_template_is_previewed_while_it_is_typed(page: Page) -> None:
    Shop.objects.create(code="WEB", name="Web")
    page.goto("/admin/mail/shopmail/WEB/order.shipped/en/")
    page.get_by_role("textbox", name="Subject").fill("On its way: {{ refernce }}")
    expect(page.get_by_text("Did you mean “reference”?")).to_be_visible()
    page.get_by_role("textbox", name="Subject").fill("On its way: ")
    page.get_by_role("button", name="reference", exact=True).click()
    expect(page.locator("#mail-preview h3")).to_have_text("On its way: 4711")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The template is saved.")).to_be_visible()
    assert MailTemplate.objects.get().subject_line == "On its way: {{ reference }}"
