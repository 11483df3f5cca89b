"""Asking the vendor, which calls nobody, how campaigns fare: payments at the pace it named, cards now and then.

One request for up to 50 campaigns where the API allows it. Delivery by recipient has a route for each order only: so
many of those a run, the longest not asked first.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.engine.models.push import Lane
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.integrations import get_vendor
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import SendsCards
from backoffice.vendors.card_messages import CardCharge, CardDelivery, CardOrderReport, CardResults, RemoteCard
from backoffice.vendors.errors import VendorError, VendorProtocolError, VendorRejected
from backoffice.vendors.registry import live_accounts
from orders.marketing.models import CampaignState, CardDeliveryState, CardRecipient, CardState, MailCampaign
from orders.marketing.services.campaigns.conversions import find_conversions, follow_uploads
from orders.marketing.services.campaigns.matching import match_cards
from orders.marketing.services.campaigns.reports import apply_card_report, poll_seconds

logger = logging.getLogger(__name__)
T = TypeVar("T")

ASKED_AT_ONCE = 50
MOST_A_RUN = 200
MOST_DELIVERIES = 20
# So long after mailing nothing new is to be heard of cards.
FOLLOWED_FOR = timedelta(days=90)
_FOLLOWED = (CampaignState.PAYMENT_NEEDED, CampaignState.PAID, CampaignState.MAILED, CampaignState.STUCK)
_SENT = (CampaignState.PAID, CampaignState.MAILED)


@dataclass
class Followed:
    """What a run did; `stopped` says why it ended early."""

    asked: int = 0
    conversions: int = 0
    stopped: str = ""
    missing: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        text = f"{self.asked} campaigns asked for, {self.conversions} conversions found"
        return f"{text}; stopped: {self.stopped}" if self.stopped else text


def follow_campaigns(*, at_once: bool = False) -> Followed:
    """Ask for every campaign that is due (`at_once`: or not), and record what recipients bought.

    Ends early when a vendor cannot be read; what was read stays applied.
    """
    done = Followed()
    for vendor_name in live_accounts(SendsCards, configured=True):
        vendor = get_vendor(vendor_name, SendsCards, lane=Lane.READS)
        try:
            _follow_vendor(vendor, done, at_once=at_once)
            follow_uploads(vendor)
        except VendorError as error:
            done.stopped = error.text
            logger.warning("%s could not be asked how cards are: %s", vendor_name, error.text)
    done.conversions = find_conversions()
    return done


def _follow_vendor(vendor: SendsCards, done: Followed, *, at_once: bool) -> None:
    due = MailCampaign.objects.filter(vendor=vendor.name, state__in=_FOLLOWED).exclude(vendor_id="")
    due = due.filter(poll_at__isnull=False) if at_once else due.filter(poll_at__lte=Now())
    campaigns = list(due.order_by("poll_at")[:MOST_A_RUN])
    for start in range(0, len(campaigns), ASKED_AT_ONCE):
        some = campaigns[start : start + ASKED_AT_ONCE]
        _ask_states(vendor, some, done)
        _ask_results(vendor, [row for row in some if row.state in _SENT])
    for campaign in [row for row in campaigns if row.state in _SENT][:MOST_DELIVERIES]:
        _ask_deliveries(vendor, campaign)


def _ask_states(vendor: SendsCards, campaigns: list[MailCampaign], done: Followed) -> None:
    if not campaigns:
        return
    reports: dict[str, CardOrderReport] = vendor.read_cards([row.vendor_id for row in campaigns])
    for campaign in campaigns:
        report = reports.get(campaign.vendor_id)
        if report is None:
            done.missing.append(campaign.vendor_id)
        _change(campaign, partial(_apply_state, report=report))
        done.asked += 1


def _apply_state(campaign: MailCampaign, *, report: CardOrderReport | None) -> None:
    if report is None:
        text = _("Order %s was not found at the vendor.") % campaign.vendor_id
        campaign.problem = text
        campaign.poll_at = database_now() + timedelta(seconds=poll_seconds(campaign))
        campaign.save(update_fields=["problem", "poll_at", "updated_at"])
        return
    apply_card_report(campaign, report)
    _warn_of_slow_payment(campaign)


def _warn_of_slow_payment(campaign: MailCampaign) -> None:
    """Warn staff of a late payment; it goes on being asked for."""
    late = campaign.settles_until is not None and campaign.settles_until < database_now()
    if campaign.state == CampaignState.PAYMENT_NEEDED and late and not campaign.problem:
        campaign.problem = _("The payment is taking longer than the vendor announced. We keep checking.")
        campaign.save(update_fields=["problem", "updated_at"])


def _ask_results(vendor: SendsCards, campaigns: list[MailCampaign]) -> None:
    if not campaigns:
        return
    ids = [row.vendor_id for row in campaigns]
    results: dict[str, CardResults] = _optional(lambda: vendor.read_results(ids)) or {}
    uncharged = [row.vendor_id for row in campaigns if row.charged is None]
    charges: dict[str, CardCharge] = (_optional(lambda: vendor.read_charges(uncharged)) if uncharged else None) or {}
    for campaign in campaigns:
        result, charge = results.get(campaign.vendor_id), charges.get(campaign.vendor_id)
        _change(campaign, partial(_apply_results, result=result, charge=charge))


def _optional(ask: Callable[[], T]) -> T | None:
    """Return None for figures that the vendor refuses or garbles, so that everything else goes on."""
    try:
        return ask()
    except (VendorRejected, VendorProtocolError) as error:
        logger.warning("Figures of cards could not be read: %s", error.text)
        return None


def _apply_results(campaign: MailCampaign, *, result: CardResults | None, charge: CardCharge | None) -> None:
    now = timezone.now()
    if result is not None:
        campaign.counts, campaign.scans = result.counts, max(campaign.scans, result.scans)
        campaign.last_scan = _later(campaign.last_scan, result.last_scan)
        _note_scans(campaign, result)
    if charge is not None:
        campaign.charged = charge.total
    campaign.followed_at = now
    is_over = campaign.mailed_at is not None and now - campaign.mailed_at > FOLLOWED_FOR
    campaign.poll_at = None if is_over else now + timedelta(seconds=poll_seconds(campaign))
    campaign.save()


def _note_scans(campaign: MailCampaign, result: CardResults) -> None:
    scans = [(RemoteCard(vendor_id=one.vendor_id, address=one.address), one) for one in result.scanned]
    by_card = {id(card): one for card, one in scans}
    rows, pairs = _matched(campaign, [card for card, _one in scans])
    for pk, card in pairs.items():
        one, row = by_card[id(card)], rows[pk]
        row.scans, row.last_scan = max(row.scans, one.scans), _later(row.last_scan, one.last_scan)
    CardRecipient.objects.bulk_update([rows[pk] for pk in pairs], ["scans", "last_scan"], batch_size=1000)


def _ask_deliveries(vendor: SendsCards, campaign: MailCampaign) -> None:
    deliveries: list[CardDelivery] = _optional(lambda: vendor.read_deliveries(campaign.vendor_id)) or []
    _change(campaign, lambda row: _note_deliveries(row, deliveries))


def _note_deliveries(campaign: MailCampaign, deliveries: list[CardDelivery]) -> None:
    """Record deliveries: a delivered card stays so, other words are as the vendor says them now."""
    cards = [(RemoteCard(vendor_id=one.vendor_id, address=one.address), one) for one in deliveries]
    by_card = {id(card): one for card, one in cards}
    rows, pairs = _matched(campaign, [card for card, _one in cards])
    for pk, card in pairs.items():
        one, row = by_card[id(card)], rows[pk]
        if row.delivery != CardDeliveryState.DELIVERED:
            row.delivery, row.raw_delivery = CardDeliveryState(one.state), one.raw_state
    CardRecipient.objects.bulk_update([rows[pk] for pk in pairs], ["delivery", "raw_delivery"], batch_size=1000)


def _matched(
    campaign: MailCampaign, cards: Iterable[RemoteCard]
) -> tuple[dict[int, CardRecipient], dict[int, RemoteCard]]:
    cards = list(cards)
    if not cards:
        return {}, {}
    rows = list(campaign.recipients.filter(state=CardState.ACCEPTED))
    return {row.pk: row for row in rows}, match_cards(rows, cards).pairs


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((when for when in (one, other) if when), default=None)


@transaction.atomic
def _change(campaign: MailCampaign, change: Callable[[MailCampaign], None]) -> None:
    """Apply a reading, unless the campaign was checked out (again) since: then it is outdated."""
    row = MailCampaign.objects.locked(campaign.pk)
    if row.checkout_attempted_at == campaign.checkout_attempted_at and row.vendor_id == campaign.vendor_id:
        change(row)
        campaign.state = row.state
        campaign.mailed_at, campaign.paid_at, campaign.charged = row.mailed_at, row.paid_at, row.charged
