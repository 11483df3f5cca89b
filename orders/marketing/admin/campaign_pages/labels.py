"""Labels, sentences and chips of card campaigns."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from backoffice.amounts import money
from backoffice.sight import payment
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from backoffice.timeline import fill
from backoffice.vendors.card_messages import CURRENCY
from backoffice.vendors.explaining import explain_params
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
    CampaignState.DRAFT: gettext_lazy("Add recipients, then have the campaign prepared. Nothing has been sent yet."),
    CampaignState.PREPARING: gettext_lazy("The vendor gets the recipients and prepares the proof and price."),
    CampaignState.PROOFED: gettext_lazy("Review the proof and the price. Nothing is paid until you check out."),
    CampaignState.PAYING: gettext_lazy("The checkout is being sent to the vendor."),
    CampaignState.PAYMENT_NEEDED: gettext_lazy(
        "The vendor is settling the payment; we check the status automatically."
    ),
    CampaignState.PAID: gettext_lazy("The cards are paid and in production."),
    CampaignState.MAILED: gettext_lazy("The cards are on their way to the recipients."),
    CampaignState.CANCELLED: gettext_lazy("No more cards will be sent for this campaign."),
    CampaignState.STUCK: gettext_lazy("The campaign is stuck and needs attention."),
}
SENTENCES: dict[str, Promise | str] = {
    "made": gettext_lazy("The campaign was created."),
    "changed": gettext_lazy("The campaign was changed."),
    "table": ngettext_lazy(
        "A table of %(rows)s recipient was read.", "A table of %(rows)s recipients was read.", "rows"
    ),
    "orders": ngettext_lazy("%(count)s order was added.", "%(count)s orders were added.", "count"),
    "removed": gettext_lazy("%(name)s was removed from the list."),
    "preparing": gettext_lazy("It is being prepared at the vendor."),
    "created": gettext_lazy("The vendor created draft %(vendor_id)s."),
    "linked": gettext_lazy("Draft %(vendor_id)s was linked to this campaign."),
    "discarded": gettext_lazy("Draft %(vendor_id)s is discarded and will be deleted at the vendor."),
    "taken_out": ngettext_lazy(
        "%(count)s duplicate recipient was removed from the draft.",
        "%(count)s duplicate recipients were removed from the draft.",
        "count",
    ),
    "left_out": ngettext_lazy(
        "%(count)s recipient was left out: order cancelled since, or opted out of letters.",
        "%(count)s recipients were left out: order cancelled since, or opted out of letters.",
        "count",
    ),
    "proofed": ngettext_lazy(
        "Proof and price are ready: %(accepted)s card, %(price)s.",
        "Proof and price are ready: %(accepted)s cards, %(price)s.",
        "accepted",
    ),
    "paying": ngettext_lazy(
        "Checked out: %(cards)s card, %(price)s.", "Checked out: %(cards)s cards, %(price)s.", "cards"
    ),
    "payment_needed": ngettext_lazy(
        "The vendor accepted the checkout of %(cards)s card and is settling the payment.",
        "The vendor accepted the checkout of %(cards)s cards and is settling the payment.",
        "cards",
    ),
    "payment_failed": "%(text)s",
    "not_paid": "%(text)s",
    "refused": gettext_lazy("The vendor rejected the checkout: %(text)s"),
    "paid": gettext_lazy("The cards are paid."),
    "mailed": gettext_lazy("The cards were mailed."),
    "converted": ngettext_lazy(
        "%(count)s order from recipients was found.", "%(count)s orders from recipients were found.", "count"
    ),
    "reopened": gettext_lazy("The campaign is a draft again; the draft at the vendor will be discarded."),
    "cancelled": gettext_lazy("The campaign was cancelled."),
    "ended": gettext_lazy("The vendor reports the order as “%(word)s”."),
    "dismissed": gettext_lazy("The problem was dismissed."),
    "stuck": gettext_lazy("Needs attention: %(text)s"),
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
    params = explain_params(event.campaign.vendor, event.params)
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
    return str(payment(money(amount, CURRENCY)))


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
