"""The page that asks before money is spent, and the proof that belongs to it."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from backoffice.engine.services.files import open_path
from backoffice.errors import Conflict, DomainError
from backoffice.files.types import PDF
from backoffice.staff.base import refuse, staff_user
from backoffice.staff.pages import act
from backoffice.text.translatable import gettext as _
from backoffice.web.file_answers import file_response
from orders.marketing.admin.campaign_pages.actions import page_of_campaign
from orders.marketing.admin.campaign_pages.labels import cards_label, describe_sending, dollars, price_lines
from orders.marketing.models import MailCampaign
from orders.marketing.services.campaigns.paying import Shown, can_check_out, check_out_campaign


def checkout_context(campaign: MailCampaign) -> dict[str, Any]:
    """Return the page's context: the campaign, the number of cards, the price against the budget."""
    return {
        "campaign": campaign,
        "refusal": can_check_out(campaign).reason,
        "cards": cards_label(campaign.accepted),
        "difference": campaign.submitted - campaign.accepted,
        "lines": price_lines(campaign),
        "price": dollars(campaign.price),
        "budget": dollars(campaign.budget),
        "button": describe_sending(cards=campaign.accepted, price=campaign.price),
        "back": page_of_campaign(campaign),
    }


def confirm_checkout(request: HttpRequest, campaign: MailCampaign) -> HttpResponse:
    """Check out what the page showed; when it has changed since, go back to the page with the reason."""
    try:
        shown = _shown(request)
    except DomainError as error:
        return refuse(request, error)

    def do() -> str:
        accepts = request.POST.get("accept_difference") == "1"
        check_out_campaign(campaign, user=staff_user(request), shown=shown, accepts_difference=accepts)
        return _("Checked out. The vendor is settling the payment; this page shows the status.")

    return act(request, do, to=page_of_campaign(campaign))


def _shown(request: HttpRequest) -> Shown:
    cards = request.POST.get("cards", "")
    try:
        price = Decimal(request.POST.get("price", ""))
    except InvalidOperation:
        price = Decimal(-1)
    if not (cards.isascii() and cards.isdigit()) or not price.is_finite() or price < 0:
        raise Conflict(_("The page was incomplete. Open it again."))
    return Shown(price=price, cards=int(cards))


def proof_response(campaign: MailCampaign) -> HttpResponseBase:
    """Return our copy of the proof, which the campaign's page may show in a frame. Raises Http404."""
    try:
        content = open_path(campaign.proof_path, size=campaign.proof_size)
    except FileNotFoundError:
        raise Http404 from None
    answer = file_response(content, content_type=PDF, name=f"proof-{campaign.pk}")
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer
