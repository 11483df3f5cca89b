"""Workers killed (-9) at every write of a campaign: before the call, with the answer in hand, and once recorded."""

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.sending import deliver, end_expired_leases
from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.conversions import find_conversions
from orders.marketing.services.campaigns.making import prepare_campaign
from orders.marketing.services.campaigns.paying import Checkout
from tests.cards.campaign_steps import buy
from tests.cards.conftest import cards_paid, charges, confirm, settle
from tests.flows.conftest import work_off
from tests.fulfillment.test_crash_points import die, forked, plan_death

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]
PATIENCE_SECONDS = 30
LEASE_SECONDS = 1
MOMENTS = ["before", "answered", "recorded"]
Make = Callable[..., MailCampaign]


@pytest.fixture(autouse=True)
def _short_leases(settings: Settings) -> None:
    settings.PUSH_LEASE_SECONDS = LEASE_SECONDS


def crash(kind: str, step: str, point: str) -> None:
    """Take the push and have the worker killed there; then its lease is over."""
    push = Push.objects.get(kind=kind)
    with forked() as is_worker:
        if is_worker:
            plan_death(step, point)
            deliver(push.pk)
    end_leases()


def end_leases() -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not end_expired_leases():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    Push.objects.filter(state=PushState.NEW).update(next_at=timezone.now())


@pytest.mark.parametrize("point", MOMENTS)
@pytest.mark.parametrize("step", ["create", "recipients:1"])
def test_one_draft_with_each_recipient_once_wherever_the_worker_dies(
    step: str, point: str, sandbox: Sandbox, fill: Make, vendor: LettrlabsApp
) -> None:
    campaign = prepare_campaign(fill(2), actor="mara")
    crash("orders.prepare_campaign", step, point)
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.accepted) == (CampaignState.PROOFED, 2)
    [order] = vendor.store.orders.values()
    assert (str(order["id"]), len(order["recipients"])) == (campaign.vendor_id, 2)


@pytest.mark.parametrize("point", [*MOMENTS, "attempted"])
def test_one_charge_wherever_the_worker_dies(
    point: str, sandbox: Sandbox, proofed: Make, vendor: LettrlabsApp, payer: User
) -> None:
    campaign = confirm(proofed(2), payer)
    push = Push.objects.get(kind="orders.check_out_campaign")
    if point == "attempted":
        with forked() as is_worker:
            if is_worker:
                Checkout._pay = lambda self: die()  # type: ignore[method-assign]
                deliver(push.pk)
        end_leases()
    else:
        crash("orders.check_out_campaign", "checkout", point)
    work_off()
    campaign.refresh_from_db()
    if point in ("before", "attempted"):
        assert campaign.state == CampaignState.PROOFED
        assert "nothing was paid" in campaign.problem
        assert vendor.ledger.total("POST v1/order/{id}/checkout") == 0
        confirm(campaign, payer)
        work_off()
    settle(sandbox, campaign)
    assert campaign.state == CampaignState.PAID
    assert charges(vendor) == ["5.60"]
    assert cards_paid(vendor) == ["Doe0", "Doe1"]


@pytest.mark.parametrize("point", MOMENTS)
def test_each_sale_is_counted_once_wherever_the_worker_dies(
    point: str, sandbox: Sandbox, paid: Make, vendor: LettrlabsApp
) -> None:
    campaign = paid(1)
    number = buy(campaign, 0)
    find_conversions()
    row = campaign.conversions.get()
    crash("orders.report_conversions", f"conversions:{row.pk}", point)
    work_off()
    assert [event["order_id"] for event in vendor.ledger.of_kind("conversion")] == [number]
    row.refresh_from_db()
    assert row.exported_at is not None


def test_a_worker_that_was_only_paused_pays_nothing(
    sandbox: Sandbox, proofed: Make, vendor: LettrlabsApp, payer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease is over when it wakes up, and the fence before every request holds it back."""
    campaign = confirm(proofed(1), payer)
    push = Push.objects.get(kind="orders.check_out_campaign")
    pay = Checkout._pay

    def paused(self: Checkout) -> None:
        Push.objects.filter(pk=push.pk).update(lease_until=timezone.now())
        time.sleep(0.01)
        pay(self)

    monkeypatch.setattr(Checkout, "_pay", paused)
    assert deliver(push.pk) is None
    assert vendor.ledger.total("POST v1/order/{id}/checkout") == 0
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PAYING
