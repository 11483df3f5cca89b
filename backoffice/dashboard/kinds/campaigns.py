"""Card campaigns that need attention: a failed payment, an unclear draft, a refusal."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import Dismissal, Essentials, InboxKind, Need, each, explained_in, link, page_of
from backoffice.sight import PERSONAL_DATA
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain
from orders.marketing.models import MailCampaign
from orders.marketing.models.campaign import CampaignState
from orders.marketing.services.campaigns.making import dismiss_problem


def _with_problems() -> QuerySet[MailCampaign]:
    return MailCampaign.objects.exclude(problem="")


def _need(campaign: MailCampaign) -> Need:
    return Need(
        what=campaign.name,
        **explained_in(campaign.vendor, explain(campaign.vendor, campaign.problem)),
        since=campaign.updated_at,
        who=campaign.checkout_by or campaign.created_by,
        url=link("marketing_mailcampaign_change", campaign.pk),
    )


def _essentials(campaign: MailCampaign) -> Essentials:
    return Essentials(
        chips=[CampaignState(campaign.state).chip()],
        facts=[(_("Shop"), str(campaign.shop)), (_("Created by"), campaign.created_by)],
    )


KINDS = [
    InboxKind(
        name="campaigns",
        title=gettext_lazy("Campaigns that need attention"),
        icon="stylus_note",
        tone=Tone.AMBER,
        place=110,
        see=("marketing.view_mailcampaign", PERSONAL_DATA),
        act="marketing.change_mailcampaign",
        rows=_with_problems,
        order_by=("updated_at", "pk"),
        since="updated_at",
        related=("shop",),
        needs=each(_need),
        page=page_of("marketing_mailcampaign_changelist", query="?problem=1"),
        essentials=_essentials,
        dismissal=Dismissal(
            gettext_lazy("Dismiss"),
            "marketing.change_mailcampaign",
            lambda campaign, actor: dismiss_problem(campaign, actor=actor),
        ),
    )
]
