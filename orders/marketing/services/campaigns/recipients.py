"""Who gets a card of a campaign: orders and rows of tables, and who may get none."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import ngettext

from backoffice.accounts.services.locking import lock_shop
from backoffice.errors import Conflict, InvalidInput
from backoffice.text.translatable import gettext as _
from orders.marketing.models import CampaignState, CardRecipient, CardState, Consent, LeftOut, MailCampaign, OptOut
from orders.marketing.services.campaigns.addresses import (
    RecipientInput,
    ValidatedAddress,
    validate_order_address,
    validate_row,
)
from orders.marketing.services.exports.obstacles import find_opt_outs
from orders.models import Address, AddressRole, Order, OrderState

MOST_RECIPIENTS = 20_000


@transaction.atomic
def add_to_campaign(order: Order, *, campaign_id: int, actor: str) -> CardRecipient:
    """List the order's recipient in the campaign, perhaps as left out with the reason; only once, however often asked.

    Raises Conflict for a campaign that is gone or another shop's, IllegalTransition for one that is a draft no more.
    """
    known = CardRecipient.objects.filter(campaign_id=campaign_id, order=order).first()
    if known is not None:
        return known
    [recipient] = add_orders([order], campaign_id=campaign_id, actor=actor)
    return recipient


@transaction.atomic
def add_orders(orders: Iterable[Order], *, campaign_id: int, actor: str) -> list[CardRecipient]:
    """Do as `add_to_campaign` for all or none of them; return their recipients in the order given."""
    orders = list(orders)
    campaign = _open_campaign(campaign_id)
    if any(order.shop_id != campaign.shop_id for order in orders):
        raise Conflict(_("Campaign “%s” belongs to another shop.") % campaign.name)
    rows = {row.order_id: row for row in campaign.recipients.filter(order__in=orders)}
    fresh = list({order.pk: order for order in orders if order.pk not in rows}.values())
    validated = [(one, {"order": order}) for order, one in zip(fresh, validate_orders(fresh), strict=True)]
    rows |= {row.order_id: row for row in _list(campaign, validated, actor=actor)}
    if len(fresh) > 1:
        campaign.note("orders", actor=actor, count=len(fresh))
    return [rows[order.pk] for order in orders]


@transaction.atomic
def add_table(campaign: MailCampaign, rows: Iterable[RecipientInput], *, actor: str) -> list[CardRecipient]:
    """List each row, perhaps as left out. Its maker vouches for consent, but opt-outs are respected."""
    campaign = _open_campaign(campaign.pk)
    rows = list(rows)
    people = _without_opted_out([validate_row(row) for row in rows])
    validated = [(one, {"table_row": row.number}) for row, one in zip(rows, people, strict=True)]
    recipients = _list(campaign, validated, actor=actor)
    campaign.note("table", actor=actor, rows=len(recipients))
    return recipients


@transaction.atomic
def remove_recipient(recipient: CardRecipient, *, actor: str) -> None:
    """Remove the recipient. Raises IllegalTransition unless the campaign is a draft."""
    campaign = _open_campaign(recipient.campaign_id)
    campaign.recipients.filter(pk=recipient.pk).delete()
    campaign.note("removed", actor=actor, name=str(recipient))


def validate_orders(orders: list[Order]) -> list[ValidatedAddress]:
    """Return for each whether its recipient may get a card: consent first, then the address. Two queries."""
    rows = Address.objects.filter(order__in=orders, role=AddressRole.RECIPIENT)
    places = {row.order_id: row for row in rows}
    validated = [validate_order_address(places.get(order.pk), email=order.customer_email) for order in orders]
    validated = [
        replace(one, reason=_objection(order) or one.reason) for order, one in zip(orders, validated, strict=True)
    ]
    return _without_opted_out(validated)


def _objection(order: Order) -> str:
    if order.is_test:
        return LeftOut.TEST
    if order.state == OrderState.CANCELLED or order.cancel_requested_at:
        return LeftOut.CANCELLED
    return "" if order.accepts_letters else LeftOut.NO_CONSENT


def _without_opted_out(validated: list[ValidatedAddress]) -> list[ValidatedAddress]:
    """Mark those who opted out of letters, wherever their address came from. One query."""
    opted_out = find_opt_outs((one.address.email for one in validated), consent=Consent.LETTERS)
    return [replace(one, reason=LeftOut.NO_CONSENT) if one.address.email in opted_out else one for one in validated]


def find_unwilling(campaign: MailCampaign) -> dict[int, str]:
    """Return {recipient's key: reason} of those who may get no card any more. One query.

    Their order was cancelled since, or the customer wants no more letters.
    """
    opt_outs = OptOut.objects.filter(consent=Consent.LETTERS, email=OuterRef("email"))
    is_cancelled = Q(order__state=OrderState.CANCELLED) | Q(order__cancel_requested_at__isnull=False)
    rows = campaign.recipients.exclude(state__in=[CardState.LEFT_OUT, CardState.UNDELIVERABLE])
    rows = rows.filter(is_cancelled | Q(order__accepts_letters=False) | Exists(opt_outs))
    return {
        key: LeftOut.CANCELLED if state == OrderState.CANCELLED or cancelled_at else LeftOut.NO_CONSENT
        for key, state, cancelled_at in rows.values_list("pk", "order__state", "order__cancel_requested_at")
    }


def unwilling_text(count: int) -> str:
    """Return why a campaign with so many of them is not paid."""
    text = ngettext(
        "%(count)s recipient can no longer get a card: the order has since been cancelled, or the customer has "
        "opted out of letters. Request the price again to remove the recipient.",
        "%(count)s recipients can no longer get a card: their orders have since been cancelled, or the customers "
        "have opted out of letters. Request the price again to remove the recipients.",
        count,
    )
    return text % {"count": count}


def foresee(orders: list[Order], *, campaign: MailCampaign) -> list[tuple[Order, str]]:
    """Return what `add_orders` would make of each: (order, reason), empty where a card would be listed."""
    validated = list(zip(orders, validate_orders(orders), strict=True))
    keys = {one.key for _order, one in validated if not one.reason}
    taken, recent = _taken(campaign, keys), _recent(campaign, keys)
    listed = set(campaign.recipients.filter(order__in=orders).values_list("order", flat=True))
    results = []
    for order, one in validated:
        reason = _reason(one, taken=taken, recent=recent)
        if order.shop_id != campaign.shop_id:
            text = _("The order belongs to another shop.")
        elif order.pk in listed:
            text = str(LeftOut.TWICE.label)
        else:
            text = str(LeftOut(reason).label) if reason else ""
        if not text:
            taken.add(one.key)
        results.append((order, text))
    return results


def _open_campaign(pk: int) -> MailCampaign:
    """Return the draft, locked together with its shop: two campaigns never take the same person at once."""
    campaign = MailCampaign.objects.select_for_update(of=("self",)).filter(pk=pk).first()
    if campaign is None:
        raise Conflict(_("Campaign not found."))
    campaign.can_fill().ensure()
    lock_shop(campaign.shop_id)
    return campaign


def _list(
    campaign: MailCampaign, validated: list[tuple[ValidatedAddress, dict[str, Any]]], *, actor: str
) -> list[CardRecipient]:
    """Create rows for all of them, in their order. The campaign must be open and locked. Raise InvalidInput beyond
    MOST_RECIPIENTS.
    """
    if campaign.recipients.count() + len(validated) > MOST_RECIPIENTS:
        text = _("A campaign can have at most %d recipients.") % MOST_RECIPIENTS
        raise InvalidInput(text, errors={"": [text]})
    keys = {one.key for one, _source in validated if not one.reason}
    taken, recent = _taken(campaign, keys), _recent(campaign, keys)
    made = []
    for one, source in validated:
        reason = _reason(one, taken=taken, recent=recent)
        if not reason:
            taken.add(one.key)
        made.append(
            CardRecipient(
                campaign=campaign,
                key=one.key,
                state=CardState.LEFT_OUT if reason else CardState.LISTED,
                reason=reason,
                added_by=actor,
                **{name: getattr(one.address, name) for name in one.address.__struct_fields__},
                **source,
            )
        )
    return CardRecipient.objects.bulk_create(made, batch_size=1000)


def _reason(one: ValidatedAddress, *, taken: set[str], recent: set[str]) -> str:
    if one.reason:
        return one.reason
    return LeftOut.TWICE if one.key in taken else LeftOut.RECENT if one.key in recent else ""


def _taken(campaign: MailCampaign, keys: set[str]) -> set[str]:
    rows = campaign.recipients.filter(key__in=keys).exclude(state=CardState.LEFT_OUT)
    return set(rows.values_list("key", flat=True))


def _recent(campaign: MailCampaign, keys: set[str]) -> set[str]:
    """Return who of them is in another open campaign of the shop, or got a card within the shop's pause."""
    if not (days := campaign.shop.card_pause_days):
        return set()
    since = timezone.now() - timedelta(days=days)
    others = MailCampaign.objects.filter(
        Q(mailed_at__isnull=True) | Q(mailed_at__gte=since),
        Q(paid_at__isnull=True) | Q(paid_at__gte=since) | Q(mailed_at__gte=since),
        pk=OuterRef("campaign_id"),
        shop=campaign.shop_id,
    ).exclude(state=CampaignState.CANCELLED)
    rows = CardRecipient.objects.filter(Exists(others), key__in=keys).exclude(
        Q(state__in=[CardState.LEFT_OUT, CardState.UNDELIVERABLE]) | Q(campaign=campaign)
    )
    return set(rows.values_list("key", flat=True))
