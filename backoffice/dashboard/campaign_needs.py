"""Card campaigns that wait for a person: a failed payment, an unclear draft, a refusal."""

from backoffice.dashboard.needs import Need, NeedGroup, each, group_of, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from orders.marketing.models import MailCampaign


def campaigns_with_problems() -> NeedGroup | None:
    rows = MailCampaign.objects.exclude(problem="").order_by("updated_at")
    return group_of(
        rows,
        title=_("Card campaigns that need a look"),
        icon="stylus_note",
        tone=Tone.AMBER,
        url=link("marketing_mailcampaign_changelist", query="?problem=1"),
        permission="marketing.change_mailcampaign",
        needs=each(_need),
    )


def _need(campaign: MailCampaign) -> Need:
    return Need(
        what=campaign.name,
        detail=campaign.problem,
        since=campaign.updated_at,
        who=campaign.checkout_by or campaign.created_by,
        url=link("marketing_mailcampaign_change", campaign.pk),
    )
