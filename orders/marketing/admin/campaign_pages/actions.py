"""What one does with one card campaign: each button calls one service and goes back to the campaign's page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import ngettext

from backoffice.errors import Conflict, InvalidInput
from backoffice.staff.base import actor
from backoffice.staff.marks import marked_keys
from backoffice.staff.pages import act
from backoffice.staff.text_fields import posted_text
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.marketing.admin.campaign_pages.forms import TableForm
from orders.marketing.models import CardRecipient, CardState, MailCampaign
from orders.marketing.services.campaigns.deciding import deny_drafts, discard_draft, link_draft
from orders.marketing.services.campaigns.making import cancel_campaign, prepare_campaign, reopen_campaign
from orders.marketing.services.campaigns.recipients import add_table, remove_recipient
from orders.marketing.services.campaigns.tables import MOST_BYTES, read_recipients

Action = Callable[[HttpRequest, MailCampaign], HttpResponse]


def page_of_campaign(campaign: MailCampaign) -> str:
    return reverse("admin:marketing_mailcampaign_change", args=[campaign.pk])


def prepare(request: HttpRequest, campaign: MailCampaign) -> str:
    prepare_campaign(campaign, actor=actor(request))
    return _("The campaign is being prepared. The proof and price will appear here. Nothing is paid yet.")


def reopen(request: HttpRequest, campaign: MailCampaign) -> str:
    reopen_campaign(campaign, actor=actor(request))
    return _("The campaign is a draft again.")


def cancel(request: HttpRequest, campaign: MailCampaign) -> str:
    cancel_campaign(campaign, actor=actor(request))
    return _("Campaign cancelled. No cards will be sent.")


def upload(request: HttpRequest, campaign: MailCampaign) -> str:
    """Add recipients from a table; nothing of it is taken when something is wrong with it."""
    form = TableForm(request.POST, request.FILES)
    if not form.is_valid():
        text = _("Choose a file, and confirm that the people in it have agreed to get mail.")
        raise InvalidInput(text, errors={"file": [text]})
    rows = read_recipients(form.cleaned_data["file"].read(MOST_BYTES + 1))
    made = add_table(campaign, rows, actor=actor(request))
    listed = sum(row.state == CardState.LISTED for row in made)
    text = ngettext("%(listed)s of %(all)s row was added.", "%(listed)s of %(all)s rows were added.", len(made))
    return text % {"listed": listed, "all": len(made)}


def remove(request: HttpRequest, campaign: MailCampaign) -> str:
    remove_recipient(_recipient(request, campaign), actor=actor(request))
    return _("Removed from the list.")


def link(request: HttpRequest, campaign: MailCampaign) -> str:
    link_draft(campaign, posted_text(request.POST, "draft", kind=Text.CODE), actor=actor(request))
    return _("Linked. Preparation continues.")


def deny(request: HttpRequest, campaign: MailCampaign) -> str:
    deny_drafts(campaign, actor=actor(request))
    return _("Another draft is being created.")


def discard(request: HttpRequest, campaign: MailCampaign) -> str:
    discard_draft(campaign, posted_text(request.POST, "draft", kind=Text.CODE), actor=actor(request))
    return _("The draft is being deleted at the vendor.")


def _recipient(request: HttpRequest, campaign: MailCampaign) -> CardRecipient:
    found = campaign.recipients.filter(pk__in=marked_keys(request.POST, "recipient")).first()
    if found is None:
        raise Conflict(_("This recipient is no longer in the campaign."))
    return found


def _action(do: Callable[[HttpRequest, MailCampaign], str], *, anchor: str = "") -> Action:
    """Return the view that calls it, shows the text it returns or why it cannot be, and goes back to the campaign."""

    def action(request: HttpRequest, campaign: MailCampaign) -> HttpResponse:
        return act(request, lambda: do(request, campaign), to=page_of_campaign(campaign) + anchor)

    return action


ACTIONS: dict[str, Action] = {
    "prepare": _action(prepare),
    "reopen": _action(reopen),
    "cancel": _action(cancel),
    "table": _action(upload),
    "remove": _action(remove, anchor="#recipients"),
    "link": _action(link),
    "deny": _action(deny),
    "discard": _action(discard),
}
