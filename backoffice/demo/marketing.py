"""What the demo does after the sale: rules at work, and a card campaign up to its proof."""

from decimal import Decimal

from django.conf import settings

from backoffice.accounts.models import Shop
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.addresses import RecipientInput
from orders.marketing.services.campaigns.making import make_campaign, prepare_campaign
from orders.marketing.services.campaigns.recipients import add_orders, add_table
from orders.models import Address, AddressRole, Order
from orders.rules.models import Rule
from orders.rules.services.shipped import SETUP, setup_rules

ACTOR = "demo"
TEMPLATE = (12345, "Thank you, handwritten")
# Not all of them can get a card: the campaign's page says why.
NEIGHBOURS = (
    ("Grace", "Hopper", "1 Compiler Court", "Arlington", "VA", "22201-1234", "US"),
    ("Alan", "Turing", "2 Enigma Road", "Princeton", "NJ", "08540", "US"),
    ("Katherine", "Johnson", "3 Orbit Avenue", "Hampton", "VA", "23666", "US"),
    ("Konrad", "Zuse", "Methfesselstraße 7", "Berlin", "", "10965", "DE"),
    ("Ada", "Nobody", "", "Boston", "MA", "02108", "US"),
)


def switch_rules_on() -> None:
    """Add the rules we ship, with letters switched on: they cost money elsewhere, but nothing in the sandbox."""
    setup_rules()
    # What staff have changed since stays as they left it.
    Rule.objects.filter(key="letter-after-delivery", changed_by=SETUP).update(enabled=True)


def begin_campaign(shop: Shop) -> MailCampaign | None:
    """Prepare a campaign to customers in the US and some neighbours, which waits for a person to look at the proof
    and pay. None when there is one already, or the vendor is not set up.
    """
    is_open = MailCampaign.objects.filter(shop=shop).exclude(state__in=[CampaignState.CANCELLED, CampaignState.MAILED])
    if is_open.exists() or not settings.LETTRLABS_API_KEY:
        return None
    campaign = make_campaign(
        actor=ACTOR,
        shop=shop,
        name="Thank you for your first order",
        template_id=TEMPLATE[0],
        template_name=TEMPLATE[1],
        budget=Decimal(50),
    )
    recipients = Address.objects.filter(role=AddressRole.RECIPIENT, country_code="US", order__shop=shop)
    add_orders(Order.objects.filter(addresses__in=recipients), campaign_id=campaign.pk, actor=ACTOR)
    names = ("firstname", "lastname", "address1", "city", "state_code", "zip", "country")
    rows = [
        RecipientInput(number, dict(zip(names, row, strict=True))) for number, row in enumerate(NEIGHBOURS, start=2)
    ]
    add_table(campaign, rows, actor=ACTOR)
    return prepare_campaign(campaign, actor=ACTOR)
