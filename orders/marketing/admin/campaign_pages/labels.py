"""Labels, sentences and chips of card campaigns."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from backoffice.amounts import money
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from backoffice.timeline import fill
from backoffice.vendors.card_messages import CURRENCY
from orders.marketing.models import (
    CampaignEvent,
    CampaignState,
    CardDeliveryState,
    CardRecipient,
    CardState,
    MailCampaign,
)

# What a campaign's state means for whoever reads its page.
SITUATIONS = {
    CampaignState.DRAFT: gettext_lazy("Add recipients, then have it prepared. Nothing has left yet."),
    CampaignState.PREPARING: gettext_lazy("The vendor is given the recipients, and asked for proof and price."),
    CampaignState.PROOFED: gettext_lazy("Look at the proof and the price. Nothing is paid until it is checked out."),
    CampaignState.PAYING: gettext_lazy("The checkout is on its way to the vendor."),
    CampaignState.PAYMENT_NEEDED: gettext_lazy("The vendor is settling the payment; it is asked for by itself."),
    CampaignState.PAID: gettext_lazy("The cards are paid and being made."),
    CampaignState.MAILED: gettext_lazy("The cards are on their way to the recipients."),
    CampaignState.CANCELLED: gettext_lazy("Nobody gets a card of this campaign any more."),
    CampaignState.STUCK: gettext_lazy("It does not go on by itself."),
}
SENTENCES: dict[str, Promise | str] = {
    "made": gettext_lazy("The campaign was made."),
    "changed": gettext_lazy("The campaign was changed."),
    "table": gettext_lazy("A table of %(rows)s recipients was read."),
    "orders": gettext_lazy("%(count)s orders were added."),
    "removed": gettext_lazy("%(name)s was taken off the list."),
    "preparing": gettext_lazy("It is being prepared at the vendor."),
    "created": gettext_lazy("The vendor has a draft, number %(vendor_id)s."),
    "linked": gettext_lazy("Draft %(vendor_id)s was linked as this campaign's."),
    "discarded": gettext_lazy("Draft %(vendor_id)s is given up and deleted at the vendor."),
    "taken_out": gettext_lazy("%(count)s recipients that were in the draft twice were taken out."),
    "left_out": gettext_lazy("%(count)s recipients were left out: cancelled since, or they want no letters."),
    "proofed": gettext_lazy("Proof and price are there: %(accepted)s cards, %(price)s."),
    "paying": gettext_lazy("Checked out: %(cards)s cards, %(price)s."),
    "payment_needed": gettext_lazy("The vendor took the checkout of %(cards)s cards and is settling the payment."),
    "payment_failed": "%(text)s",
    "not_paid": "%(text)s",
    "refused": gettext_lazy("The vendor refused the checkout: %(text)s"),
    "paid": gettext_lazy("The cards are paid."),
    "mailed": gettext_lazy("The cards are mailed."),
    "converted": gettext_lazy("%(count)s orders of recipients were found."),
    "reopened": gettext_lazy("It is a draft again; what the vendor had of it is given up."),
    "cancelled": gettext_lazy("The campaign is cancelled."),
    "ended": gettext_lazy("The vendor calls the order “%(word)s”."),
    "stuck": gettext_lazy("It needs a person: %(text)s"),
}
# Along a card's way, with all the places that a card has passed this one by.
FUNNEL = (
    ("mailed", gettext_lazy("Mailed"), Tone.BLUE, ("in_transit", "local", "delivered", "undeliverable")),
    ("in_transit", gettext_lazy("In transit"), Tone.BLUE, ("local", "delivered", "undeliverable")),
    ("local", gettext_lazy("At the local facility"), Tone.BLUE, ("delivered",)),
    ("delivered", gettext_lazy("Delivered"), Tone.GREEN, ()),
    ("undeliverable", gettext_lazy("Undeliverable"), Tone.RED, ()),
)


def recipient_chip(recipient: CardRecipient) -> Chip:
    """Return the card's state, or its delivery once the post has it."""
    if recipient.delivery:
        return CardDeliveryState(recipient.delivery).chip(recipient.raw_delivery)
    return CardState(recipient.state).chip()


def describe_event(event: CampaignEvent) -> str:
    params = dict(event.params)
    if "price" in params:
        params["price"] = dollars(Decimal(params["price"]))
    return fill(SENTENCES.get(event.kind, ""), params) or event.kind


def funnel(campaign: MailCampaign, *, deliveries: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return how many cards have come how far, with percent and tone; empty before the vendor reports any.

    `deliveries` are the recipients by where their card is. Where the vendor names none, its own counts stand.
    """
    total = campaign.counts.get("total") or campaign.accepted
    if not total or not campaign.counts:
        return []
    known = any(name in deliveries for name, _word, _tone, _passed in FUNNEL)
    rows = [
        (word, sum(deliveries.get(one, 0) for one in (name, *passed)) if known else campaign.counts.get(name, 0), tone)
        for name, word, tone, passed in FUNNEL
    ]
    return [
        {"word": word, "count": count, "percent": min(100, round(100 * count / total)), "tone": tone}
        for word, count, tone in rows
    ]


def describe_sending(*, cards: int, price: Decimal | None) -> str:
    """Return the label of the checkout's button: how many cards, and what they cost."""
    text = ngettext("Send %(cards)s card, %(price)s", "Send %(cards)s cards, %(price)s", cards)
    return text % {"cards": _grouped(cards), "price": dollars(price)}


def dollars(amount: Decimal | None) -> str:
    return money(amount, CURRENCY)


def cards_label(count: int) -> str:
    return ngettext("%(count)s card", "%(count)s cards", count) % {"count": _grouped(count)}


def _grouped(count: int) -> str:
    """Return the number as the reader's language groups it."""
    return number_format(count, use_l10n=True, force_grouping=True)


def price_lines(campaign: MailCampaign) -> list[dict[str, Any]]:
    """Return the lines of the price as numbers."""
    return [
        {"name": line["name"] or _("Cards")}
        | {name: Decimal(line[name]) for name in ("quantity", "rate", "total", "tax")}
        for line in campaign.price_lines
    ]
