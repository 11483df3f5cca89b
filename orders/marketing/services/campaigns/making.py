"""Making a card campaign and taking it back. See also `recipients`, `preparing` and `paying`."""

from typing import Any

from django.db import transaction

from backoffice.engine.services.file_deletions import delete_files
from backoffice.engine.services.pushes import queue_push
from backoffice.errors import Conflict, IllegalTransition, Unavailable
from backoffice.text.translatable import gettext as _
from backoffice.vendor_accounts.services.choosing import account_of_shop
from backoffice.vendors.abilities import SendsCards
from backoffice.vendors.registry import vendor_title, vendor_type, vendors_with
from orders.marketing.models import CampaignState, CardState, MailCampaign

PREPARE, CHECK_OUT = "orders.prepare_campaign", "orders.check_out_campaign"
DISCARD_CARDS, CONVERSIONS = "orders.discard_campaign", "orders.report_conversions"
MAILING_FIELDS = ("postage", "speed", "hold_until", "budget", "auto_bill", "attribution_days")
DESIGN_FIELDS = ("shop", "name", "template_id", "template_name")


def card_vendor() -> str:
    """Return the name of the vendor that new campaigns are for: the first that sends cards."""
    return vendors_with(SendsCards)[0]


@transaction.atomic
def make_campaign(*, actor: str, **fields: Any) -> MailCampaign:
    """Create a draft with these fields (`DESIGN_FIELDS`, `MAILING_FIELDS`). Nothing goes to the vendor yet."""
    account = account_of_shop(fields["shop"].pk, card_vendor())
    campaign = MailCampaign.objects.create(created_by=actor, vendor=account, **fields)
    campaign.note("made", actor=actor)
    return campaign


@transaction.atomic
def change_campaign(campaign: MailCampaign, *, actor: str, **fields: Any) -> MailCampaign:
    """Change the fields: all of them in a draft, how it is mailed also when it is ready, which asks for the price
    again. Raises IllegalTransition otherwise; the shop changes only while there are no recipients.
    """
    campaign = MailCampaign.objects.locked(campaign.pk)
    changed = {name: value for name, value in fields.items() if getattr(campaign, name) != value}
    if not changed:
        return campaign
    is_draft = campaign.state == CampaignState.DRAFT
    if not is_draft and (campaign.state != CampaignState.PROOFED or changed.keys() - set(MAILING_FIELDS)):
        text = _("This change is not possible. State of the campaign: %(state)s.")
        raise IllegalTransition(text % {"state": campaign.get_state_display()})
    if "shop" in changed and campaign.recipients.exists():
        raise Conflict(_("The campaign already has recipients from its shop."))
    for name, value in changed.items():
        setattr(campaign, name, value)
    if "shop" in changed and not campaign.vendor_id:
        campaign.vendor = account_of_shop(campaign.shop_id, card_vendor())
    campaign.save(update_fields=[*changed, "vendor", "updated_at"])
    campaign.note("changed", actor=actor, fields=sorted(changed))
    if not is_draft and changed.keys() & {"postage", "speed", "hold_until", "auto_bill"}:
        return prepare_campaign(campaign, actor=actor)
    return campaign


@transaction.atomic
def prepare_campaign(campaign: MailCampaign, *, actor: str) -> MailCampaign:
    """Give the vendor what is missing of the draft, and ask for proof and price. Nothing is paid.

    Raises IllegalTransition unless it is a draft, ready or needs attention; Conflict without a recipient, Unavailable
    where the vendor is not set up.
    """
    campaign = MailCampaign.objects.locked(campaign.pk)
    if not campaign.recipients.exclude(state=CardState.LEFT_OUT).exists():
        raise Conflict(_("The campaign has no card recipients yet."))
    if not vendor_type(campaign.vendor, SendsCards).is_configured():
        text = _("%(vendor)s is not set up here: its key is missing in the settings.")
        raise Unavailable(text % {"vendor": vendor_title(campaign.vendor)})
    campaign.can_prepare().ensure()
    campaign.problem = ""
    campaign.save(update_fields=["problem", "updated_at"])
    campaign.move_to(CampaignState.PREPARING, actor=actor)
    queue_push(PREPARE, vendor=campaign.vendor, subject=campaign, actor=actor)
    return campaign


@transaction.atomic
def reopen_campaign(campaign: MailCampaign, *, actor: str) -> MailCampaign:
    """Make it a draft again, whose recipients can be changed; the vendor's draft is deleted."""
    campaign = MailCampaign.objects.locked(campaign.pk)
    campaign.can_reopen().ensure()
    give_up_draft(campaign, actor=actor)
    campaign.recipients.exclude(state=CardState.LEFT_OUT).update(state=CardState.LISTED, batch=0, vendor_id="", said="")
    campaign.price = campaign.priced_at = campaign.proofed_at = None
    delete_files([campaign.proof_path])
    campaign.proof_path, campaign.submitted, campaign.accepted, campaign.problem = "", 0, 0, ""
    campaign.create_attempted_at, campaign.uncertain_ids = None, []
    campaign.save()
    campaign.move_to(CampaignState.DRAFT, actor=actor, kind="reopened")
    return campaign


@transaction.atomic
def cancel_campaign(campaign: MailCampaign, *, actor: str) -> MailCampaign:
    """Cancel it and delete the vendor's draft. Raises IllegalTransition once a checkout was attempted.

    One that needs attention after a checkout may be put away; what the vendor has of it is left alone.
    """
    campaign = MailCampaign.objects.locked(campaign.pk)
    campaign.can_cancel().ensure()
    campaign.move_to(CampaignState.CANCELLED, actor=actor)
    if campaign.checkout_attempted_at is None:
        give_up_draft(campaign, actor=actor)
    campaign.poll_at = None
    campaign.problem = ""
    campaign.save()
    return campaign


@transaction.atomic
def dismiss_problem(campaign: MailCampaign, *, actor: str) -> None:
    """Let a campaign that has ended no longer need attention. Raise IllegalTransition where there is more to decide."""
    campaign = MailCampaign.objects.locked(campaign.pk)
    if campaign.state not in (CampaignState.CANCELLED, CampaignState.MAILED):
        raise IllegalTransition(_("This campaign still needs a decision: open it."))
    campaign.problem = ""
    campaign.save(update_fields=["problem", "updated_at"])
    campaign.note("dismissed", actor=actor)


def give_up_draft(campaign: MailCampaign, *, actor: str) -> None:
    """Part with the vendor's draft, which will be deleted there. The row must be locked."""
    if campaign.vendor_id:
        given_up, campaign.vendor_id = campaign.vendor_id, ""
        discard_cards(campaign, given_up, actor=actor)


def discard_cards(campaign: MailCampaign, vendor_id: str, *, actor: str) -> None:
    """Give up that draft at the vendor for good; it will be deleted there. The row must be locked.

    Raises Conflict for a draft that a campaign uses.
    """
    if MailCampaign.objects.filter(vendor=campaign.vendor, vendor_id=vendor_id).exclude(pk=campaign.pk).exists():
        raise Conflict(_("Draft %s belongs to another campaign.") % vendor_id)
    campaign.uncertain_ids = [key for key in campaign.uncertain_ids if key != vendor_id]
    if vendor_id not in campaign.abandoned_ids:
        campaign.abandoned_ids = [*campaign.abandoned_ids, vendor_id]
    campaign.save(update_fields=["uncertain_ids", "abandoned_ids", "vendor_id", "updated_at"])
    campaign.note("discarded", actor=actor, vendor_id=vendor_id)
    payload = {"ids": [vendor_id]}
    queue_push(DISCARD_CARDS, vendor=campaign.vendor, subject=campaign, actor=actor, payload=payload, merge=True)
