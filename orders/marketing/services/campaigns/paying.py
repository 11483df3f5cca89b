"""Checking out a campaign: the one step that costs money, and cannot be undone.

A person confirms a price and a number of cards; both are asked for again before the call and have to be the same.
"Attempted" is committed before the call. After a lost answer the vendor's order says what became of it, and only a
draft leads back to the page that asks a person again: nothing is ever paid by a retry.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.amounts import money
from backoffice.engine.models import Push
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.delivery import Delivery, Postponed, Withdrawn
from backoffice.engine.services.handlers import ReconcileResult, Recovery, push_kind
from backoffice.engine.services.pushes import queue_push
from backoffice.errors import ELIGIBLE, Conflict, Eligibility, NotAllowed, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.abilities import SendsCards
from backoffice.vendors.card_messages import CURRENCY, CardOrderReport, CardPrice, RemoteCardState, Settlement
from backoffice.vendors.errors import VendorAuthFailed, VendorError, VendorRejected, VendorUnavailable
from backoffice.vendors.registry import setting_name, vendor_type
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.handling import CampaignHandler, leave_to_campaign
from orders.marketing.services.campaigns.making import CHECK_OUT
from orders.marketing.services.campaigns.preparing import mailing_of, note_price
from orders.marketing.services.campaigns.recipients import find_unwilling, unwilling_text
from orders.marketing.services.campaigns.reports import apply_card_report, back_to_proof, poll_seconds

# A price that was asked for longer ago is asked for again before somebody confirms it.
PRICE_LASTS = timedelta(hours=1)
PERMISSION = "marketing.check_out_mailcampaign"


@dataclass(frozen=True)
class Shown:
    """What the page showed to whoever confirmed: the price in USD and how many cards."""

    price: Decimal
    cards: int


def can_check_out(campaign: MailCampaign) -> Eligibility:
    """Return whether the campaign may be paid now."""
    if not vendor_type(campaign.vendor, SendsCards).may_check_out():
        text = _("Checkouts are switched off here (%(setting)s=0): nothing is paid, nothing is mailed.")
        return ineligible(text % {"setting": setting_name(campaign.vendor, "CHECKOUT")})
    if campaign.state != CampaignState.PROOFED:
        return ineligible(campaign.state_text())
    if campaign.price is None or campaign.priced_at is None or timezone.now() - campaign.priced_at > PRICE_LASTS:
        return ineligible(_("The price is more than an hour old. Request it again first."))
    if campaign.price > campaign.budget:
        return ineligible(_("The price exceeds the budget of this campaign."))
    if unwilling := find_unwilling(campaign):
        return ineligible(unwilling_text(len(unwilling)))
    return ELIGIBLE


@transaction.atomic
def check_out_campaign(
    campaign: MailCampaign, *, user: User | AbstractBaseUser | AnonymousUser, shown: Shown, accepts_difference: bool
) -> MailCampaign:
    """Send the campaign to be paid, at the price and for the cards that the page showed.

    Raises NotAllowed without the permission; IllegalTransition when it cannot be (see `can_check_out`); Conflict
    when price or cards are not those shown, or fewer were accepted than submitted and nobody confirmed that.
    """
    if not user.has_perm(PERMISSION):  # type: ignore[union-attr]
        raise NotAllowed(_("You are not allowed to check out card campaigns."))
    campaign = MailCampaign.objects.locked(campaign.pk)
    can_check_out(campaign).ensure()
    if campaign.price != shown.price or campaign.accepted != shown.cards:
        raise Conflict(_("The price or the number of cards has changed since you opened the page. Review both again."))
    if campaign.accepted != campaign.submitted and not accepts_difference:
        raise Conflict(
            _("%(submitted)d recipients were submitted and %(accepted)d accepted. Confirm that this is right.")
            % {"submitted": campaign.submitted, "accepted": campaign.accepted}
        )
    actor = user.get_username()
    campaign.checkout_by, campaign.problem = actor, ""
    campaign.save(update_fields=["checkout_by", "problem", "updated_at"])
    campaign.move_to(CampaignState.PAYING, actor=actor, cards=campaign.accepted, price=str(campaign.price))
    payload = {"vendor_id": campaign.vendor_id, "price": str(campaign.price), "cards": campaign.accepted}
    queue_push(CHECK_OUT, vendor=campaign.vendor, subject=campaign, actor=actor, payload=payload)
    return campaign


@push_kind(CHECK_OUT)
class Checkout(CampaignHandler):
    """One stored draft is paid and mailed. A retry never pays: whatever is unclear goes back to a person."""

    title = gettext_lazy("Check out cards")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.ASK_ANEW

    def if_sent_again(self, push: Push) -> list[str]:
        return [
            _t(
                "The order is read first. If it is paid, the campaign continues. If it is still a draft, check out "
                "again on the campaign page."
            ),
            _t("Nothing is paid by this decision."),
        ]

    def cost(self, push: Push) -> tuple[Decimal, str] | None:
        return Decimal(push.payload["price"]), CURRENCY

    def rejected(self, push: Push, error: VendorError) -> None:
        campaign = MailCampaign.objects.locked(push.subject_id)
        if campaign.state == CampaignState.PAYING:
            back_to_proof(campaign, error.text, kind="refused")
        leave_to_campaign(push)

    def decided(self, push: Push, *, happened: bool) -> None:
        if happened:
            _assume_checked_out(push)

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        self.agreed: dict[str, Any] = self.push.payload

    def deliver(self, delivery: Delivery) -> None:
        """Check out the stored draft once, or ask a person again. Raises Withdrawn when nothing was paid."""
        self._ensure_wanted()
        report = self._read()
        if report.state is not RemoteCardState.DRAFT:
            self.record_report(report)
            return
        if self.campaign.checkout_attempted_at is not None:
            self._give_back()
        self._compare()
        self.delivery.record(self._note_attempt)
        self._pay()

    def _ensure_wanted(self) -> None:
        if self.campaign.state != CampaignState.PAYING:
            raise Withdrawn(self.campaign.state_text())
        if self.campaign.vendor_id != self.agreed.get("vendor_id"):
            raise Withdrawn(_("The campaign has a different draft from the one confirmed."))
        if not self.vendor.may_check_out() and self.campaign.checkout_attempted_at is None:
            text = _("Checkouts are switched off here (%(setting)s=0): nothing was paid.")
            self._back(text % {"setting": setting_name(self.campaign.vendor, "CHECKOUT")})

    def _read(self) -> CardOrderReport:
        """Return the order as the vendor shows it. Raises Withdrawn, and asks a person, where it shows none."""
        report = self._read_or_none()
        if report is None:
            self.stick_and_withdraw(_("Order %s was not found at the vendor.") % self.campaign.vendor_id)
        return report

    def _give_back(self) -> None:
        """Ask a person again, once it is certain that an earlier attempt left the order a draft."""
        wait = seconds_until(self.campaign)
        if wait > 0:
            raise Postponed(_("The vendor may still be processing the checkout."), seconds=wait)
        self._back(_("The checkout did not reach the vendor: the order is still a draft, and nothing was paid."))

    def _compare(self) -> None:
        """Ensure that price and cards are those confirmed, and that everybody is still to get one."""
        self._ensure_willing()
        vendor_id, mailing = self.campaign.vendor_id, mailing_of(self.campaign)
        price: CardPrice = self.delivery.read(lambda: self.vendor.price_cards(vendor_id, mailing))
        cards = len(self.delivery.read(lambda: self.vendor.read_recipients(vendor_id)))
        agreed = Decimal(self.agreed["price"])
        now = MailCampaign()
        note_price(now, price)
        if cards != self.agreed["cards"]:
            params = {"now": cards, "agreed": self.agreed["cards"]}
            self._back(_("The draft contains %(now)d recipients instead of %(agreed)d. Nothing was paid.") % params)
        if now.price != agreed:
            params = {"now": money(now.price, "USD"), "agreed": money(agreed, "USD")}
            text = _("The price is now %(now)s instead of %(agreed)s. Nothing was paid. Review it again.") % params
            self._back(text, price=price)

    def _ensure_willing(self) -> None:
        """Ensure that nobody in the draft is to get no card any more: else it has to be priced without them."""
        if unwilling := find_unwilling(self.campaign):
            self._back(unwilling_text(len(unwilling)))

    def _back(self, text: str, *, price: CardPrice | None = None) -> None:
        def change() -> None:
            campaign = self.locked()
            if price is not None:
                note_price(campaign, price)
                campaign.save()
            back_to_proof(campaign, text)

        self.delivery.record(change)
        raise Withdrawn(text)

    def _note_attempt(self) -> None:
        """Note that it may be paid from here on. Checked again under the lock: it may be cancelled meanwhile."""
        campaign = self.locked()
        if campaign.state != CampaignState.PAYING or campaign.vendor_id != self.agreed.get("vendor_id"):
            raise Withdrawn(campaign.state_text())
        campaign.checkout_attempted_at = timezone.now()
        campaign.poll_seconds = poll_seconds(campaign, is_paying=True)
        campaign.poll_at = database_now() + timedelta(seconds=campaign.poll_seconds)
        campaign.save(update_fields=["checkout_attempted_at", "poll_seconds", "poll_at", "updated_at"])

    def _forget_attempt(self) -> None:
        """Take the note back: the attempt certainly never reached the vendor."""
        campaign = self.locked()
        campaign.checkout_attempted_at = campaign.poll_at = None
        campaign.save(update_fields=["checkout_attempted_at", "poll_at", "updated_at"])

    def _pay(self) -> None:
        vendor_id, mailing = self.campaign.vendor_id, mailing_of(self.campaign)
        try:
            self.delivery.write(
                "checkout",
                lambda: self.vendor.check_out_cards(vendor_id, mailing),
                self.record_settlement,
                # Orders are cancelled and customers opt out at any time: in the wait for our turn too.
                last_check=self._ensure_willing,
            )
        except (VendorUnavailable, VendorAuthFailed):
            self.delivery.record(self._forget_attempt)
            raise
        except VendorRejected:
            # A late first attempt makes a second one fail: the order's state decides, not the refusal.
            report = self._read()
            if report.state is RemoteCardState.DRAFT:
                raise
            self.record_report(report)

    def record_settlement(self, settlement: Settlement) -> None:
        """Record that the payment is under way; the vendor says when to ask for it."""
        campaign = self.locked()
        campaign.poll_seconds = poll_seconds(campaign, is_paying=True)
        if settlement.poll_after is not None:
            campaign.poll_seconds = min(max(settlement.poll_after, 0.0), 24 * 3600.0)
        campaign.poll_at = database_now() + timedelta(seconds=campaign.poll_seconds)
        if settlement.expected_within is not None:
            seconds = min(max(settlement.expected_within, 0.0), 30 * 24 * 3600.0)
            campaign.settles_until = database_now() + timedelta(seconds=seconds)
        campaign.raw_state = settlement.raw_state[:64]
        campaign.save()
        campaign.move_to(CampaignState.PAYMENT_NEEDED, actor="system", cards=campaign.accepted)
        if settlement.state in (RemoteCardState.PAID, RemoteCardState.MAILED):
            report = CardOrderReport(
                vendor_id=campaign.vendor_id, state=settlement.state, raw_state=settlement.raw_state
            )
            apply_card_report(campaign, report)

    def record_report(self, report: CardOrderReport) -> None:
        self.delivery.record(lambda: apply_card_report(self.locked(), report))

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        """Decide by the order's state. A draft proves that nothing was paid, after the time the vendor needs."""
        if self.push.step != "checkout":
            return ReconcileResult.UNDECIDED
        report = self._read_or_none()
        if report is None or report.state is RemoteCardState.UNKNOWN:
            return ReconcileResult.UNDECIDED
        if report.state is not RemoteCardState.DRAFT:
            self.record_report(report)
            return ReconcileResult.DONE
        return ReconcileResult.UNDECIDED if seconds_until(self.campaign) > 0 else ReconcileResult.ABSENT

    def _read_or_none(self) -> CardOrderReport | None:
        vendor_id = self.campaign.vendor_id
        report: CardOrderReport | None = self.delivery.read(lambda: self.vendor.read_cards([vendor_id])).get(vendor_id)
        return report


def seconds_until(campaign: MailCampaign) -> float:
    """Return the seconds until the vendor may be asked what became of the payment."""
    return (campaign.poll_at - database_now()).total_seconds() if campaign.poll_at else 0.0


def _assume_checked_out(push: Push) -> None:
    """Note that a person says it was checked out: the vendor is asked at once, and its word counts."""
    campaign = MailCampaign.objects.locked(push.subject_id)
    if campaign.state == CampaignState.PAYING:
        campaign.poll_at, campaign.problem = database_now(), ""
        campaign.save(update_fields=["poll_at", "problem", "updated_at"])
        campaign.move_to(CampaignState.PAYMENT_NEEDED, actor="system", cards=campaign.accepted)
