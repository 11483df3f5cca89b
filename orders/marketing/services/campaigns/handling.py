"""What all pushes of card campaigns have in common, and the one that only clears away."""

from functools import partial
from typing import NoReturn

from django.utils.translation import gettext_lazy as _

from backoffice.engine.models import Push
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.handlers import PushHandler, ReconcileResult, Recovery, push_kind
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.abilities import SendsCards
from orders.marketing.models import CampaignState, MailCampaign
from orders.marketing.services.campaigns.making import DISCARD_CARDS

MOST_TRIES = 12


def leave_to_campaign(push: Push) -> None:
    """Clear the push's need of attention: the campaign shows the refusal, and is where it is dealt with."""
    push.needs_attention = False
    push.save(update_fields=["needs_attention"])


def retry_or_hand_to_staff(delivery: Delivery) -> ReconcileResult:
    """Repeat what may be done twice; but not for ever, where no answer can ever be read."""
    return ReconcileResult.FOUND if delivery.push.attempts < MOST_TRIES else ReconcileResult.BLIND


def stick(campaign: MailCampaign, text: str) -> None:
    """Mark the campaign as stuck, with the reason. The row must be locked."""
    campaign.problem = text[:2000]
    campaign.save(update_fields=["problem", "updated_at"])
    if campaign.state not in (CampaignState.STUCK, CampaignState.CANCELLED):
        campaign.move_to(CampaignState.STUCK, actor="system", text=text[:500])


class CampaignHandler(PushHandler[SendsCards]):
    """All pushes of campaigns change their campaign, which is locked first."""

    ability = SendsCards

    def lock(self, push: Push) -> None:
        MailCampaign.objects.locked(push.subject_id)

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        self.campaign = MailCampaign.objects.get(pk=self.push.subject_id)

    def locked(self) -> MailCampaign:
        """Return the row, which `lock` has locked."""
        self.campaign = MailCampaign.objects.locked(self.campaign.pk)
        return self.campaign

    def stick_and_withdraw(self, text: str) -> NoReturn:
        """Mark the campaign as stuck, with the reason, and end the push. Raises Withdrawn."""
        self.delivery.record(lambda: stick(self.locked(), text))
        raise Withdrawn(text)

    def needs_attention(self, push: Push) -> None:
        """Show it on the campaign's page too, unless something more exact is shown there."""
        campaign = MailCampaign.objects.locked(push.subject_id)
        if not campaign.problem:
            campaign.problem = _t("The outcome of a request to the vendor is unknown. A decision is needed.")
            campaign.save(update_fields=["problem", "updated_at"])


@push_kind(DISCARD_CARDS)
class DiscardCards(CampaignHandler):
    """Given-up drafts are deleted at the vendor. One that cannot be is an alarm: somebody may have paid it."""

    title = _("Delete discarded card drafts")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        for vendor_id in delivery.push.payload["ids"]:
            delivery.write(f"discard:{vendor_id}", partial(self.vendor.delete_cards, vendor_id), lambda answer: None)

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        # Deleting again is harmless: a draft costs nothing, and one that is gone stays gone.
        return retry_or_hand_to_staff(delivery)
