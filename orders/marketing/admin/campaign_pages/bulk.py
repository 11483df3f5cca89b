"""Orders marked in the list are added to a card campaign: first a page that says who would be left out, and why."""

from urllib.parse import urlsplit

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.errors import DomainError
from backoffice.staff.base import actor, refuse
from backoffice.staff.marks import back_to, marked_keys
from backoffice.text.translatable import gettext as _
from backoffice.visibility import visible
from orders.admin.parts import Guard, Place, register_part, register_urls
from orders.marketing.admin.campaign_pages.actions import page_of_campaign
from orders.marketing.models import CampaignState, CardState, MailCampaign
from orders.marketing.services.campaigns.recipients import add_orders, foresee
from orders.models import Order

CAMPAIGNS_OFFERED = 50
# More would keep the browser waiting with nothing to see.
MOST = 200
_LIST = "admin:orders_order_changelist"


@require_POST
def pick(request: HttpRequest) -> HttpResponse:
    """Ask for the campaign, and show what would become of each order. Nothing is changed."""
    orders = _asked(request)
    campaigns = _open_campaigns()
    campaign = _chosen(request, campaigns)
    verdicts = foresee(orders, campaign=campaign) if campaign else []
    willing = [order for order, refusal in verdicts if not refusal]
    return TemplateResponse(
        request,
        "marketing/campaigns/pick.html",
        {
            **admin.site.each_context(request),
            "title": _("Add to a card campaign"),
            "campaigns": campaigns,
            "campaign": campaign,
            "orders": orders,
            "willing": willing,
            "refused": [(order, refusal) for order, refusal in verdicts if refusal],
            "button": ngettext("Add %(count)s recipient", "Add %(count)s recipients", len(willing))
            % {"count": len(willing)},
            "back": back_to(request, _LIST),
        },
    )


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Add the orders; those that may get no card are listed with the reason."""
    orders = _asked(request)
    campaign = _chosen(request, _open_campaigns())
    if campaign is None:
        return refuse(
            request,
            DomainError(_("Choose a draft campaign.")),
            to=back_to(request, _LIST),
        )
    own = [order for order in orders if order.shop_id == campaign.shop_id]
    try:
        made = add_orders(own, campaign_id=campaign.pk, actor=actor(request))
    except DomainError as error:
        return refuse(request, error, to=back_to(request, _LIST))
    listed = sum(row.state == CardState.LISTED for row in made)
    text = ngettext("%(count)s recipient was added.", "%(count)s recipients were added.", listed)
    messages.success(request, text % {"count": listed})
    return HttpResponseRedirect(page_of_campaign(campaign))


def _asked(request: HttpRequest) -> list[Order]:
    if not (request.user.has_perm("orders.view_order") and request.user.has_perm("marketing.change_mailcampaign")):
        raise PermissionDenied
    keys = marked_keys(request.POST, "order", most=MOST)
    return list(visible(Order.objects.filter(pk__in=keys)).select_related("shop").order_by("-pk"))


def _open_campaigns() -> list[MailCampaign]:
    rows = visible(MailCampaign.objects.filter(state=CampaignState.DRAFT)).select_related("shop")
    return list(rows.order_by("-pk")[:CAMPAIGNS_OFFERED])


def _chosen(request: HttpRequest, campaigns: list[MailCampaign]) -> MailCampaign | None:
    """Return the campaign asked for; without one, the one whose page led to the list, else the newest."""
    key = request.POST.get("campaign", "")
    if key:
        return next((campaign for campaign in campaigns if str(campaign.pk) == key), None)
    came_from = QueryDict(urlsplit(request.POST.get("back", "")).query).get("campaign")
    newest = campaigns[0] if campaigns else None
    return next((campaign for campaign in campaigns if str(campaign.pk) == came_from), newest)


def _may_add_cards(request: HttpRequest, order: Order | None) -> bool:
    return request.user.has_perm("marketing.change_mailcampaign")


def _urls(view: Guard) -> list[URLPattern]:
    return [
        path("cards/", view(pick), name="orders_order_cards"),
        path("cards/add/", view(add), name="orders_order_cards_add"),
    ]


register_part(Place.MARKED, "marketing/campaigns/marked_button.html", read=_may_add_cards)
register_urls(_urls)
