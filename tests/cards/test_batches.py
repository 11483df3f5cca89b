"""Recipients are handed over in batches, which their vendor appends; one that replaces them stops before it is paid."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from backoffice.engine.models import Push
from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from backoffice.vendors.lettrlabs.adapter import LettrLabs
from orders.marketing.models import CampaignState, CardState, MailCampaign
from orders.marketing.services.campaigns.recipients import add_to_campaign
from tests.cards.campaign_steps import ATTACH, prepared, strike
from tests.cards.conftest import charges, confirm, make_us_order
from tests.flows.conftest import work_off

Make = Callable[..., MailCampaign]

pytestmark = pytest.mark.usefixtures("short_pauses")


@pytest.fixture(autouse=True)
def _two_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LettrLabs, "MAX_RECIPIENTS", 2)


@pytest.mark.parametrize("kind", ["", "cut_before", "cut_after"])
def test_a_vendor_that_replaces_recipients_stops_a_campaign_of_several_batches(
    kind: str, sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, settings
) -> None:
    vendor.options.change(recipients_put="replace")
    if kind:
        strike(sandbox, ATTACH, kind, settings, nth=[2])
    campaign = prepared(fill(5))
    assert campaign.state == CampaignState.STUCK
    assert campaign.problem == (
        "LettrLabs replaced the recipients sent first by those sent last: there, a campaign can have at most 2 "
        "recipients. Revert to draft and divide the campaign."
    )
    assert not campaign.recipients.filter(state=CardState.UNDELIVERABLE).exists()
    assert not Push.objects.open().exists()

    assert prepared(campaign).state == CampaignState.STUCK, "however often it is tried"


@pytest.mark.parametrize("kind", ["", "cut_before", "cut_after"])
def test_batches_that_are_appended_are_all_there(
    kind: str, sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, settings
) -> None:
    if kind:
        strike(sandbox, ATTACH, kind, settings, nth=[2])
    campaign = prepared(fill(5))
    assert (campaign.state, campaign.submitted, campaign.accepted) == (CampaignState.PROOFED, 5, 5)
    [order] = vendor.store.orders.values()
    assert sorted(row["personal"]["lastName"] for row in order["recipients"]) == [f"Doe{number}" for number in range(5)]


def test_a_vendor_that_replaces_recipients_takes_a_campaign_of_one_batch(fill: Make, vendor: LettrlabsApp) -> None:
    vendor.options.change(recipients_put="replace")
    campaign = prepared(fill(2))
    assert (campaign.state, campaign.accepted) == (CampaignState.PROOFED, 2)


def test_whom_the_vendor_leaves_out_of_a_batch_without_a_word_is_not_taken_for_replaced(
    fill: Make, vendor: LettrlabsApp
) -> None:
    vendor.options.change(name_undeliverable=False, bad_zips=["99999"])
    campaign = fill(0)
    for number in range(5):
        order = make_us_order(number, address={"zip": "99999"} if number == 1 else {})
        add_to_campaign(order, campaign_id=campaign.pk, actor="mara")
    prepared(campaign)
    assert (campaign.state, campaign.submitted, campaign.accepted) == (CampaignState.PROOFED, 5, 4)
    assert campaign.recipients.get(state=CardState.UNDELIVERABLE).lastname == "Doe1"


def test_batches_in_a_spelling_of_their_own_are_not_taken_for_replaced(
    fill: Make, vendor: LettrlabsApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def garbled(recipient: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        return {**recipient, "personal": {"firstName": "?", "lastName": "", "toOrganization": "", "salutation": ""}}

    vendor.options.change(spell_addresses=True)
    monkeypatch.setattr("backoffice.sandbox.lettrlabs.cards.spelled", garbled)
    campaign = prepared(fill(5))
    assert (campaign.state, campaign.submitted, campaign.accepted) == (CampaignState.PROOFED, 5, 5)


def test_a_recipient_whom_somebody_took_out_at_the_vendor_is_missed_before_paying(
    proofed: Make, vendor: LettrlabsApp, payer: User
) -> None:
    """Else the campaign comes back from each checkout, and each preparation finds nothing wrong."""
    campaign = confirm(proofed(2), payer)
    [order] = vendor.store.orders.values()
    order["recipients"].pop()
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, charges(vendor)) == (CampaignState.PROOFED, [])
    prepared(campaign)
    assert campaign.state == CampaignState.STUCK
    assert "Recipients missing from the draft at the vendor: 1." in campaign.problem
