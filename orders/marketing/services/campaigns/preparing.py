"""Giving a campaign to the vendor as far as it costs nothing: a draft, its recipients, the proof, the price."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.models.push import OPEN_STATES
from backoffice.engine.services.delivery import Delivery
from backoffice.engine.services.file_deletions import delete_files
from backoffice.engine.services.files import UnfitFile, keep_file, new_path
from backoffice.engine.services.handlers import ReconcileResult, Recovery, push_kind
from backoffice.files.types import PDF
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.card_messages import CardOrderReport, CardPrice, Mailing
from backoffice.vendors.errors import VendorError, VendorProtocolError, VendorRejected
from orders.marketing.models import CampaignState, CardState, MailCampaign
from orders.marketing.services.campaigns.attaching import AttachesRecipients
from orders.marketing.services.campaigns.deciding import decide_preparation
from orders.marketing.services.campaigns.handling import leave_to_campaign, stick
from orders.marketing.services.campaigns.making import PREPARE, discard_cards

FOLDER = "cards"
MAX_PROOF = 25 * 1024 * 1024
# The vendor's clock may differ from ours.
CLOCKS_DIFFER = timedelta(minutes=10)


def mailing_of(campaign: MailCampaign) -> Mailing:
    return Mailing(
        postage=campaign.postage, speed=campaign.speed, hold_until=campaign.hold_until, auto_bill=campaign.auto_bill
    )


@push_kind(PREPARE)
class Preparation(AttachesRecipients):
    """A campaign is drafted at its vendor, with recipients, proof and price. Nothing is paid."""

    title = gettext_lazy("Prepare cards")

    def recovery(self, push: Push) -> Recovery:
        is_searched = push.step.partition(":")[0] in ("create", "recipients")
        return Recovery.SEARCH if is_searched else Recovery.REPEAT

    def if_sent_again(self, push: Push) -> list[str]:
        return [
            _t("The state of the campaign at the vendor is read first, then preparation continues."),
            _t("If it did arrive after all, there may be one draft too many. Nothing is paid before the checkout."),
        ]

    def rejected(self, push: Push, error: VendorError) -> None:
        campaign = MailCampaign.objects.locked(push.subject_id)
        if campaign.state == CampaignState.PREPARING:
            stick(campaign, error.text)
        leave_to_campaign(push)

    def decided(self, push: Push, *, happened: bool) -> None:
        decide_preparation(push, happened=happened)

    def deliver(self, delivery: Delivery) -> None:
        """Get the campaign ready to be checked out, or stuck. Raises Withdrawn when it is cancelled."""
        self._ensure_wanted()
        if not self.campaign.vendor_id:
            self._create()
        self._attach_all()
        proof = self._fetch_proof()
        price = self.delivery.read(lambda: self.vendor.price_cards(self.campaign.vendor_id, mailing_of(self.campaign)))
        is_doubtful = self.push.looks or self.campaign.uncertain_ids
        doubtful = self._doubtful_drafts() if is_doubtful else []
        self.delivery.record(lambda: self._finish(proof, price, doubtful))

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        step, _separator, number = delivery.push.step.partition(":")
        if step == "create":
            return self.reconcile_draft()
        if step == "recipients":
            return self.reconcile_batch(int(number))
        return ReconcileResult.FOUND  # taking out again what is out already does no harm

    def _create(self) -> None:
        if self.campaign.create_attempted_at is None:
            before = [draft.vendor_id for draft in self.delivery.read(self.vendor.list_drafts)]
            self.delivery.record(lambda: self._note_attempt(before))
        template_id = self.campaign.template_id
        self.delivery.write("create", lambda: self.vendor.create_cards(template_id), self.record_created)
        self._ensure_wanted()

    def _note_attempt(self, before: list[str]) -> None:
        campaign = self.locked()
        campaign.create_attempted_at, campaign.drafts_before = timezone.now(), before
        campaign.save(update_fields=["create_attempted_at", "drafts_before"])

    def record_created(self, report: CardOrderReport) -> None:
        """Take the draft over as ours; if the campaign was given up meanwhile, the draft is too."""
        campaign = self.locked()
        campaign.raw_state = report.raw_state[:64]
        campaign.save(update_fields=["raw_state"])
        if campaign.vendor_id or campaign.state != CampaignState.PREPARING:
            discard_cards(campaign, report.vendor_id, actor="system")
            return
        campaign.vendor_id = report.vendor_id
        campaign.uncertain_ids = [key for key in campaign.uncertain_ids if key != report.vendor_id]
        campaign.save(update_fields=["vendor_id", "uncertain_ids", "updated_at"])
        campaign.note("created", actor="system", vendor_id=report.vendor_id)

    def reconcile_draft(self) -> ReconcileResult:
        """Take one draft that is new since the attempt as ours; of several a person knows; none proves absence."""
        found = self._doubtful_drafts()
        if not found:
            return ReconcileResult.ABSENT
        if len(found) == 1 and not self._others_are_creating():
            self.delivery.record(lambda: self.record_created(found[0]))
            return ReconcileResult.FOUND
        self.delivery.record(lambda: self._note_uncertain(found))
        return ReconcileResult.BLIND

    def _doubtful_drafts(self) -> list[CardOrderReport]:
        """Return empty drafts that appeared with or after our attempt and belong to no campaign."""
        drafts = self.delivery.read(self.vendor.list_drafts)
        campaigns = MailCampaign.objects.filter(vendor=self.campaign.vendor)
        known = set(self.campaign.drafts_before)
        for vendor_id, abandoned in campaigns.values_list("vendor_id", "abandoned_ids"):
            known |= {vendor_id, *abandoned}
        return [draft for draft in drafts if draft.vendor_id not in known and self._may_be_ours(draft)]

    def _may_be_ours(self, draft: CardOrderReport) -> bool:
        began = self.campaign.create_attempted_at
        is_late = draft.created_at is None or began is None or draft.created_at >= began - CLOCKS_DIFFER
        is_alike = draft.template_id is None or draft.template_id == self.campaign.template_id
        return is_late and is_alike and not draft.recipients

    def _others_are_creating(self) -> bool:
        rows = Push.objects.filter(kind=PREPARE, vendor=self.push.vendor, state__in=OPEN_STATES, step="create")
        return rows.exclude(pk=self.push.pk).exists()

    def _note_uncertain(self, found: list[CardOrderReport]) -> None:
        campaign = self.locked()
        campaign.uncertain_ids = [draft.vendor_id for draft in found]
        campaign.problem = _("It is not certain which draft at the vendor belongs to this campaign. Link one, or none.")
        campaign.save(update_fields=["uncertain_ids", "problem", "updated_at"])

    def _fetch_proof(self) -> tuple[str, int] | None:
        """Fetch the proof to our disk. Return path and size; None where there is none that can be shown."""
        vendor_id = self.campaign.vendor_id
        try:
            proof = self.delivery.read(lambda: self.vendor.read_proof(vendor_id))
            kept = keep_file(proof, path=new_path(FOLDER), accepts=[PDF], max_bytes=MAX_PROOF)
        except (VendorRejected, VendorProtocolError, UnfitFile):
            return None
        return kept.path, kept.size

    def _finish(self, proof: tuple[str, int] | None, price: CardPrice, doubtful: list[CardOrderReport]) -> None:
        campaign, (path, size) = self.locked(), proof or ("", 0)
        if campaign.state != CampaignState.PREPARING:
            delete_files([path])
            return
        self._settle_unanswered(campaign)
        campaign.submitted = campaign.recipients.exclude(state=CardState.LEFT_OUT).count()
        campaign.accepted = campaign.recipients.filter(state=CardState.ACCEPTED).count()
        delete_files([campaign.proof_path])
        campaign.proof_path, campaign.proof_size = path, size
        campaign.proofed_at = timezone.now() if proof else None
        campaign.uncertain_ids = [draft.vendor_id for draft in doubtful]
        note_price(campaign, price)
        campaign.problem = ""
        campaign.save()
        if not campaign.accepted:
            stick(campaign, _("The vendor accepted none of the recipients."))
            return
        campaign.move_to(CampaignState.PROOFED, actor="system", accepted=campaign.accepted, price=str(campaign.price))

    def _settle_unanswered(self, campaign: MailCampaign) -> None:
        """Settle those not recognised in the draft: taken under another spelling if the numbers agree."""
        silent = campaign.recipients.filter(state=CardState.ATTACHED)
        if self.unrecognised and silent.count() == self.unrecognised:
            silent.update(state=CardState.ACCEPTED)
        else:
            silent.update(
                state=CardState.UNDELIVERABLE, said=_("The vendor left the recipient out without giving a reason.")
            )


def note_price(campaign: MailCampaign, price: CardPrice) -> None:
    """Record what a checkout would cost now. Fractions of cents are rounded up, to be held against the budget."""
    campaign.price = price.total.quantize(Decimal("0.01"), rounding="ROUND_UP")
    campaign.price_credits = price.credits.quantize(Decimal("0.01"))
    campaign.price_lines = [
        {"name": line.name, "quantity": str(line.quantity), "rate": str(line.rate)}
        | {"total": str(line.total), "tax": str(line.tax)}
        for line in price.lines
    ]
    campaign.priced_at = timezone.now()
