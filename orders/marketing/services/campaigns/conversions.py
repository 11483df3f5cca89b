"""What recipients of cards buy: found among new orders, reported to the vendor once each, by our order number."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.models.push import Lane
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.handlers import ReconcileResult, Recovery, push_kind
from backoffice.engine.services.pushes import queue_push
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import SendsCards
from backoffice.vendors.card_messages import ConversionToReport, ConversionUpload
from backoffice.vendors.errors import VendorProtocolError, VendorRejected
from backoffice.vendors.money import round_money
from backoffice.vendors.registry import vendor_type
from orders.marketing.models import CampaignState, CardConversion, CardState, MailCampaign
from orders.marketing.services.campaigns.addresses import validate_order_address
from orders.marketing.services.campaigns.handling import CampaignHandler, retry_or_hand_to_staff
from orders.marketing.services.campaigns.making import CONVERSIONS
from orders.models import Address, AddressRole, Order, OrderState

MOST_ORDERS = 2000
MOST_UPLOADS = 20
# Orders are numbered a moment before they are committed: a younger one than this may have an older neighbour.
COMMITTED_AFTER = timedelta(minutes=2)
LONGEST_WINDOW = timedelta(days=2 * 366)
# An order is placed before it comes in, but rarely by more.
ARRIVES_WITHIN = timedelta(days=1)


def find_conversions(*, now: datetime | None = None) -> int:
    """Record orders that recipients placed within the attribution window, and queue their report to the vendor.

    The newest campaign gets an order that several could claim. Return how many were found.
    """
    now = now or timezone.now()
    since = now - LONGEST_WINDOW
    campaigns = MailCampaign.objects.filter(state__in=[CampaignState.PAID, CampaignState.MAILED], paid_at__gte=since)
    return sum(_find_of(campaign, now=now) for campaign in campaigns.order_by("-paid_at") if _is_open(campaign, now))


def _is_open(campaign: MailCampaign, now: datetime) -> bool:
    """Return whether the window is open, with a day beyond it for orders that arrive late."""
    begin = campaign.mailed_at or campaign.paid_at
    return begin is not None and now <= begin + timedelta(days=campaign.attribution_days + 1)


@transaction.atomic
def _find_of(campaign: MailCampaign, *, now: datetime) -> int:
    campaign = MailCampaign.objects.locked(campaign.pk)
    begin = campaign.mailed_at or campaign.paid_at
    if begin is None:
        return 0
    first = campaign.orders_seen or _newest_before(begin - ARRIVES_WITHIN)
    orders = Order.objects.filter(shop=campaign.shop_id, pk__gt=first, created_at__lt=now - COMMITTED_AFTER)
    seen = list(orders.order_by("pk")[:MOST_ORDERS])
    if not seen:
        return 0
    end = begin + timedelta(days=campaign.attribution_days)
    bought = [order for order in seen if begin <= order.placed_at <= end and _counts(order)]
    found = _match(campaign, bought)
    campaign.orders_seen = seen[-1].pk
    campaign.save(update_fields=["orders_seen"])
    if found:
        payload: dict[str, Any] = {"ids": [row.pk for row in found if not row.problem]}
        campaign.note("converted", actor="system", count=len(found))
        if payload["ids"]:
            queue_push(
                CONVERSIONS,
                vendor=campaign.vendor,
                subject=campaign,
                actor="system",
                payload=payload,
                lane=Lane.READS,
                merge=True,
            )
    return len(found)


def _counts(order: Order) -> bool:
    """Return whether the order is something that was sold."""
    return not order.complaint and not order.is_test and order.state != OrderState.CANCELLED


def _newest_before(before: datetime) -> int:
    """Return the key of the newest order that had come in by then."""
    rows = Order.objects.filter(created_at__lt=before).order_by("-created_at")
    return rows.values_list("pk", flat=True).first() or 0


def _match(campaign: MailCampaign, orders: list[Order]) -> list[CardConversion]:
    """Match orders to recipients by e-mail, or by name and address.

    The order that made somebody a recipient is none of its own conversions.
    """
    if not orders:
        return []
    places = {row.order_id: row for row in Address.objects.filter(order__in=orders, role=AddressRole.RECIPIENT)}
    validated = {order.pk: validate_order_address(places.get(order.pk), email=order.customer_email) for order in orders}
    keys = {one.key for one in validated.values() if one.key}
    emails = {one.address.email for one in validated.values() if one.address.email}
    recipients = campaign.recipients.filter(Q(key__in=keys) | Q(email__in=emails), state=CardState.ACCEPTED)
    by_key = {row.key: row for row in recipients}
    by_email = {row.email: row for row in recipients if row.email}
    rows = []
    for order in orders:
        one = validated[order.pk]
        recipient = by_email.get(one.address.email) or by_key.get(one.key)
        if recipient is not None and recipient.order_id != order.pk:
            rows.append(
                CardConversion(
                    campaign=campaign, recipient=recipient, order=order, problem=_problem(order, vendor=campaign.vendor)
                )
            )
    known = set(CardConversion.objects.filter(order__in=[row.order_id for row in rows]).values_list("order", flat=True))
    fresh = [row for row in rows if row.order_id not in known]
    return CardConversion.objects.bulk_create(fresh)


def _problem(order: Order, *, vendor: str) -> str:
    if order.currency == vendor_type(vendor, SendsCards).currency():
        return ""
    return _("Not reported: it was paid in %s, and the vendor does not record currencies.") % order.currency


@push_kind(CONVERSIONS)
class Report(CampaignHandler):
    """The report of what recipients bought to the vendor, which knows each sale by our number of the order."""

    title = gettext_lazy("Report purchases by recipients")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        # Reporting again is harmless: the vendor counts each order once.
        return retry_or_hand_to_staff(delivery)

    def decided(self, push: Push, *, happened: bool) -> None:
        """Take over a person's decision whether the vendor has these."""
        if not happened:
            return
        rows = CardConversion.objects.filter(pk__in=push.payload.get("ids", []), exported_at__isnull=True, problem="")
        rows.update(exported_at=timezone.now())
        MailCampaign.objects.filter(pk=push.subject_id).update(problem="")

    def deliver(self, delivery: Delivery) -> None:
        """Report all conversions of the push that were not reported yet; a refusal is noted on its row."""
        rows = CardConversion.objects.filter(
            pk__in=self.delivery.push.payload.get("ids", []), exported_at__isnull=True, problem=""
        )
        rows = rows.select_related("order", "recipient").order_by("pk")
        waiting = list(rows)
        size = self.vendor.MAX_CONVERSIONS
        for start in range(0, len(waiting), size):
            self._report(waiting[start : start + size])

    def _report(self, rows: list[CardConversion]) -> None:
        """Report in one request; when the vendor refuses it, one by one, to know which it means."""
        messages = [_message(row) for row in rows]
        try:
            self.delivery.write(
                f"conversions:{rows[0].pk}",
                lambda: self.vendor.report_conversions(messages),
                partial(self._note_exported, rows),
            )
        except VendorRejected as error:
            if len(rows) > 1:
                for row in rows:
                    self._report([row])
                return
            text = error.text[:500]
            keys = [row.pk for row in rows]
            self.delivery.record(lambda: CardConversion.objects.filter(pk__in=keys).update(problem=text), step="")

    def _note_exported(self, rows: list[CardConversion], upload: ConversionUpload) -> None:
        CardConversion.objects.filter(pk__in=[row.pk for row in rows]).update(
            exported_at=timezone.now(),
            upload_id=upload.vendor_id,
            raw_state="" if upload.vendor_id else upload.raw_state,
        )


def _message(row: CardConversion) -> ConversionToReport:
    order, recipient = row.order, row.recipient
    revenue = round_money(order.total, currency=order.currency)
    return ConversionToReport(order_id=order.number, revenue=revenue, at=order.placed_at, buyer=recipient.address())


def follow_uploads(vendor: SendsCards) -> None:
    """Ask what became of reports for which the vendor named a number; bounded, newest first."""
    rows = CardConversion.objects.filter(campaign__vendor=vendor.name, raw_state="").exclude(upload_id="")
    uploads = list(dict.fromkeys(rows.order_by("-pk").values_list("upload_id", flat=True)[: 10 * MOST_UPLOADS]))
    for upload_id in uploads[:MOST_UPLOADS]:
        try:
            state = vendor.read_conversion_upload(upload_id).raw_state or "?"
        except (VendorRejected, VendorProtocolError) as error:
            state = error.text[:64]
        if state.casefold() not in ("pending", "processing", "queued", "inprogress", "in progress"):
            CardConversion.objects.filter(upload_id=upload_id).update(raw_state=state[:64])
