"""A checkout says how to mail and how to pay; one without a body, as on the page, only where that is the same."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User

from backoffice.accounts.models import Shop
from backoffice.engine.models import Integration, Push
from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.making import CHECK_OUT
from tests.cards.campaign_steps import CHECKOUT, prepared, strike
from tests.cards.conftest import cards_paid, charges, confirm, settle
from tests.flows.conftest import work_off

Make = Callable[..., MailCampaign]
CHOICES = [
    {"speed": "ExpeditedFaster"},
    {"postage": "FirstClass"},
    {"hold_until": date(2027, 3, 1)},
    {"auto_bill": True},
]
each_choice = pytest.mark.parametrize("change", CHOICES, ids=["speed", "postage", "day", "saved method"])

pytestmark = pytest.mark.usefixtures("short_pauses")


@pytest.mark.parametrize("kind", ["", "cut_before", "cut_after", "hang_after"])
def test_a_vendor_that_takes_only_what_its_page_shows_gets_that(
    kind: str, sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, payer: User, settings
) -> None:
    vendor.options.change(recipients_taken="array", checkout_body="refused")
    campaign = prepared(fill(2))
    assert (campaign.state, campaign.accepted) == (CampaignState.PROOFED, 2)
    if kind:  # the first one is refused, the second has no body
        more = {"seconds": 0.5} if kind == "hang_after" else {}
        strike(sandbox, CHECKOUT, kind, settings, nth=[2], **more)
    confirm(campaign, payer)
    work_off()
    if kind == "cut_before":
        confirm(campaign, payer)
        work_off()
    settle(sandbox, campaign)
    assert campaign.state == CampaignState.PAID
    assert charges(vendor) == ["5.60"]
    assert cards_paid(vendor) == ["Doe0", "Doe1"]
    assert Integration.objects.get(vendor="lettrlabs").experience == {"recipients": "array"}

    vendor.ledger.requests.clear()
    Shop.objects.update(card_pause_days=0)
    prepared(fill(1))
    assert vendor.ledger.total("PUT v1/order/{id}/recipients") == 1, "it is known by now what the vendor takes"


@each_choice
def test_no_checkout_goes_without_the_choices_that_were_agreed(
    change: dict[str, Any], sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, payer: User
) -> None:
    vendor.options.change(checkout_body="refused")
    campaign = prepared(fill(2, **change))
    confirm(campaign, payer)
    work_off()
    campaign.refresh_from_db()
    assert charges(vendor) == []
    assert vendor.ledger.total("POST v1/order/{id}/checkout") == 1
    assert "The request has to be empty." in Push.objects.get(kind=CHECK_OUT).cause


@each_choice
def test_a_checkout_without_a_body_is_no_rule_for_the_next_campaign(
    change: dict[str, Any], sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, payer: User
) -> None:
    """Once one was taken: what was chosen for the next campaign is sent all the same, and none goes without it."""
    vendor.options.change(checkout_body="refused")
    first = confirm(prepared(fill(1)), payer)
    work_off()
    assert settle(sandbox, first).state == CampaignState.PAID
    Integration.objects.update(experience={"checkout": "none"})  # as an earlier release kept it
    Shop.objects.update(card_pause_days=0)
    vendor.ledger.requests.clear()

    second = confirm(prepared(fill(2, **change)), payer)
    work_off()
    second.refresh_from_db()
    assert second.state == CampaignState.PROOFED
    assert "The request has to be empty." in second.problem
    assert vendor.ledger.total("POST v1/order/{id}/checkout") == 1
    assert charges(vendor) == ["2.80"]

    vendor.options.change(checkout_body="wanted")
    confirm(second, payer)
    work_off()
    settle(sandbox, second)
    order = vendor.store.orders[int(second.vendor_id)]
    agreed = {"postageType": second.postage, "productionSpeed": second.speed}
    assert {name: order[name] for name in agreed} == agreed
    assert (order.get("holdUntilDate") is None) == (second.hold_until is None)
    assert vendor.ledger.of_kind("charge")[-1]["auto_bill"] is second.auto_bill


def test_a_price_that_cannot_be_compared_is_no_reason_to_pay(
    sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, payer: User
) -> None:
    """The price without any choice is refused: so is the checkout, in the words of its own refusal."""
    vendor.options.change(checkout_body="refused")
    campaign = prepared(fill(1))
    confirm(campaign, payer)
    # The first one is read before the checkout, with the choices.
    sandbox.faults.add("status", method="GET", path=r"/checkout$", nth=[2], status=400, body='{"errors": ["No."]}')
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.problem) == (CampaignState.PROOFED, "The request has to be empty.")
    assert charges(vendor) == []
