"""Card campaigns in the admin: the list, the page of one, its form, its checkout."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase

from backoffice.engine.admin.push_list import kind_label
from backoffice.engine.models import Push
from backoffice.errors import DomainError
from backoffice.sight import PAYMENTS, PERSONAL_DATA, may_see_payments, require_sight
from backoffice.staff.base import actor, refuse
from backoffice.staff.pages import PagesAdmin, View, find_or_404
from backoffice.staff.recent_sign_in import fresh_identity_required
from backoffice.text.translatable import gettext as _
from orders.marketing.admin.campaign_pages.actions import ACTIONS, Action, page_of_campaign
from orders.marketing.admin.campaign_pages.audience import add_chosen, audience_context, audience_url
from orders.marketing.admin.campaign_pages.checkout import checkout_context, confirm_checkout, proof_response
from orders.marketing.admin.campaign_pages.forms import CampaignForm, TableForm, card_templates
from orders.marketing.admin.campaign_pages.labels import SITUATIONS, describe_event, funnel, price_lines
from orders.marketing.admin.campaign_pages.listing import CampaignList, recipient_listing
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.models.campaign import SPENT_STATES
from orders.marketing.services.campaigns.making import card_vendor, change_campaign, make_campaign
from orders.marketing.services.campaigns.paying import can_check_out

EVENTS_SHOWN, PUSHES_SHOWN = 30, 5
CHANGE, CHECK_OUT = "change_mailcampaign", "check_out_mailcampaign"
# While the vendor is at work the page looks again by itself.
MOVING = (CampaignState.PREPARING, CampaignState.PAYING, CampaignState.PAYMENT_NEEDED)


@admin.register(MailCampaign)
class MailCampaignAdmin(PagesAdmin):
    """Made and filled here and by rules; everything that reaches the vendor is a push."""

    sights = (PERSONAL_DATA,)
    list_page = CampaignList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("new/", "new", self.new_view),
            ("<int:pk>/edit/", "edit", self.edit_view),
            ("<int:pk>/checkout/", "checkout", self.checkout_view),
            ("<int:pk>/proof/", "proof", self.proof_view),
            ("<int:pk>/audience/", "audience", self.audience_view),
            *((f"<int:pk>/{name}/", name, self._acting(action)) for name, action in ACTIONS.items()),
        ]

    def detail_view(self, request: HttpRequest, campaign: MailCampaign) -> HttpResponse:
        recipients = recipient_listing(request, campaign)
        events = campaign.events.order_by("-pk")[:EVENTS_SHOWN]
        return self.render(
            request,
            "marketing/campaigns/campaign.html",
            title=campaign.name,
            campaign=campaign,
            chip=CampaignState(campaign.state).chip(),
            situation=SITUATIONS[CampaignState(campaign.state)],
            is_moving=campaign.state in MOVING,
            funnel=funnel(campaign, deliveries=recipients.pop("deliveries")),
            lines=price_lines(campaign),
            events=[(event, describe_event(event)) for event in events],
            pushes=[(push, kind_label(push.kind)) for push in Push.objects.about(campaign).reverse()[:PUSHES_SHOWN]],
            table_form=TableForm(),
            sold=_sold(campaign),
            **self._possible(request, campaign),
            **recipients,
        )

    def new_view(self, request: HttpRequest) -> HttpResponse:
        self.require(request, CHANGE)
        return self._form_page(request, None)

    def edit_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, CHANGE)
        return self._form_page(request, find_or_404(MailCampaign, pk))

    @fresh_identity_required
    def checkout_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what is sent and what it costs; on POST send it."""
        require_sight(PAYMENTS)
        self.require(request, CHECK_OUT)
        campaign = find_or_404(MailCampaign, pk)
        if request.method == "POST":
            return confirm_checkout(request, campaign)
        title = _("Check out “%s”?") % campaign.name
        return self.render(request, "marketing/campaigns/checkout.html", title=title, **checkout_context(campaign))

    def proof_view(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return proof_response(find_or_404(MailCampaign, pk))

    def audience_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show who of the buyers would get a card; on POST list them."""
        self.require(request, CHANGE)
        if not request.user.has_perm("orders.view_order"):
            raise PermissionDenied
        campaign = find_or_404(MailCampaign, pk)
        if request.method == "POST":
            return add_chosen(request, campaign)
        template = "audience_found" if request.headers.get("HX-Request") else "audience"
        title = _("Choose the recipients of “%s”") % campaign.name
        context = audience_context(request, campaign)
        return self.render(request, f"marketing/campaigns/{template}.html", title=title, **context)

    def _form_page(self, request: HttpRequest, campaign: MailCampaign | None) -> HttpResponse:
        templates = card_templates(campaign.vendor if campaign else card_vendor())
        given = request.POST if request.method == "POST" else None
        form = CampaignForm(given, instance=campaign, templates=templates)
        back = page_of_campaign(campaign) if campaign else ""
        if request.method == "POST" and form.is_valid():
            fields = dict(form.cleaned_data)
            if "template_id" in fields:
                fields["template_name"] = dict(templates).get(fields["template_id"], "")
            try:
                kept = self._keep(request, campaign, fields)
            except DomainError as error:
                return refuse(request, error, to=back)
            messages.success(request, _("Saved."))
            return HttpResponseRedirect(page_of_campaign(kept) if campaign else audience_url(kept))
        title = _("Change “%s”") % campaign.name if campaign else _("New card campaign")
        return self.render(
            request,
            "marketing/campaigns/form.html",
            title=title,
            form=form,
            templates=templates,
            back=back,
            asks_price_again=campaign is not None and campaign.state != CampaignState.DRAFT,
        )

    def _keep(self, request: HttpRequest, campaign: MailCampaign | None, fields: dict[str, Any]) -> MailCampaign:
        if campaign is None:
            return make_campaign(actor=actor(request), **fields)
        # The form has written into its instance: what is stored is read anew, under the lock.
        return change_campaign(MailCampaign(pk=campaign.pk), actor=actor(request), **fields)

    def _possible(self, request: HttpRequest, campaign: MailCampaign) -> dict[str, Any]:
        """Return what the reader may do now."""
        may, state = self.may(request, CHANGE), campaign.state
        return {
            "may_fill": may and campaign.can_fill(),
            "may_edit": may and state in (CampaignState.DRAFT, CampaignState.PROOFED),
            "may_prepare": may and state != CampaignState.PROOFED and campaign.can_prepare(),
            "may_refresh": may and state == CampaignState.PROOFED,
            "may_reopen": may and campaign.can_reopen(),
            "may_cancel": may and state not in SPENT_STATES and campaign.can_cancel(),
            "is_tried": campaign.checkout_attempted_at is not None,
            "may_decide": may and bool(campaign.uncertain_ids),
            "may_check_out": self.may(request, CHECK_OUT) and may_see_payments() and state == CampaignState.PROOFED,
            "why_not": can_check_out(campaign).reason if state == CampaignState.PROOFED else "",
            "is_open": state == CampaignState.PREPARING and bool(campaign.uncertain_ids),
        }

    def _acting(self, action: Action) -> View:
        """Return the button's view, which needs the right to change campaigns."""

        def view(request: HttpRequest, pk: int) -> HttpResponse:
            self.require(request, CHANGE)
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            return action(request, find_or_404(MailCampaign, pk))

        return view


def _sold(campaign: MailCampaign) -> dict[str, Any]:
    """Return what recipients bought: how many orders, and for how much in each currency. One query."""
    rows = list(campaign.conversions.values_list("order__currency", "order__total"))
    totals: dict[str, Any] = {}
    for currency, total in rows:
        totals[currency] = totals.get(currency, 0) + total
    return {"count": len(rows), "totals": sorted(totals.items())}
