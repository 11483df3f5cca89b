"""Whom a campaign is for: each condition, each buyer once, and nobody who must not get a card."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.errors import IllegalTransition
from orders.marketing.models import CampaignState, CardState, Consent, MailCampaign, OptOut
from orders.marketing.services.campaigns import audience as service
from orders.marketing.services.campaigns.audience import BuyingHistory, CardAudience, add_audience, preview_audience
from orders.marketing.services.campaigns.recipients import add_to_campaign
from orders.models import Order
from tests.cards.conftest import make_draft, make_us_order

pytestmark = pytest.mark.django_db


def found(campaign: MailCampaign, **conditions: Any) -> set[str]:
    preview = preview_audience(CardAudience(**conditions), campaign=campaign)
    return {order.number for order in preview.willing}


def ago(order: Order, days: int) -> Order:
    Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=days))
    return order


def test_only_who_agreed_and_lives_in_the_us_is_found_each_once_by_the_newest_order() -> None:
    campaign = make_draft()
    make_us_order(1)
    newest = make_us_order(1)
    make_us_order(2, accepts_letters=False)
    make_us_order(3, state="cancelled")
    make_us_order(4, complaint=True)
    make_us_order(5, address={"country_code": "DE"})
    assert found(campaign) == {newest.number}


def test_buyers_are_chosen_by_value_product_state_and_time() -> None:
    campaign = make_draft()
    dear = make_us_order(1, total=Decimal(500))
    pens = make_us_order(2, total=Decimal(20))
    pens.lines.update(sku="PEN-RED-50")
    texan = ago(make_us_order(3, total=Decimal(20), address={"state_code": "US-tx"}), days=40)
    today = timezone.localdate()
    assert found(campaign, least=Decimal(100)) == {dear.number}
    assert found(campaign, sku="pen-red") == {pens.number}
    assert found(campaign, state_code="TX") == {texan.number}
    assert found(campaign, until=today - timedelta(days=30)) == {texan.number}
    assert found(campaign, since=today - timedelta(days=30)) == {dear.number, pens.number}
    assert found(campaign, since=today + timedelta(days=1)) == set()


def test_who_bought_once_who_bought_again_and_who_has_not_for_long() -> None:
    campaign = make_draft()
    once = make_us_order(1)
    make_us_order(2)
    again = make_us_order(2)
    gone = ago(make_us_order(3), days=400)
    # An order that was cancelled is none that somebody bought.
    make_us_order(1, state="cancelled")
    assert found(campaign, history=BuyingHistory.ONCE) == {once.number, gone.number}
    assert found(campaign, history=BuyingHistory.AGAIN) == {again.number}
    assert found(campaign, silent_since=timezone.localdate() - timedelta(days=365)) == {gone.number}


def test_what_stands_against_a_card_is_counted_by_its_reason() -> None:
    campaign = make_draft()
    fine = make_us_order(1)
    make_us_order(2, address={"zip": "?"})
    make_us_order(3)
    OptOut.objects.create(consent=Consent.LETTERS, email="doe3@example.com", noted_by="mara")
    preview = preview_audience(CardAudience(), campaign=campaign)
    assert [order.number for order in preview.willing] == [fine.number]
    assert dict(preview.left_out) == {"no five-digit ZIP code": 1, "does not accept letters": 1}


def test_the_audience_is_added_and_nobody_is_listed_twice_or_as_left_out() -> None:
    campaign = make_draft()
    for number in range(3):
        make_us_order(number)
    make_us_order(7, address={"zip": "?"})
    add_to_campaign(Order.objects.earliest("pk"), campaign_id=campaign.pk, actor="mara")
    assert add_audience(CardAudience(), campaign=campaign, actor="mara") == 2
    assert add_audience(CardAudience(), campaign=campaign, actor="mara") == 0
    assert set(campaign.recipients.values_list("state", flat=True)) == {CardState.LISTED}
    assert campaign.recipients.count() == 3


def test_a_campaign_that_is_a_draft_no_more_takes_nobody() -> None:
    campaign = make_draft()
    make_us_order(1)
    MailCampaign.objects.update(state=CampaignState.PROOFED)
    with pytest.raises(IllegalTransition):
        add_audience(CardAudience(), campaign=campaign, actor="mara")
    assert not campaign.recipients.exists()


def test_more_than_is_added_at_once_is_said_and_the_rest_comes_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_ADDED", 2)
    campaign = make_draft()
    for number in range(3):
        make_us_order(number)
    assert preview_audience(CardAudience(), campaign=campaign).is_cut
    assert add_audience(CardAudience(), campaign=campaign, actor="mara") == 2
    rest = preview_audience(CardAudience(), campaign=campaign)
    assert (len(rest.willing), rest.is_cut) == (1, False)


def test_the_price_is_that_of_the_last_campaigns_cards() -> None:
    campaign = make_draft()
    make_us_order(1)
    assert preview_audience(CardAudience(), campaign=campaign).price is None
    make_draft(name="Last year")
    MailCampaign.objects.filter(name="Last year").update(price=Decimal("28.00"), accepted=10)
    assert preview_audience(CardAudience(), campaign=campaign).price == Decimal("2.80")


def test_the_page_shows_who_is_chosen_in_a_constant_number_of_queries(client: Client) -> None:
    client.force_login(User.objects.create_superuser("mara"))
    campaign = make_draft()
    address = f"/admin/orders/mailcampaign/{campaign.pk}/audience/"
    counts = []
    for number in range(12):
        make_us_order(number, total=Decimal(number * 10))
        if number in (0, 11):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
    part = client.get(f"{address}?least=100", headers={"HX-Request": "true"}).content.decode()
    assert "Add 2 recipients" in part
    assert "<html" not in part
    assert "Add " not in client.get(f"{address}?least=many").content.decode().partition("audience-found")[2]
    client.post(f"{address}?least=100")
    assert campaign.recipients.count() == 2
    assert client.post(f"{address}?least=many").status_code == 302
    assert campaign.recipients.count() == 2


def test_who_may_only_look_chooses_nobody(client: Client) -> None:
    client.force_login(User.objects.create_user("rhea", is_staff=True))
    campaign = make_draft()
    make_us_order(1)
    assert client.post(f"/admin/orders/mailcampaign/{campaign.pk}/audience/").status_code == 403
    assert not campaign.recipients.exists()
