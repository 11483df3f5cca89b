"""A campaign from its recipients to what they buy, as it goes when nothing goes wrong."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone
from pypdf import PdfReader

from backoffice.engine.models import FileDeletion
from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from backoffice.vendors.card_messages import CardOrderReport, RemoteCardState
from orders.marketing.models import CampaignState, CardState, MailCampaign
from orders.marketing.services.campaigns.conversions import find_conversions
from orders.marketing.services.campaigns.following import follow_campaigns
from orders.marketing.services.campaigns.making import cancel_campaign, prepare_campaign, reopen_campaign
from orders.marketing.services.campaigns.recipients import add_to_campaign
from orders.marketing.services.campaigns.reports import apply_card_report
from orders.models import Order
from tests.cards.conftest import cards_paid, charges, confirm, make_draft, make_us_order, settle
from tests.flows.conftest import work_off

Prepare = Callable[..., MailCampaign]


def test_a_campaign_is_prepared_without_paying_anything(proofed: Prepare, vendor: LettrlabsApp) -> None:
    campaign = proofed(3)
    assert (campaign.state, campaign.problem) == (CampaignState.PROOFED, "")
    assert (campaign.submitted, campaign.accepted, campaign.price) == (3, 3, Decimal("8.40"))
    [order] = vendor.store.orders.values()
    assert (str(order["id"]), order["status"], order["templateId"]) == (campaign.vendor_id, "Draft", 12345)
    proof = PdfReader(Path(settings.MEDIA_ROOT) / campaign.proof_path)
    assert len(proof.pages) == 3
    assert all(row.vendor_id and row.state == CardState.ACCEPTED for row in campaign.recipients.all())
    assert charges(vendor) == []


@pytest.mark.parametrize("payment", ["balance", "saved method"])
def test_a_checkout_pays_each_card_once_and_follows_it_to_its_door(
    payment: str, proofed: Prepare, sandbox: Sandbox, vendor: LettrlabsApp, payer: User
) -> None:
    vendor.options.change(undeliverable_every=4, scan_every=2)
    campaign = proofed(4, auto_bill=payment == "saved method")
    confirm(campaign, payer)
    work_off()
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PAYMENT_NEEDED
    settle(sandbox, campaign)
    assert campaign.state == CampaignState.PAID
    assert charges(vendor) == ["11.20"]
    assert vendor.ledger.of_kind("charge")[0]["auto_bill"] is (payment == "saved method")
    settle(sandbox, campaign, seconds=60)
    assert (campaign.state, campaign.charged) == (CampaignState.MAILED, Decimal("11.20"))
    assert (campaign.counts["delivered"], campaign.counts["undeliverable"]) == (3, 1)
    assert sorted(campaign.recipients.values_list("delivery", flat=True)) == ["delivered"] * 3 + ["undeliverable"]
    assert campaign.scans == sum(campaign.recipients.values_list("scans", flat=True)) == 1
    assert cards_paid(vendor) == ["Doe0", "Doe1", "Doe2", "Doe3"]


def test_a_failed_payment_leads_back_to_the_draft_with_its_cause(
    proofed: Prepare, sandbox: Sandbox, vendor: LettrlabsApp, payer: User
) -> None:
    vendor.options.change(payment="fails")
    campaign = confirm(proofed(2), payer)
    work_off()
    settle(sandbox, campaign)
    assert campaign.state == CampaignState.PROOFED
    assert "The payment failed" in campaign.problem
    vendor.options.change(payment="succeeds")
    confirm(campaign, payer)
    work_off()
    settle(sandbox, campaign)
    assert (campaign.state, campaign.problem) == (CampaignState.PAID, "")
    assert charges(vendor) == ["5.60"]


def test_a_payment_is_asked_for_at_the_pace_that_the_vendor_names(
    proofed: Prepare, sandbox: Sandbox, vendor: LettrlabsApp, payer: User
) -> None:
    vendor.options.change(poll_after_seconds=600)
    campaign = confirm(proofed(1), payer)
    work_off()
    before = vendor.ledger.total("GET v1/order")
    sandbox.advance(4)
    follow_campaigns()
    assert vendor.ledger.total("GET v1/order") == before
    MailCampaign.objects.update(poll_at=timezone.now() - timedelta(seconds=1))
    follow_campaigns()
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PAID


def test_a_draft_read_before_the_time_that_the_vendor_named_is_no_failed_payment(
    proofed: Prepare, vendor: LettrlabsApp, payer: User
) -> None:
    """Else somebody who asks by hand is offered to pay a second time."""
    vendor.options.change(poll_after_seconds=600)
    campaign = confirm(proofed(1), payer)
    work_off()
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PAYMENT_NEEDED
    early = CardOrderReport(vendor_id=campaign.vendor_id, state=RemoteCardState.DRAFT, raw_state="Draft")
    apply_card_report(campaign, early)
    assert (campaign.state, campaign.problem) == (CampaignState.PAYMENT_NEEDED, "")
    campaign.poll_at = timezone.now()
    apply_card_report(campaign, early)
    assert campaign.state == CampaignState.PROOFED
    assert "payment failed" in campaign.problem


def test_a_payment_without_end_is_told_to_a_person(
    proofed: Prepare, sandbox: Sandbox, vendor: LettrlabsApp, payer: User
) -> None:
    vendor.options.change(payment="never", settlement_expected_seconds=0)
    campaign = confirm(proofed(1), payer)
    work_off()
    settle(sandbox, campaign)
    assert campaign.state == CampaignState.PAYMENT_NEEDED
    assert "is taking longer" in campaign.problem


def test_who_the_vendor_leaves_out_is_named_before_paying(proofed: Prepare, vendor: LettrlabsApp) -> None:
    campaign = make_draft()
    add_to_campaign(make_us_order(1), campaign_id=campaign.pk, actor="mara")
    add_to_campaign(make_us_order(2, address={"zip": "99999"}), campaign_id=campaign.pk, actor="mara")
    prepare_campaign(campaign, actor="mara")
    work_off()
    campaign.refresh_from_db()
    assert (campaign.submitted, campaign.accepted) == (2, 1)
    refused = campaign.recipients.get(state=CardState.UNDELIVERABLE)
    assert (refused.lastname, refused.said) == ("Doe2", "Address not found by USPS")


@pytest.mark.parametrize(
    ("name", "shape", "proof"),
    [
        ("totalRecipients", "flat", "envelope"),
        ("acceptedRecipients", "nested", "json"),
        ("totalRecipients", "nested", "text"),
        ("acceptedRecipients", "flat", "pdf"),
    ],
)
def test_whatever_the_documents_leave_open_leads_to_the_same_campaign(
    name: str, shape: str, proof: str, proofed: Prepare, vendor: LettrlabsApp
) -> None:
    vendor.options.change(
        accepted_name=name, recipients_shape=shape, proof_as=proof, spell_addresses=True,
        list_shows_creation=False, name_undeliverable=False, templates_listed=False,
    )  # fmt: skip
    campaign = proofed(2)
    assert (campaign.state, campaign.accepted, campaign.price) == (CampaignState.PROOFED, 2, Decimal("5.60"))
    assert campaign.proof_path != ""


def test_more_than_a_thousand_go_in_batches(proofed: Prepare, vendor: LettrlabsApp, monkeypatch) -> None:
    monkeypatch.setattr("backoffice.vendors.lettrlabs.adapter.LettrLabs.MAX_RECIPIENTS", 2)
    campaign = proofed(5)
    assert campaign.accepted == 5
    assert sorted(campaign.recipients.values_list("batch", flat=True)) == [1, 1, 2, 2, 3]
    assert vendor.ledger.total("PUT v1/order/{id}/recipients 200") == 3


def test_a_reopened_campaign_gives_its_draft_up_and_makes_another(proofed: Prepare, vendor: LettrlabsApp) -> None:
    campaign = proofed(2)
    first, proof = campaign.vendor_id, campaign.proof_path
    reopen_campaign(campaign, actor="mara")
    assert FileDeletion.objects.get().path == proof, "it shows somebody's address"
    add_to_campaign(make_us_order(7), campaign_id=campaign.pk, actor="mara")
    prepare_campaign(campaign, actor="mara")
    work_off()
    campaign.refresh_from_db()
    assert campaign.accepted == 3
    assert [str(key) for key in vendor.store.orders] == [campaign.vendor_id] != [first]


def test_a_cancelled_campaign_leaves_nothing_at_the_vendor(proofed: Prepare, vendor: LettrlabsApp) -> None:
    campaign = proofed(2)
    cancel_campaign(campaign, actor="mara")
    work_off()
    assert vendor.store.orders == {}


def bought(number: int, campaign: MailCampaign, *, after: timedelta = timedelta(hours=1), **changes) -> Order:
    """Make an order of that person, so long after the payment; it came in a while ago."""
    moments = {"placed_at": campaign.paid_at + after, "created_at": timezone.now() - timedelta(minutes=10)}
    return make_us_order(number, **moments, **changes)


def test_what_a_recipient_buys_is_told_once_with_our_number(
    proofed: Prepare, sandbox: Sandbox, vendor: LettrlabsApp, payer: User
) -> None:
    campaign = confirm(proofed(3), payer)
    work_off()
    settle(sandbox, campaign)
    by_mail = bought(50, campaign, customer_email="DOE0@example.com")
    by_place = bought(1, campaign, customer_email="other@example.com", address={"street": "2 main st."})
    euros = bought(2, campaign, currency="EUR")
    bought(60, campaign)
    bought(0, campaign, after=timedelta(days=91))
    for _twice in range(2):
        find_conversions()
        work_off()
        MailCampaign.objects.update(orders_seen=0)
    reported = {event["order_id"]: event["revenue"] for event in vendor.ledger.of_kind("conversion")}
    assert reported == {by_mail.number: "189.0", by_place.number: "189.0"}
    assert campaign.conversions.get(order=euros).problem.startswith("Not reported")
    assert campaign.conversions.count() == 3
    follow_campaigns(at_once=True)
    assert set(campaign.conversions.exclude(order=euros).values_list("raw_state", flat=True)) == {"Completed"}
