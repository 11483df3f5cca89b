"""Steps of a campaign, and faults of its vendor."""

from datetime import timedelta

from django.utils import timezone

from backoffice.sandbox import Sandbox
from orders.marketing.models import MailCampaign
from orders.marketing.services.campaigns.making import prepare_campaign
from tests.cards.conftest import make_us_order
from tests.flows.conftest import work_off

CREATE, ATTACH = ("POST", r"^v1/order$"), ("PUT", r"/recipients$")
CHECKOUT, CONVERSIONS = ("POST", r"/checkout$"), ("POST", r"^v1/conversions$")


def strike(sandbox: Sandbox, at: tuple[str, str], kind: str, settings, **more: object) -> None:
    method, path = at
    if kind == "late":
        settings.PUSH_SETTLE_SECONDS = 0.6  # longer than the latest work of the vendor
    sandbox.faults.add(kind, vendor="lettrlabs", method=method, path=path, times=1, **more)


def prepared(campaign: MailCampaign) -> MailCampaign:
    prepare_campaign(campaign, actor="mara")
    work_off()
    campaign.refresh_from_db()
    return campaign


def buy(campaign: MailCampaign, number: int) -> str:
    assert campaign.paid_at is not None
    earlier = timezone.now() - timedelta(minutes=5)
    order = make_us_order(number, placed_at=campaign.paid_at + timedelta(hours=1), created_at=earlier)
    return order.number
