"""After a restore every campaign is compared with its vendor, however many there are."""

import pytest
from django.db import transaction
from django.utils import timezone

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.sandbox import Sandbox
from backoffice.sandbox.clock import iso
from backoffice.sandbox.lettrlabs import cards
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from backoffice.vendors.abilities import SendsCards
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.following import ASKED_AT_ONCE
from orders.marketing.services.campaigns.reconciling import compare_cards
from tests.cards.conftest import make_draft

MANY = ASKED_AT_ONCE + 2


def test_campaigns_beyond_a_page_of_the_vendors_list_are_compared_too(
    sandbox: Sandbox, vendor: LettrlabsApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "LARGEST_PAGE", ASKED_AT_ONCE)
    for _number in range(MANY):
        key = vendor.store.new_id()
        paid = {"id": key, "templateId": 12345, "status": "Paid", "createdDate": iso(timezone.now()), "recipients": []}
        vendor.store.orders[key] = paid
        campaign = make_draft()
        MailCampaign.objects.filter(pk=campaign.pk).update(vendor_id=str(key), state=CampaignState.PAYING)

    counts = compare_cards(get_vendor("lettrlabs", SendsCards, lane=Lane.READS), step=transaction.atomic)

    assert counts == {"further there": MANY}
    assert MailCampaign.objects.filter(state=CampaignState.PAID).count() == MANY
