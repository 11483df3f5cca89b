"""What the pushes of card campaigns mean; each handler is a door to a service. Registered through `orders.pushes`."""

from decimal import Decimal
from functools import partial

from django.utils.translation import gettext_lazy as _

from backoffice.models import Push
from backoffice.services.claims import Delivery
from backoffice.services.handlers import Finding, PushHandler, Recovery, push_kind
from backoffice.translatable import gettext as _t
from backoffice.vendors.card_messages import CURRENCY
from backoffice.vendors.errors import VendorError
from orders.models import CampaignState, MailCampaign
from orders.services.campaigns.conversions import Report, suppose_told
from orders.services.campaigns.deciding import decide_preparation
from orders.services.campaigns.making import CHECK_OUT, CONVERSIONS, DISCARD_CARDS, PREPARE
from orders.services.campaigns.paying import Checkout, suppose_checked_out
from orders.services.campaigns.preparing import Preparation, stick
from orders.services.campaigns.reports import back_to_proof

MOST_TRIES = 12


def leave_to_campaign(push: Push) -> None:
    """A refusal is one need, not two: the campaign shows it, and is where it is dealt with."""
    push.needs_person = False
    push.save(update_fields=["needs_person"])


def again_or_person(delivery: Delivery) -> Finding:
    """What may be done twice is simply done again; but not for ever, where no answer can ever be read."""
    return Finding.FOUND if delivery.push.attempts < MOST_TRIES else Finding.BLIND


class CampaignHandler(PushHandler):
    """All pushes of campaigns change their campaign, which is locked first."""

    def lock(self, push: Push) -> None:
        MailCampaign.objects.locked(push.subject_id)

    def needs_person(self, push: Push) -> None:
        """Said on the campaign's page too, unless something more exact is."""
        campaign = MailCampaign.objects.locked(push.subject_id)
        if not campaign.problem:
            campaign.problem = _t("It is unknown what became of a request to the vendor: somebody has to decide.")
            campaign.save(update_fields=["problem", "updated_at"])


@push_kind(PREPARE)
class PrepareCampaign(CampaignHandler):
    """A campaign is drafted at its vendor, with recipients, proof and price. Nothing is paid."""

    title = _("Prepare the cards")

    def recovery(self, push: Push) -> Recovery:
        is_searched = push.step.partition(":")[0] in ("create", "recipients")
        return Recovery.SEARCH if is_searched else Recovery.REPEAT

    def if_sent_again(self, push: Push) -> list[str]:
        return [
            _t("What the vendor holds of the campaign is read first, then its preparation goes on."),
            _t("If it did happen after all, there may be a draft too many. Nothing is paid before the checkout."),
        ]

    def deliver(self, delivery: Delivery) -> None:
        Preparation(delivery).run()

    def look(self, delivery: Delivery) -> Finding:
        step, _separator, number = delivery.push.step.partition(":")
        if step == "create":
            return Preparation(delivery).look_for_draft()
        if step == "recipients":
            return Preparation(delivery).look_for_batch(int(number))
        return Finding.FOUND  # taking out again what is out already does no harm

    def rejected(self, push: Push, error: VendorError) -> None:
        campaign = MailCampaign.objects.locked(push.subject_id)
        if campaign.state == CampaignState.PREPARING:
            stick(campaign, error.text)
        leave_to_campaign(push)

    def decided(self, push: Push, *, happened: bool) -> None:
        decide_preparation(push, happened=happened)


@push_kind(CHECK_OUT)
class CheckOutCampaign(CampaignHandler):
    """One stored draft is paid and mailed. A retry never pays: whatever is unclear goes back to a person."""

    title = _("Check out the cards")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.ASK_ANEW

    def if_sent_again(self, push: Push) -> list[str]:
        return [
            _t("The order is read first. Paid: it goes on. Still a draft: the checkout is asked for anew on its page."),
            _t("Nothing is paid by this decision."),
        ]

    def deliver(self, delivery: Delivery) -> None:
        Checkout(delivery).run()

    def look(self, delivery: Delivery) -> Finding:
        return Checkout(delivery).look()

    def cost(self, push: Push) -> tuple[Decimal, str] | None:
        return Decimal(push.payload["price"]), CURRENCY

    def rejected(self, push: Push, error: VendorError) -> None:
        campaign = MailCampaign.objects.locked(push.subject_id)
        if campaign.state == CampaignState.PAYING:
            back_to_proof(campaign, error.text, kind="refused")
        leave_to_campaign(push)

    def decided(self, push: Push, *, happened: bool) -> None:
        if happened:
            suppose_checked_out(push)


@push_kind(DISCARD_CARDS)
class DiscardCards(CampaignHandler):
    """Given-up drafts are deleted at the vendor. One that cannot be is an alarm: somebody may have paid it."""

    title = _("Delete given-up drafts of cards")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        for vendor_id in delivery.push.payload["ids"]:
            delivery.write(
                f"discard:{vendor_id}", partial(delivery.vendor.delete_cards, vendor_id), lambda answer: None
            )

    def look(self, delivery: Delivery) -> Finding:
        # Deleting again is harmless: a draft costs nothing, and one that is gone stays gone.
        return again_or_person(delivery)


@push_kind(CONVERSIONS)
class ReportConversions(CampaignHandler):
    """What recipients bought is told to the vendor, which knows each sale by our number of the order."""

    title = _("Report what recipients bought")

    def recovery(self, push: Push) -> Recovery:
        return Recovery.REPEAT

    def deliver(self, delivery: Delivery) -> None:
        Report(delivery).run()

    def look(self, delivery: Delivery) -> Finding:
        # Telling again is harmless: the vendor counts each order once.
        return again_or_person(delivery)

    def decided(self, push: Push, *, happened: bool) -> None:
        if happened:
            suppose_told(push)
