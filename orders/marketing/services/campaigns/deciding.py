"""What people decide about drafts at the vendor of which nobody knows whose they are."""

from django.db import transaction

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.pushes import decide_push
from backoffice.errors import Conflict, IllegalTransition
from backoffice.text.translatable import gettext as _
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.making import PREPARE, discard_cards


@transaction.atomic
def link_draft(campaign: MailCampaign, vendor_id: str, *, actor: str) -> MailCampaign:
    """Link that draft to the campaign, whose preparation goes on with it. The others may then be discarded.

    Raises Conflict for a draft that is not in question, IllegalTransition when nothing is in question.
    """
    push = _question(campaign)
    campaign = MailCampaign.objects.locked(campaign.pk)
    if vendor_id not in campaign.uncertain_ids:
        raise Conflict(_("There is nothing to decide about draft %s.") % vendor_id)
    if MailCampaign.objects.filter(vendor=campaign.vendor, vendor_id=vendor_id).exists():
        raise Conflict(_("Draft %s belongs to another campaign.") % vendor_id)
    campaign.vendor_id, campaign.problem = vendor_id, ""
    campaign.uncertain_ids = [key for key in campaign.uncertain_ids if key != vendor_id]
    campaign.save(update_fields=["vendor_id", "problem", "uncertain_ids", "updated_at"])
    campaign.note("linked", actor=actor, vendor_id=vendor_id)
    decide_push(push, happened=True, actor=actor, reason=_("Draft %s was linked.") % vendor_id)
    return campaign


@transaction.atomic
def deny_drafts(campaign: MailCampaign, *, actor: str) -> MailCampaign:
    """Note that none of the drafts in question is this campaign's: another one is made."""
    push = _question(campaign)
    campaign = MailCampaign.objects.locked(campaign.pk)
    campaign.drafts_before = [*campaign.drafts_before, *campaign.uncertain_ids]
    campaign.problem, campaign.uncertain_ids = "", []
    campaign.save(update_fields=["drafts_before", "problem", "uncertain_ids", "updated_at"])
    decide_push(push, happened=False, actor=actor, reason=_("None of the drafts belongs to this campaign."))
    return campaign


@transaction.atomic
def discard_draft(campaign: MailCampaign, vendor_id: str, *, actor: str) -> None:
    """Delete, at the vendor, a draft that may be a duplicate of this campaign's. Raises Conflict for any other."""
    campaign = MailCampaign.objects.locked(campaign.pk)
    if vendor_id not in campaign.uncertain_ids:
        raise Conflict(_("There is nothing to decide about draft %s.") % vendor_id)
    discard_cards(campaign, vendor_id, actor=actor)


def _question(campaign: MailCampaign) -> Push:
    push = Push.objects.about(campaign).filter(kind=PREPARE, state=PushState.UNKNOWN, step="create").last()
    if push is None:
        raise IllegalTransition(_("It is already clear which draft belongs to this campaign."))
    return push


def decide_preparation(push: Push, *, happened: bool) -> None:
    """Apply a decision made on the push's own page: when it happened it goes on, but never with a new draft."""
    campaign = MailCampaign.objects.locked(push.subject_id)
    campaign.problem = ""
    campaign.save(update_fields=["problem", "updated_at"])
    if not happened:
        return
    if push.step == "create" and not campaign.vendor_id:
        campaign.problem = _("The draft was created, but which one it is has not been confirmed.")
        campaign.save(update_fields=["problem", "updated_at"])
        if campaign.state == CampaignState.PREPARING:
            campaign.move_to(CampaignState.STUCK, actor="system", text=campaign.problem)
        return
    push.follow_up = push.payload
