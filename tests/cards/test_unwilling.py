"""Who may get no card any more: opted out before, or cancelled or opted out between the list and the checkout."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane, PushState
from backoffice.engine.services import rate_limits
from backoffice.errors import IllegalTransition
from backoffice.sandbox import Sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from orders.marketing.models import CampaignState, CardState, Consent, LeftOut, MailCampaign, OptOut
from orders.marketing.services.campaigns.addresses import RecipientInput
from orders.marketing.services.campaigns.making import CHECK_OUT, prepare_campaign
from orders.marketing.services.campaigns.recipients import add_table, add_to_campaign, foresee
from orders.models import Order, OrderState
from tests.cards.conftest import cards_paid, charges, confirm, make_draft, make_us_order, settle
from tests.cards.test_recipients import GOOD
from tests.flows.conftest import work_off

Proofed = Callable[..., MailCampaign]


def opt_out(email: str, *, consent: Consent = Consent.LETTERS) -> None:
    OptOut.objects.create(email=email, consent=consent, noted_by="mara")


def test_who_wants_no_more_letters_gets_no_card_whatever_was_agreed_to_with_an_order(db: None) -> None:
    campaign = make_draft()
    opt_out("doe1@example.com")
    opt_out("doe2@example.com", consent=Consent.REVIEW_REQUEST)
    first, second = make_us_order(1, customer_email="Doe1@Example.com"), make_us_order(2)
    assert [bool(refusal) for _order, refusal in foresee([first, second], campaign=campaign)] == [True, False]
    row = add_to_campaign(first, campaign_id=campaign.pk, actor="mara")
    assert (row.state, row.reason) == (CardState.LEFT_OUT, LeftOut.NO_CONSENT)
    assert add_to_campaign(second, campaign_id=campaign.pk, actor="mara").state == CardState.LISTED


def test_a_table_lists_nobody_who_wants_no_more_letters(db: None) -> None:
    opt_out("ada@example.com")
    [row] = add_table(make_draft(), [RecipientInput(2, GOOD | {"email": "Ada@example.com"})], actor="mara")
    assert (row.state, row.reason) == (CardState.LEFT_OUT, LeftOut.NO_CONSENT)


def test_an_order_whose_cancellation_is_asked_for_lists_nobody(db: None) -> None:
    order = make_us_order(1, cancel_requested_at=timezone.now())
    row = add_to_campaign(order, campaign_id=make_draft().pk, actor="mara")
    assert (row.state, row.reason) == (CardState.LEFT_OUT, LeftOut.CANCELLED)


def test_who_was_listed_and_may_not_any_more_is_not_handed_over(
    sandbox: Sandbox, vendor: LettrlabsApp, fill: Callable[..., MailCampaign], payer: User
) -> None:
    campaign = fill(3)
    Order.objects.filter(customer_lastname="Doe0").update(state=OrderState.CANCELLED)
    opt_out("doe1@example.com")
    prepare_campaign(campaign, actor="mara")
    work_off()
    campaign.refresh_from_db()
    reasons = dict(campaign.recipients.order_by("pk").values_list("lastname", "reason"))
    assert reasons == {"Doe0": LeftOut.CANCELLED, "Doe1": LeftOut.NO_CONSENT, "Doe2": ""}
    assert (campaign.state, campaign.submitted, campaign.accepted) == (CampaignState.PROOFED, 1, 1)
    settle(sandbox, confirm(campaign, payer))
    work_off()
    settle(sandbox, campaign)
    assert cards_paid(vendor) == ["Doe2"]


def test_nothing_is_paid_while_somebody_in_the_draft_may_not_get_it_and_asking_again_takes_it_out(
    sandbox: Sandbox, vendor: LettrlabsApp, proofed: Proofed, payer: User
) -> None:
    campaign = proofed(3)
    Order.objects.filter(customer_lastname="Doe1").update(accepts_letters=False)
    with pytest.raises(IllegalTransition, match="1 recipient can no longer get a card"):
        confirm(campaign, payer)
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PROOFED
    assert not Push.objects.filter(kind=CHECK_OUT).exists()
    prepare_campaign(campaign, actor="mara")
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.submitted, campaign.accepted) == (CampaignState.PROOFED, 2, 2)
    confirm(campaign, payer)
    work_off()
    settle(sandbox, campaign)
    assert cards_paid(vendor) == ["Doe0", "Doe2"]


def test_an_order_cancelled_between_the_button_and_the_call_stops_the_checkout(
    sandbox: Sandbox, vendor: LettrlabsApp, proofed: Proofed, payer: User
) -> None:
    campaign = proofed(2)
    confirm(campaign, payer)
    Order.objects.filter(customer_lastname="Doe0").update(state=OrderState.CANCELLED)
    work_off()
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PROOFED
    assert "1 recipient can no longer get a card" in campaign.problem
    assert (charges(vendor), cards_paid(vendor)) == ([], [])
    assert Push.objects.get(kind=CHECK_OUT).state == PushState.CONFIRMED


def test_an_order_cancelled_while_the_call_waits_for_its_turn_stops_the_checkout(
    sandbox: Sandbox, vendor: LettrlabsApp, proofed: Proofed, payer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = proofed(2)
    confirm(campaign, payer)
    take = rate_limits.take

    def cancel_meanwhile(name: str, *, lane: Lane) -> None:
        if Push.objects.filter(kind=CHECK_OUT, step="checkout").exists():
            Order.objects.filter(customer_lastname="Doe0").update(state=OrderState.CANCELLED)
        take(name, lane=lane)

    monkeypatch.setattr(rate_limits, "take", cancel_meanwhile)
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.checkout_attempted_at) == (CampaignState.PROOFED, None)
    assert "1 recipient can no longer get a card" in campaign.problem
    assert (charges(vendor), cards_paid(vendor)) == ([], [])
    push = Push.objects.get(kind=CHECK_OUT)
    assert (push.state, push.step) == (PushState.CONFIRMED, "")
    # Priced anew without the card of the cancelled order, confirmed again, and paid once.
    prepare_campaign(campaign, actor="mara")
    work_off()
    campaign.refresh_from_db()
    confirm(campaign, payer)
    work_off()
    settle(sandbox, campaign)
    assert cards_paid(vendor) == ["Doe1"]


@pytest.mark.parametrize("kind", ["cut_after", "cut_before"])
def test_a_lost_answer_to_taking_somebody_out_takes_nobody_else_out(
    sandbox: Sandbox, vendor: LettrlabsApp, proofed: Proofed, kind: str
) -> None:
    campaign = proofed(3)
    Order.objects.filter(customer_lastname="Doe1").update(state=OrderState.CANCELLED)
    sandbox.faults.add(kind, method="DELETE", path="recipients", times=1)
    prepare_campaign(campaign, actor="mara")
    work_off()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.accepted) == (CampaignState.PROOFED, 2)
    left_out = campaign.recipients.filter(state=CardState.LEFT_OUT).values_list("lastname", flat=True)
    assert list(left_out) == ["Doe1"]
