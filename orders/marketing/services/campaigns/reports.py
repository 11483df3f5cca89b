"""What a reading of the vendor's order says about a campaign: the one place where payment and mailing are noted."""

from datetime import timedelta

from django.utils import timezone

from backoffice.engine.services.clock import database_now
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import SendsCards
from backoffice.vendors.card_messages import CardOrderReport, RemoteCardState
from backoffice.vendors.registry import vendor_type
from orders.marketing.models import CampaignState, MailCampaign

UNDER_WAY = (CampaignState.PAYING, CampaignState.PAYMENT_NEEDED)
_RANK = {
    CampaignState.PAYING: 0,
    CampaignState.PAYMENT_NEEDED: 1,
    CampaignState.PAID: 2,
    CampaignState.MAILED: 3,
}
_STATES = {
    RemoteCardState.PAYMENT_NEEDED: CampaignState.PAYMENT_NEEDED,
    RemoteCardState.PAID: CampaignState.PAID,
    RemoteCardState.MAILED: CampaignState.MAILED,
}


def apply_card_report(campaign: MailCampaign, report: CardOrderReport) -> None:
    """Take over what the vendor says. The row must be locked. What is paid or mailed never goes back.

    A draft, while a payment was under way, is a failed payment: a person is asked again, with the cause. But not before
    the time that the vendor named: whoever asks sooner may see it as it was before the checkout, and would pay twice.
    """
    campaign.raw_state = report.raw_state[:64]
    campaign.save(update_fields=["raw_state", "updated_at"])
    if report.state is RemoteCardState.DRAFT:
        is_tried = campaign.state == CampaignState.STUCK and campaign.checkout_attempted_at is not None
        if _is_early(campaign):
            return
        if campaign.state in UNDER_WAY or is_tried:
            text = _("The payment failed, and the order is a draft again (“%s”). Nothing will be mailed.")
            back_to_proof(campaign, text % report.raw_state, kind="payment_failed")
        return
    if (state := _STATES.get(report.state)) is not None:
        _go_on(campaign, state, report)
    else:
        _end(campaign, report)


def _is_early(campaign: MailCampaign) -> bool:
    return campaign.state in UNDER_WAY and campaign.poll_at is not None and campaign.poll_at > database_now()


def back_to_proof(campaign: MailCampaign, text: str, *, kind: str = "not_paid") -> None:
    """Make the campaign ready again, since nothing was paid, with the reason. The row must be locked."""
    campaign.checkout_attempted_at = campaign.poll_at = campaign.settles_until = None
    campaign.problem = text[:2000]
    campaign.save()
    campaign.move_to(CampaignState.PROOFED, actor="system", kind=kind, text=text[:500])


def poll_seconds(campaign: MailCampaign, *, is_paying: bool = False) -> float:
    """Return how often the campaign's vendor is asked how it is."""
    return vendor_type(campaign.vendor, SendsCards).poll_seconds(is_paying=is_paying)


def _go_on(campaign: MailCampaign, state: CampaignState, report: CardOrderReport) -> None:
    now = timezone.now()
    if campaign.state not in _RANK and campaign.state != CampaignState.STUCK:
        # Nobody here asked for it: somebody paid in the vendor's own app.
        campaign.problem = _("The vendor reports “%s”, although it was not checked out here.") % report.raw_state
        campaign.save(update_fields=["problem", "updated_at"])
        return
    if state in (CampaignState.PAID, CampaignState.MAILED):
        campaign.paid_at = campaign.paid_at or report.paid_at or now
        campaign.settles_until = None
        campaign.problem = ""
    if state == CampaignState.MAILED:
        campaign.mailed_at = campaign.mailed_at or report.mailed_at or now
    seconds = poll_seconds(campaign) if campaign.paid_at else campaign.poll_seconds
    campaign.poll_at = now + timedelta(seconds=seconds)
    campaign.save()
    if _RANK.get(CampaignState(campaign.state), -1) < _RANK[state]:
        campaign.move_to(state, actor=f"vendor:{campaign.vendor}")


def _end(campaign: MailCampaign, report: CardOrderReport) -> None:
    """Record that it was refunded, cancelled, failed, or called by an unknown word: a person reads it."""
    text = _("The vendor reports the order as “%s”.") % report.raw_state
    campaign.poll_at = database_now() + timedelta(seconds=poll_seconds(campaign))
    if campaign.problem == text:
        campaign.save(update_fields=["poll_at", "updated_at"])
        return
    campaign.problem = text
    campaign.save()
    if report.state in (RemoteCardState.CANCELLED, RemoteCardState.REFUNDED) and campaign.state != CampaignState.MAILED:
        campaign.poll_at = None
        campaign.save(update_fields=["poll_at"])
        campaign.move_to(
            CampaignState.CANCELLED, actor=f"vendor:{campaign.vendor}", kind="ended", word=report.raw_state
        )
    elif report.state is not RemoteCardState.UNKNOWN or campaign.state == CampaignState.PAYING:
        if campaign.state == CampaignState.STUCK:
            return
        campaign.move_to(CampaignState.STUCK, actor=f"vendor:{campaign.vendor}", text=text)
