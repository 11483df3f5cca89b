"""A card campaign in a browser: from marked orders to the proof, the checkout page and what became of the cards."""

import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from backoffice.engine.models import Heartbeat
from backoffice.sandbox import Sandbox
from orders.marketing.models import MailCampaign
from orders.marketing.services.campaigns.following import follow_campaigns
from tests.cards.conftest import cards_paid, charges, make_draft, make_us_order, sandbox
from tests.flows.conftest import work_off

pytestmark = pytest.mark.browser
__all__ = ["sandbox"]

SCREENS = Path(__file__).parents[2] / "docs" / "screens"


def screen(page: Page, name: str) -> None:
    """Keep what the documentation shows, when it is asked for."""
    if os.environ.get("WRITE_SCREENS") == "1":
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(2000)  # the viewer of PDFs has no event to wait for
        page.screenshot(path=SCREENS / f"{name}.png")


def test_a_campaign_goes_from_marked_orders_to_its_checkout(page: Page, sandbox: Sandbox) -> None:
    sandbox.lettrlabs.options.change(undeliverable_every=5, scan_every=3)
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    for number in range(12):
        make_us_order(number, accepts_letters=number != 3)
    make_draft(name="Spring greetings", template_name="We miss you", template_id=12346)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/admin/orders/order/")
    page.get_by_label("Select all on this page").check()
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Add to card campaign …").click()
    expect(page.locator(".verdicts").last).to_contain_text("does not accept letters")
    page.get_by_role("button", name="Add 11 recipients").click()
    expect(page.get_by_role("heading", name="Spring greetings", level=2)).to_be_visible()
    screen(page, "card-campaign-draft")

    page.get_by_role("button", name="Request proof and price").click()
    work_off()
    page.reload()
    expect(page.get_by_role("region", name="Proof")).to_be_visible()
    expect(page.get_by_role("region", name="Price")).to_contain_text("$30.80")
    screen(page, "card-campaign")

    page.get_by_role("link", name="Check out …").click()
    expect(page.get_by_role("button", name="Send 11 cards, $30.80")).to_be_visible()
    screen(page, "card-checkout")
    assert charges(sandbox.lettrlabs) == []
    page.get_by_role("button", name="Send 11 cards, $30.80").click()
    work_off()
    for seconds in (4, 60):
        sandbox.advance(seconds)
        follow_campaigns(at_once=True)
    assert charges(sandbox.lettrlabs) == ["30.80"]
    assert len(cards_paid(sandbox.lettrlabs)) == 11
    campaign = MailCampaign.objects.get()
    page.goto(f"/admin/orders/mailcampaign/{campaign.pk}/change/")
    expect(page.get_by_role("region", name="Results")).to_contain_text("Delivered")
    screen(page, "card-results")
    page.get_by_role("region", name="Recipients").get_by_role("link", name="undeliverable").click()
    expect(page.locator("table.recipients tbody tr")).to_have_count(2)
