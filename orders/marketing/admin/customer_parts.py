"""What the page of a customer shows of marketing: opt-outs, letters and review invitations, cards."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Lower
from django.http import HttpRequest
from django.urls import reverse

from backoffice.privacy.services.hashing import hash_email
from backoffice.states import Chip
from backoffice.vendors.registry import vendor_title
from backoffice.visibility import visible
from orders.customers.admin.context import CustomerContext
from orders.customers.admin.parts import CustomerPlace, register_customer_part
from orders.marketing.admin.order_exports import export_chip
from orders.marketing.models import CardDeliveryState, CardRecipient, CardState, OptOut, OrderExport

MOST_SHOWN = 10


@dataclass(frozen=True)
class CustomerMailing:
    """A letter, an invitation or a card: what it is, where it leads, how far it is, since when."""

    title: str
    url: str
    about: str
    chip: Chip
    at: datetime


def read_opt_outs(request: HttpRequest, customer: CustomerContext) -> list[OptOut]:
    """Return what the customer wants no more of, by any of their e-mails. One query."""
    emails = customer.person.emails
    return list(OptOut.objects.filter(email__in=[*emails, *map(hash_email, emails)]).order_by("-noted_at")[:MOST_SHOWN])


def read_mailings(request: HttpRequest, customer: CustomerContext) -> list[CustomerMailing]:
    """Return what was sent to the customer or waits to be, the newest first; three queries."""
    found = []
    if request.user.has_perm("marketing.view_orderexport"):
        found += _exports(customer)
    if request.user.has_perm("marketing.view_mailcampaign"):
        found += _cards(customer)
    return sorted(found, key=lambda one: one.at, reverse=True)[:MOST_SHOWN]


def _exports(customer: CustomerContext) -> list[CustomerMailing]:
    rows = OrderExport.objects.filter(order__in=customer.order_keys).select_related("order").defer("order__search")
    return [
        CustomerMailing(
            title=str(vendor_title(row.vendor)),
            url=reverse("admin:orders_order_change", args=[row.order_id]),
            about=row.order.number,
            chip=export_chip(row),
            at=row.exported_at or row.requested_at,
        )
        for row in rows.order_by("-pk")[:MOST_SHOWN]
    ]


def _cards(customer: CustomerContext) -> list[CustomerMailing]:
    cards = visible(CardRecipient.objects.select_related("campaign")).order_by("-pk")
    by_email = cards.alias(folded=Lower("email")).filter(folded__in=customer.person.emails)
    # Apart, each by its own index: some are listed from orders, some from tables.
    some = [*cards.filter(order__in=customer.order_keys)[:MOST_SHOWN], *by_email[:MOST_SHOWN]]
    return [
        CustomerMailing(
            title=card.campaign.name,
            url=reverse("admin:marketing_mailcampaign_change", args=[card.campaign_id]),
            about=str(vendor_title(card.campaign.vendor)),
            chip=_card_chip(card),
            at=card.created_at,
        )
        for card in {card.pk: card for card in some}.values()
    ]


def _card_chip(card: CardRecipient) -> Chip:
    return CardDeliveryState(card.delivery).chip() if card.delivery else CardState(card.state).chip()


register_customer_part(CustomerPlace.SIDE, "marketing/customer_opt_outs.html", read=read_opt_outs)
register_customer_part(CustomerPlace.MAIN, "marketing/customer_mailings.html", read=read_mailings)
