"""Campaigns whose push was put aside: they need a person, who reads why."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.sandbox import Sandbox
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.making import prepare_campaign
from orders.marketing.services.campaigns.overdue import move_stalled_campaigns


@pytest.mark.parametrize("state", ["preparing", "paying"])
def test_a_campaign_that_nothing_moves_needs_a_person(
    state: str, sandbox: Sandbox, fill: Callable[..., MailCampaign]
) -> None:
    campaign = fill(1)
    prepare_campaign(campaign, actor="mara")
    MailCampaign.objects.update(state=state, updated_at=timezone.now() - timedelta(hours=1))
    assert move_stalled_campaigns() == 0  # its push is to come
    Push.objects.update(state=PushState.FAILED, needs_attention=False)
    assert move_stalled_campaigns() == 1
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.STUCK
    assert campaign.problem
