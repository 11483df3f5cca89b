"""Whom a campaign is for: buyers chosen by when, what, where and how often they bought, each by their newest order.

Consent and the country that cards are mailed in are no choices: nobody else is looked for. What stands against a card
beyond that (an opt-out, a ZIP code, the shop's pause) is found as for every recipient, and counted by its reason.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower, Upper
from django.utils.translation import gettext_lazy as _

from backoffice.text.datetimes import start_of_day
from orders.marketing.models import CardRecipient, CardState, MailCampaign
from orders.marketing.services.campaigns.addresses import US
from orders.marketing.services.campaigns.recipients import add_orders, foresee
from orders.models import Address, AddressRole, Order, OrderLine, OrderState
from orders.services.filters import within_days

# Orders that are read at most, the newest first, and people that are added at once: somebody waits for both.
MOST_READ, MOST_ADDED = 20_000, 5_000


class BuyingHistory(models.TextChoices):
    """How often somebody has bought."""

    ONCE = "once", _("bought once")
    AGAIN = "again", _("bought more than once")


@dataclass(frozen=True)
class CardAudience:
    """What the buyers have in common; what is empty narrows nothing. Amounts are gross, in the orders' currency."""

    since: date | None = None
    until: date | None = None
    least: Decimal | None = None
    sku: str = ""
    state_code: str = ""
    history: str = ""
    # Nothing bought from that day on: whom to win back.
    silent_since: date | None = None


@dataclass(frozen=True)
class AudiencePreview:
    """Who would get a card, and of the others how many for which reason. `is_cut`: there are more than these."""

    willing: list[Order] = field(default_factory=list)
    left_out: list[tuple[str, int]] = field(default_factory=list)
    is_cut: bool = False
    # What a card of the shop cost last, in US dollars.
    card_price: Decimal | None = None

    @property
    def price(self) -> Decimal | None:
        """What the cards would cost by that; the vendor names the real price."""
        return None if self.card_price is None else round(self.card_price * len(self.willing), 2)


def find_buyers(audience: CardAudience, *, campaign: MailCampaign) -> QuerySet[Order]:
    """Return the orders of the shop that the audience leaves and the campaign has not listed, newest first."""
    orders = Order.objects.filter(shop=campaign.shop_id, accepts_letters=True, cancel_requested_at__isnull=True)
    orders = orders.exclude(state=OrderState.CANCELLED).exclude(complaint=True).exclude(is_test=True)
    orders = orders.filter(Exists(_addresses(audience.state_code)))
    orders = orders.filter(~Exists(CardRecipient.objects.filter(campaign=campaign, order=OuterRef("pk"))))
    if audience.least is not None:
        orders = orders.filter(total__gte=audience.least)
    if audience.sku:
        orders = orders.filter(Exists(OrderLine.objects.filter(order=OuterRef("pk"), sku__istartswith=audience.sku)))
    if audience.history:
        bought_more = Exists(_of_same_customer().exclude(pk=OuterRef("pk")))
        orders = orders.filter(bought_more if audience.history == BuyingHistory.AGAIN else ~bought_more)
    if audience.silent_since is not None:
        start = start_of_day(audience.silent_since)
        orders = orders.filter(created_at__lt=start).filter(~Exists(_of_same_customer().filter(created_at__gte=start)))
    orders = within_days(orders, "created_at", since=audience.since, until=audience.until)
    return orders.order_by("-pk")


def preview_audience(audience: CardAudience, *, campaign: MailCampaign) -> AudiencePreview:
    """Return who of the audience would get a card, and why others would not. Nothing is changed."""
    orders, is_cut = _read(audience, campaign=campaign)
    willing, left_out = [], Counter[str]()
    for order, reason in foresee(orders, campaign=campaign):
        if reason:
            left_out[reason] += 1
        else:
            willing.append(order)
    return AudiencePreview(willing, left_out.most_common(), is_cut, _card_price(campaign))


@transaction.atomic
def add_audience(audience: CardAudience, *, campaign: MailCampaign, actor: str) -> int:
    """List who of the audience may get a card; return how many. Nobody is listed as left out: nobody named them.

    Raise IllegalTransition for a campaign that is a draft no more.
    """
    preview = preview_audience(audience, campaign=campaign)
    made = add_orders(preview.willing, campaign_id=campaign.pk, actor=actor)
    return sum(row.state == CardState.LISTED for row in made)


def _read(audience: CardAudience, *, campaign: MailCampaign) -> tuple[list[Order], bool]:
    """Return the newest order of each buyer, and whether there are more than are read."""
    keys = list(find_buyers(audience, campaign=campaign).values_list("pk", "customer_email")[: MOST_READ + 1])
    people = list(_one_each(keys[:MOST_READ]))
    orders = Order.objects.filter(pk__in=people[:MOST_ADDED]).defer("search").order_by("-pk")
    return list(orders), len(keys) > MOST_READ or len(people) > MOST_ADDED


def _one_each(keys: Iterable[tuple[int, str]]) -> Iterable[int]:
    """Return the first order of each e-mail address; one without any is somebody of their own."""
    seen: set[str] = set()
    for key, email in keys:
        person = email.lower()
        if person and person in seen:
            continue
        seen.add(person)
        yield key


def _addresses(state_code: str) -> QuerySet[Address]:
    places = Address.objects.filter(order=OuterRef("pk"), role=AddressRole.RECIPIENT)
    places = places.alias(land=Upper("country_code")).filter(land__in=["", *US])
    if state_code:
        places = places.filter(Q(state_code__iexact=state_code) | Q(state_code__iexact=f"US-{state_code}"))
    return places


def _of_same_customer() -> QuerySet[Order]:
    """Return the orders that count as bought, of who has an e-mail address, by the index over it."""
    others = Order.objects.alias(person=Lower("customer_email")).exclude(customer_email="")
    others = others.filter(person=Lower(OuterRef("customer_email")), shop=OuterRef("shop"), is_test=False)
    return others.exclude(state=OrderState.CANCELLED).exclude(complaint=True)


def _card_price(campaign: MailCampaign) -> Decimal | None:
    """Return what a card cost in the shop's newest campaign of the same postage that has a price."""
    priced = MailCampaign.objects.filter(shop=campaign.shop_id, postage=campaign.postage, accepted__gt=0)
    last = priced.filter(price__isnull=False).only("price", "accepted").order_by("-pk").first()
    return None if last is None or last.price is None else last.price / last.accepted
