"""Card campaigns against the replayed LettrLabs, over real HTTP; its clock is moved by hand."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.sandbox.lettrlabs.app import LettrlabsApp
from backoffice.vendors import responses, session
from orders.marketing.models import CampaignState, CardState, MailCampaign
from orders.marketing.services.campaigns.following import follow_campaigns
from orders.marketing.services.campaigns.making import make_campaign, prepare_campaign
from orders.marketing.services.campaigns.paying import Shown, check_out_campaign
from orders.marketing.services.campaigns.recipients import add_to_campaign
from orders.models import Order
from tests.flows.conftest import work_off
from tests.orders.rows import make_order

NAMES = ("Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Frances", "John", "Jean", "Kathleen")


@pytest.fixture
def sandbox(settings: Settings, tmp_path: Path, db: None) -> Iterator[Sandbox]:
    cache.clear()
    with running_sandbox(manual_clock=True) as sandbox:
        settings.LETTRLABS_URL = sandbox.lettrlabs.public_url.rstrip("/")
        settings.LETTRLABS_API_KEY = "LL-API-sandbox"
        settings.LETTRLABS_REQUESTS_PER_MINUTE = 60_000
        settings.LETTRLABS_POLL_AFTER = 0.0
        settings.LETTRLABS_CHECKOUT = True
        settings.LETTRLABS_CURRENCY = "USD"
        settings.MEDIA_ROOT = tmp_path / "media"
        settings.VENDOR_READ_TIMEOUT = 0.4
        settings.PUSH_SETTLE_SECONDS = 0.2
        settings.PUSH_RETRY_BACKOFF = [0.01]
        sandbox.lettrlabs.options.change(poll_after_seconds=0)
        yield sandbox


@pytest.fixture
def vendor(sandbox: Sandbox) -> LettrlabsApp:
    return sandbox.lettrlabs


def make_us_order(number: int = 0, **changes: Any) -> Order:
    """Make an order of somebody in the US who accepts letters; each number is another person."""
    address = changes.pop("address", {})
    fixed = {"currency": "USD"} | {
        name: changes.pop(name) for name in ("currency", "placed_at", "total", "created_at") if name in changes
    }
    order = make_order(
        **{
            "customer_firstname": NAMES[number % len(NAMES)],
            "customer_lastname": f"Doe{number}",
            "customer_email": f"doe{number}@example.com",
            "accepts_letters": True,
            **changes,
        }
    )
    Order.objects.filter(pk=order.pk).update(**fixed)
    order.refresh_from_db()
    place = {
        "firstname": NAMES[number % len(NAMES)],
        "lastname": f"Doe{number}",
        "street": f"{number + 1} Main Street",
        "zip": "02139-1234",
        "city": "Cambridge",
        "state_code": "MA",
        "country_code": "US",
    }
    order.addresses.update(**{**place, **address})
    return order


def make_draft(**fields: Any) -> MailCampaign:
    shop = Shop.objects.get_or_create(code="WEB", defaults={"name": "Web shop"})[0]
    values = {"shop": shop, "name": "Thank you", "template_id": 12345, "budget": Decimal("500.00"), **fields}
    return make_campaign(actor="mara", **values)


@pytest.fixture
def fill() -> Callable[..., MailCampaign]:
    """Make a draft with so many recipients."""

    def filled(cards: int = 3, **fields: Any) -> MailCampaign:
        campaign = make_draft(**fields)
        for number in range(cards):
            add_to_campaign(make_us_order(number), campaign_id=campaign.pk, actor="mara")
        return campaign

    return filled


@pytest.fixture
def proofed(sandbox: Sandbox, fill: Callable[..., MailCampaign]) -> Callable[..., MailCampaign]:
    """Make a campaign up to proof and price."""

    def prepared(cards: int = 3, **fields: Any) -> MailCampaign:
        campaign = prepare_campaign(fill(cards, **fields), actor="mara")
        work_off()
        campaign.refresh_from_db()
        return campaign

    return prepared


@pytest.fixture
def payer(db: None) -> User:
    return User.objects.create_superuser("payer", "payer@example.com", "a-long-password")


@pytest.fixture
def paid(sandbox: Sandbox, fill: Callable[..., MailCampaign]) -> Callable[..., MailCampaign]:
    """Make a campaign as it is once its cards are paid, without the way there."""

    def made(cards: int = 2) -> MailCampaign:
        campaign = fill(cards)
        campaign.recipients.update(state=CardState.ACCEPTED)
        now = timezone.now()
        MailCampaign.objects.filter(pk=campaign.pk).update(state=CampaignState.PAID, vendor_id="5", paid_at=now)
        campaign.refresh_from_db()
        return campaign

    return made


def confirm(campaign: MailCampaign, payer: User, *, accepts_difference: bool = False) -> MailCampaign:
    """Confirm what the checkout page shows, as the page does."""
    campaign.refresh_from_db()
    assert campaign.price is not None
    shown = Shown(price=campaign.price, cards=campaign.accepted)
    return check_out_campaign(campaign, user=payer, shown=shown, accepts_difference=accepts_difference)


def settle(sandbox: Sandbox, campaign: MailCampaign, *, seconds: float = 4.0) -> MailCampaign:
    """Let time go by at the vendor, and ask it."""
    sandbox.advance(seconds)
    follow_campaigns(at_once=True)
    campaign.refresh_from_db()
    return campaign


def cards_paid(vendor: LettrlabsApp) -> list[str]:
    return sorted(event["lastName"] for event in vendor.ledger.of_kind("card"))


def charges(vendor: LettrlabsApp) -> list[str]:
    return [event["total"] for event in vendor.ledger.of_kind("charge")]


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait briefly where a 429 names no time."""
    monkeypatch.setattr(responses, "THROTTLED_FOR", 0.05)
    monkeypatch.setattr(session, "THROTTLED_FOR", 0.05)
