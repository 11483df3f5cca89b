"""Whatever becomes of a request: no second card, no second charge, nothing lost; what is left for a person says so."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services import reconcile
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.pushes import decide_push
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from orders.marketing.models import CampaignState, CardConversion, MailCampaign
from orders.marketing.services.campaigns.conversions import find_conversions
from orders.marketing.services.campaigns.deciding import deny_drafts, discard_draft, link_draft
from orders.marketing.services.campaigns.making import CHECK_OUT, cancel_campaign, prepare_campaign
from orders.marketing.services.campaigns.paying import Checkout
from orders.models import Order
from tests.cards.campaign_steps import ATTACH, CHECKOUT, CONVERSIONS, CREATE, buy, prepared, strike
from tests.cards.conftest import cards_paid, charges, confirm, settle
from tests.flows.conftest import work_off

Make = Callable[..., MailCampaign]
# The outcome is unknown to us: of the first the vendor has done it, of the others not, or not yet.
DONE = ("cut_after", "broken_json", "truncated", "empty", "html")
FAULTS = [*((kind, {}) for kind in DONE), ("status_after", {"status": 500}), ("hang_after", {"seconds": 0.5})]
FAULTS += [("cut_before", {}), ("status", {"status": 502}), ("hang", {"seconds": 0.5}), ("late", {"seconds": 0.5})]
REFUSED = [("too_many", {}), ("too_many", {"retry_after": 1})]
every_fault = pytest.mark.parametrize(
    ("kind", "more"), FAULTS + REFUSED, ids=[f"{kind}{more.get('retry_after', '')}" for kind, more in FAULTS + REFUSED]
)

pytestmark = pytest.mark.usefixtures("short_pauses")


@every_fault
@pytest.mark.parametrize("at", [CREATE, ATTACH], ids=["create", "recipients"])
def test_one_draft_with_each_recipient_once(
    at: tuple[str, str], kind: str, more: dict[str, float], sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, settings
) -> None:
    campaign = fill(3)
    strike(sandbox, at, kind, settings, **more)
    prepared(campaign)
    assert (campaign.state, campaign.accepted) == (CampaignState.PROOFED, 3)
    [order] = vendor.store.orders.values()
    assert str(order["id"]) == campaign.vendor_id
    assert sorted(row["personal"]["lastName"] for row in order["recipients"]) == ["Doe0", "Doe1", "Doe2"]
    assert not Push.objects.open().exists()


@every_fault
def test_one_charge_and_each_card_once(
    kind: str, more: dict[str, float], sandbox: Sandbox, proofed: Make, vendor: LettrlabsApp, payer: User, settings
) -> None:
    campaign = proofed(3)
    settings.LETTRLABS_POLL_AFTER = 0.6 if kind == "late" else 0.0
    strike(sandbox, CHECKOUT, kind, settings, **more)
    confirm(campaign, payer)
    work_off()
    campaign.refresh_from_db()
    if kind in ("cut_before", "status", "hang"):
        assert campaign.state == CampaignState.PROOFED
        assert "nothing was paid" in campaign.problem
        assert vendor.ledger.total("POST v1/order/{id}/checkout") == 1
        confirm(campaign, payer)
        work_off()
    settle(sandbox, campaign)
    assert (campaign.state, campaign.problem) == (CampaignState.PAID, "")
    assert charges(vendor) == ["8.40"]
    assert cards_paid(vendor) == ["Doe0", "Doe1", "Doe2"]


@every_fault
def test_each_sale_is_counted_once(
    kind: str, more: dict[str, float], sandbox: Sandbox, paid: Make, vendor: LettrlabsApp, settings
) -> None:
    campaign = paid(2)
    orders = [buy(campaign, number) for number in range(2)]
    strike(sandbox, CONVERSIONS, kind, settings, **more)
    assert find_conversions() == 2
    work_off()
    assert sorted(event["order_id"] for event in vendor.ledger.of_kind("conversion")) == sorted(orders)
    assert not CardConversion.objects.filter(exported_at__isnull=True).exists()


def test_sales_whose_answer_can_never_be_read_are_for_a_person(
    sandbox: Sandbox, paid: Make, vendor: LettrlabsApp, settings
) -> None:
    campaign = paid(1)
    number = buy(campaign, 0)
    sandbox.faults.add("html", vendor="lettrlabs", method="POST", path=CONVERSIONS[1])
    find_conversions()
    deadline = time.monotonic() + 30
    while not Push.objects.filter(needs_attention=True, state=PushState.UNKNOWN).exists():
        assert time.monotonic() < deadline
        Push.objects.update(next_at=timezone.now())
        deliver(Push.objects.get().pk)
    assert [event["order_id"] for event in vendor.ledger.of_kind("conversion")] == [number]
    decide_push(Push.objects.get(), happened=True, actor="mara", reason="seen in their app")
    assert campaign.conversions.get().exported_at is not None


def test_a_batch_that_comes_too_late_is_taken_out_again(
    sandbox: Sandbox, fill: Make, vendor: LettrlabsApp, settings
) -> None:
    campaign = prepared(fill(2))
    [order] = vendor.store.orders.values()
    twins = [{**row, "id": vendor.store.new_id()} for row in order["recipients"]]
    order["recipients"] += twins
    prepared(campaign)
    assert (campaign.state, campaign.accepted) == (CampaignState.PROOFED, 2)
    [order] = vendor.store.orders.values()
    assert len(order["recipients"]) == 2


def test_who_is_held_under_an_unknown_spelling_is_told_by_the_numbers(
    fill: Make, sandbox: Sandbox, vendor: LettrlabsApp, monkeypatch
) -> None:
    def garbled(recipient: dict[str, dict[str, str]]) -> dict[str, dict[str, str]]:
        return {**recipient, "personal": {"firstName": "?", "lastName": "", "toOrganization": "", "salutation": ""}}

    vendor.options.change(spell_addresses=True)
    monkeypatch.setattr("backoffice.sandbox.lettrlabs.cards.spelled", garbled)
    campaign = prepared(fill(2))
    assert (campaign.state, campaign.submitted, campaign.accepted) == (CampaignState.PROOFED, 2, 2)


def test_strangers_in_the_draft_are_for_a_person(fill: Make, sandbox: Sandbox, vendor: LettrlabsApp) -> None:
    campaign = prepared(fill(2))
    [order] = vendor.store.orders.values()
    stranger = {**order["recipients"][0], "id": vendor.store.new_id()}
    stranger["personal"] = {**stranger["personal"], "firstName": "Some", "lastName": "Body"}
    stranger["address"] = {**stranger["address"], "address1": "9 Elsewhere"}
    order["recipients"].append(stranger)
    prepared(campaign)
    assert campaign.state == CampaignState.STUCK
    assert "not in this campaign" in campaign.problem
    assert charges(vendor) == []


def test_a_recipient_that_came_between_the_page_and_the_payment_stops_it(
    proofed: Make, sandbox: Sandbox, vendor: LettrlabsApp, payer: User
) -> None:
    campaign = confirm(proofed(2), payer)
    [order] = vendor.store.orders.values()
    order["recipients"].append({**order["recipients"][0], "id": vendor.store.new_id()})
    work_off()
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PROOFED
    assert "contains 3 recipients instead of 2" in campaign.problem
    assert vendor.ledger.total("POST v1/order/{id}/checkout") == 0


def test_a_price_that_rose_between_the_page_and_the_payment_stops_it(
    proofed: Make, vendor: LettrlabsApp, payer: User
) -> None:
    campaign = confirm(proofed(2), payer)
    vendor.options.change(card_price="3.10")
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, str(campaign.price)) == (CampaignState.PROOFED, "6.20")
    assert "now $6.20 instead of $5.60" in campaign.problem
    assert vendor.ledger.total("POST v1/order/{id}/checkout") == 0


def test_a_campaign_that_is_cancelled_in_the_last_moment_is_not_paid(
    proofed: Make, sandbox: Sandbox, vendor: LettrlabsApp, payer: User, monkeypatch
) -> None:
    campaign = confirm(proofed(1), payer)
    monkeypatch.setattr(Checkout, "_compare", lambda self: cancel_campaign(campaign, actor="tom"))
    work_off()
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.CANCELLED
    assert vendor.ledger.total("POST v1/order/{id}/checkout") == 0
    assert vendor.store.orders == {}


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_worker_whose_clock_is_wrong_waits_for_the_payment_as_long_as_any_other(
    proofed: Make, payer: User, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    campaign = confirm(proofed(1), payer)
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(minutes=minutes))
    assert deliver(Push.objects.get(kind=CHECK_OUT).pk) == PushState.CONFIRMED
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PAYMENT_NEEDED
    assert campaign.poll_seconds - 5 < (campaign.poll_at - database_now()).total_seconds() <= campaign.poll_seconds


def test_a_refused_checkout_is_told_and_nothing_is_paid(
    proofed: Make, sandbox: Sandbox, vendor: LettrlabsApp, payer: User
) -> None:
    campaign = confirm(proofed(1), payer)
    body = '{"payload": null, "hasErrors": true, "errors": ["The balance is too low."]}'
    sandbox.faults.add("status", method="POST", path=r"/checkout$", times=1, status=200, body=body)
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.problem) == (CampaignState.PROOFED, "The balance is too low.")
    push = Push.objects.get(state=PushState.FAILED)
    assert (push.cause, push.needs_attention) == (
        "The balance is too low.",
        False,
    )  # its campaign is what needs a person
    assert charges(vendor) == []


def test_a_preparation_delivered_twice_makes_one_draft(fill: Make, sandbox: Sandbox, vendor: LettrlabsApp) -> None:
    prepare_campaign(fill(2), actor="mara")
    push = Push.objects.get()
    assert [deliver(push.pk), deliver(push.pk)] == [PushState.CONFIRMED, None]
    [order] = vendor.store.orders.values()
    assert len(order["recipients"]) == 2


def test_a_checkout_delivered_twice_pays_once(proofed: Make, sandbox: Sandbox, vendor, payer: User) -> None:
    campaign = confirm(proofed(1), payer)
    push = Push.objects.get(kind="orders.check_out_campaign")
    assert [deliver(push.pk), deliver(push.pk)] == [PushState.CONFIRMED, None]
    settle(sandbox, campaign)
    assert charges(vendor) == ["2.80"]


@pytest.mark.parametrize("happened", [True, False])
def test_a_person_who_decides_a_lost_checkout_never_pays_twice(
    happened: bool, proofed: Make, sandbox: Sandbox, vendor: LettrlabsApp, payer: User, settings, monkeypatch
) -> None:
    """Whatever they say, the vendor's order is what counts."""
    strike(sandbox, CHECKOUT, "cut_after", settings)
    campaign = confirm(proofed(1), payer)
    push = Push.objects.get(kind="orders.check_out_campaign")
    assert deliver(push.pk) == PushState.UNKNOWN
    Push.objects.filter(pk=push.pk).update(settles_at=timezone.now())
    push.refresh_from_db()
    decide_push(push, happened=happened, actor="mara", reason="I believe so")
    work_off()
    settle(sandbox, campaign)
    assert campaign.state == CampaignState.PAID
    assert charges(vendor) == ["2.80"]


def _stray(vendor: LettrlabsApp) -> str:
    """Make a draft as somebody else does by this API, at the same time."""
    key = vendor.store.new_id()
    now = timezone.now().isoformat()
    draft = {"id": key, "templateId": 12345, "status": "Draft", "createdDate": now, "recipients": []}
    vendor.store.orders[key] = draft
    return str(key)


@pytest.fixture
def doubtful(fill: Make, sandbox: Sandbox, vendor: LettrlabsApp, settings) -> MailCampaign:
    """Make a campaign whose draft was lost while another one appeared."""
    campaign = prepare_campaign(fill(2), actor="mara")
    strike(sandbox, CREATE, "cut_after", settings)
    push = Push.objects.get()
    assert deliver(push.pk) == PushState.UNKNOWN
    _stray(vendor)
    Push.objects.update(next_at=timezone.now(), settles_at=timezone.now())
    assert reconcile.reconcile(push.pk) == PushState.UNKNOWN
    campaign.refresh_from_db()
    return campaign


def test_which_of_two_new_drafts_is_ours_is_for_a_person(doubtful: MailCampaign, vendor: LettrlabsApp) -> None:
    assert len(doubtful.uncertain_ids) == 2
    assert "which draft" in doubtful.problem
    assert Push.objects.get().needs_attention
    ours, other = doubtful.uncertain_ids
    link_draft(doubtful, ours, actor="mara")
    discard_draft(doubtful, other, actor="mara")
    work_off()
    doubtful.refresh_from_db()
    assert (doubtful.state, doubtful.vendor_id, doubtful.accepted) == (CampaignState.PROOFED, ours, 2)
    assert [str(key) for key in vendor.store.orders] == [ours]


def test_where_none_of_the_drafts_is_ours_another_is_made(doubtful: MailCampaign, vendor: LettrlabsApp) -> None:
    before = set(doubtful.uncertain_ids)
    deny_drafts(doubtful, actor="mara")
    work_off()
    doubtful.refresh_from_db()
    assert doubtful.state == CampaignState.PROOFED
    assert doubtful.vendor_id not in before
    assert len(vendor.store.orders) == 3


def test_a_draft_that_comes_after_its_campaign_was_cancelled_is_deleted(
    fill: Make, sandbox: Sandbox, vendor: LettrlabsApp, settings
) -> None:
    campaign = prepare_campaign(fill(1), actor="mara")
    strike(sandbox, CREATE, "cut_after", settings)
    assert deliver(Push.objects.get().pk) == PushState.UNKNOWN
    cancel_campaign(campaign, actor="mara")
    work_off()
    assert vendor.store.orders == {}


def test_a_given_up_draft_that_was_paid_elsewhere_is_an_alarm(
    proofed: Make, sandbox: Sandbox, vendor: LettrlabsApp
) -> None:
    campaign = proofed(1)
    vendor.store.orders[int(campaign.vendor_id)]["status"] = "Paid"
    cancel_campaign(campaign, actor="mara")
    work_off()
    push = Push.objects.get(kind="orders.discard_campaign")
    assert (push.state, push.needs_attention) == (PushState.FAILED, True)
    assert push.errors[0]["field"] == "ORDER_NOT_DELETABLE_STATUS"


def test_a_wrong_row_of_sales_does_not_keep_back_the_others(paid: Make, sandbox: Sandbox, vendor: LettrlabsApp) -> None:
    campaign = paid(2)
    right, wrong = buy(campaign, 0), buy(campaign, 1)
    Order.objects.filter(number=wrong).update(total=-1)
    find_conversions()
    work_off()
    assert [event["order_id"] for event in vendor.ledger.of_kind("conversion")] == [right]
    assert "revenue" in CardConversion.objects.get(order__number=wrong).problem
    assert CardConversion.objects.get(order__number=right).exported_at is not None
