"""A marketer's tasks, with the clicks of each counted: a campaign from audience to cards, letters, enquiries."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from backoffice.mail.models import Mail
from backoffice.mail.services.choices import choose_for_shop
from backoffice.sandbox import Sandbox
from orders.marketing.models import ExportState, MailCampaign, OrderExport
from orders.marketing.services.campaigns.following import follow_campaigns
from orders.models import Enquiry, Order
from tests.browser.clicks import Clicks
from tests.cards.conftest import cards_paid, charges, make_us_order, sandbox
from tests.flows.conftest import work_off
from tests.orders.marketing.conftest import Ask, Make, ask, letters, make, tell

__all__ = ["ask", "letters", "make", "sandbox", "tell"]

pytestmark = pytest.mark.browser

GROUP = "Marketing"


def test_a_campaign_goes_from_its_audience_to_its_cards(page: Page, clicks: Clicks, sandbox: Sandbox) -> None:
    for number in range(8):
        make_us_order(number, accepts_letters=number != 3, total=Decimal(50 if number == 4 else 250))
    # Bought before, and lives in another country.
    make_us_order(5, total=Decimal(250))
    make_us_order(9, total=Decimal(250), address={"country_code": "DE"})
    page.goto("/admin/")
    with clicks.task("campaign from selection to checkout", most=7):
        clicks.on(page.get_by_role("link", name="Card campaigns", exact=True))
        clicks.on(page.get_by_role("link", name="New card campaign"))
        page.get_by_label("Name").fill("Spring greetings")
        page.get_by_label("Template").select_option("We miss you")
        clicks.count += 1
        page.get_by_label("budget").fill("100")
        clicks.on(page.get_by_role("button", name="Save the campaign"))
        found = page.get_by_role("region", name="Recipients")
        expect(found).to_contain_text("7")
        page.get_by_label("Order total at least").fill("100")
        expect(found.get_by_role("button", name="Add 6 recipients")).to_be_visible()
        clicks.on(found.get_by_role("button", name="Add 6 recipients"))
        expect(page.get_by_text("6 recipients were added.")).to_be_visible()
        clicks.on(page.get_by_role("button", name="Request proof and price"))
        work_off()
        page.reload()
        clicks.on(page.get_by_role("link", name="Check out …"))
    assert charges(sandbox.lettrlabs) == []
    with clicks.task("checkout", most=1):
        clicks.on(page.get_by_role("button", name="Send 6 cards, $16.80"))
    work_off()
    for seconds in (4, 60):
        sandbox.advance(seconds)
        follow_campaigns(at_once=True)
    assert len(cards_paid(sandbox.lettrlabs)) == 6
    campaign = MailCampaign.objects.get()
    assert (campaign.template_name, campaign.recipients.count()) == ("We miss you", 6)


def test_letters_are_sent_again_and_an_enquiry_is_answered(
    page: Page, clicks: Clicks, make: Make, ask: Ask, tell: Callable[[], None], letters: Sandbox
) -> None:
    for _count in range(3):
        ask(make())
    OrderExport.objects.update(state=ExportState.REFUSED, text="Outage at the vendor.")
    page.goto("/admin/orders/orderexport/?state=refused")
    with clicks.task("send three letters again", most=3):
        clicks.on(page.get_by_label("Select all on this page"))
        clicks.on(page.get_by_role("button", name="Send again …"))
        clicks.on(page.get_by_role("button", name="Send 3 orders again"))
        expect(page.get_by_text("3 orders are sent with the next batch")).to_be_visible()
    tell()
    assert set(OrderExport.objects.values_list("state", flat=True)) == {ExportState.SENT}
    assert set(letters.autoletter.letters().values()) == {1}

    shop = Order.objects.latest("pk").shop
    choose_for_shop(shop, kinds=["enquiry.reply"], sender_name="", reply_to="", actor="mara")
    Enquiry.objects.create(
        vendor="sign-customiser", vendor_id="1", subject="A sign", name="Ada", email="ada@example.com", shop=shop
    )
    page.goto("/admin/")
    with clicks.task("answer an enquiry", most=3):
        clicks.on(page.get_by_role("main").get_by_role("link", name="Enquiries", exact=True))
        clicks.on(page.get_by_role("region", name="Selected item").get_by_role("link"))
        page.get_by_role("textbox", name="Reply").fill("It can be made in that size.")
        clicks.on(page.get_by_role("button", name="Send the reply"))
        expect(page.get_by_role("region", name="Replies")).to_contain_text("It can be made in that size.")
    assert Mail.objects.get().recipient == "ada@example.com"
