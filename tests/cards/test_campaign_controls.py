"""Controls: without each mechanism of a campaign, its fault would do harm."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.handlers import ReconcileResult
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.conversions import find_conversions
from orders.marketing.services.campaigns.deciding import discard_draft
from orders.marketing.services.campaigns.matching import Matching
from orders.marketing.services.campaigns.paying import Checkout
from orders.marketing.services.campaigns.preparing import Preparation
from tests.cards.campaign_steps import ATTACH, CHECKOUT, CONVERSIONS, CREATE, buy, prepared, strike
from tests.cards.conftest import confirm, settle
from tests.flows.conftest import work_off

Make = Callable[..., MailCampaign]

pytestmark = pytest.mark.usefixtures("short_pauses")


def settle_paid(sandbox: Sandbox, campaign: MailCampaign, payer: User) -> MailCampaign:
    confirm(campaign, payer)
    work_off()
    return settle(sandbox, campaign)


def test_without_reading_back_a_lost_batch_would_be_sent_twice(
    sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, settings, monkeypatch
) -> None:
    """The control of the reading: taken as absent, and blind for doubles, the vendor holds every recipient twice."""
    monkeypatch.setattr(Preparation, "reconcile", lambda self, delivery: ReconcileResult.ABSENT)
    monkeypatch.setattr(Preparation, "_read_back", lambda self: Matching())
    strike(sandbox, ATTACH, "cut_after", settings)
    prepared(fill(2))
    [order] = vendor.store.orders.values()
    assert len(order["recipients"]) == 4


def test_without_comparing_drafts_a_lost_create_would_leave_two(
    sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, settings, monkeypatch
) -> None:
    monkeypatch.setattr(Preparation, "reconcile", lambda self, delivery: ReconcileResult.ABSENT)
    strike(sandbox, CREATE, "cut_after", settings)
    campaign = prepared(fill(1))
    assert len(vendor.store.orders) == 2
    # Harmless even then: it costs nothing, is shown to a person and deleted by a press.
    assert len(campaign.uncertain_ids) == 1
    discard_draft(campaign, campaign.uncertain_ids[0], actor="mara")
    work_off()
    assert [str(key) for key in vendor.store.orders] == [campaign.vendor_id]


def test_without_the_note_of_an_attempt_a_checkout_would_be_repeated_by_itself(
    sandbox: Sandbox, proofed: Make, vendor: LettrlabsApp, payer: User, settings, monkeypatch
) -> None:
    monkeypatch.setattr(Checkout, "_note_attempt", lambda self: None)
    strike(sandbox, CHECKOUT, "cut_before", settings)
    settle_paid(sandbox, proofed(1), payer)
    assert vendor.ledger.total("POST v1/order/{id}/checkout") == 2


def test_without_reading_the_order_a_lost_checkout_would_be_taken_for_unpaid(
    sandbox: Sandbox, proofed: Make, vendor: LettrlabsApp, payer: User, settings, monkeypatch
) -> None:
    monkeypatch.setattr(Checkout, "reconcile", lambda self, delivery: ReconcileResult.BLIND)
    strike(sandbox, CHECKOUT, "cut_after", settings)
    campaign = confirm(proofed(1), payer)
    push = Push.objects.get(kind="orders.check_out_campaign")
    assert deliver(push.pk) == PushState.UNKNOWN
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PAYING


def test_conversions_without_our_number_would_count_twice(
    sandbox: Sandbox, paid: Make, vendor: LettrlabsApp, settings, monkeypatch
) -> None:
    campaign = paid(1)
    buy(campaign, 0)
    monkeypatch.setattr("orders.marketing.services.campaigns.conversions.ConversionToReport", _nameless)
    strike(sandbox, CONVERSIONS, "cut_after", settings)
    find_conversions()
    work_off()
    assert len(vendor.ledger.of_kind("conversion")) == 2


def _nameless(**fields: object) -> object:
    from backoffice.vendors.card_messages import ConversionToReport

    return ConversionToReport(**fields | {"order_id": ""})  # type: ignore[arg-type]
