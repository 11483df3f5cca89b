"""Giving a campaign to the vendor as far as it costs nothing: a draft, its recipients, the proof, the price.

Recipients are appended there, so what the draft holds is read before anything is sent (again), and each batch is named
before it leaves: after a lost answer the reading says whether it arrived. A card that arrived twice is taken out.
"""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.models.push import OPEN_STATES
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.files import UnfitFile, keep_file, new_path
from backoffice.engine.services.handlers import ReconcileResult, Recovery, push_kind
from backoffice.files.types import PDF
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import gettext as _t
from backoffice.vendors.card_messages import (
    CardOrderReport,
    CardPrice,
    CardsAttached,
    Mailing,
    RemoteCard,
)
from backoffice.vendors.errors import VendorError, VendorProtocolError, VendorRejected
from orders.marketing.models import CampaignState, CardRecipient, CardState, MailCampaign
from orders.marketing.services.campaigns.deciding import decide_preparation
from orders.marketing.services.campaigns.handling import CampaignHandler, leave_to_campaign
from orders.marketing.services.campaigns.making import PREPARE, discard_cards, find_unwilling
from orders.marketing.services.campaigns.matching import Matching, match_cards

FOLDER = "cards"
MAX_PROOF = 25 * 1024 * 1024
# The vendor's clock may differ from ours.
CLOCKS_DIFFER = timedelta(minutes=10)
MOST_ROUNDS = 100


def mailing_of(campaign: MailCampaign) -> Mailing:
    return Mailing(
        postage=campaign.postage, speed=campaign.speed, hold_until=campaign.hold_until, auto_bill=campaign.auto_bill
    )


@push_kind(PREPARE)
class Preparation(CampaignHandler):
    """A campaign is drafted at its vendor, with recipients, proof and price. Nothing is paid."""

    title = gettext_lazy("Prepare the cards")

    def recovery(self, push: Push) -> Recovery:
        is_searched = push.step.partition(":")[0] in ("create", "recipients")
        return Recovery.SEARCH if is_searched else Recovery.REPEAT

    def if_sent_again(self, push: Push) -> list[str]:
        return [
            _t("What the vendor holds of the campaign is read first, then its preparation goes on."),
            _t("If it did happen after all, there may be a draft too many. Nothing is paid before the checkout."),
        ]

    def rejected(self, push: Push, error: VendorError) -> None:
        campaign = MailCampaign.objects.locked(push.subject_id)
        if campaign.state == CampaignState.PREPARING:
            stick(campaign, error.text)
        leave_to_campaign(push)

    def decided(self, push: Push, *, happened: bool) -> None:
        decide_preparation(push, happened=happened)

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        # How many the draft holds in a spelling by which nobody of ours is recognised.
        self.unrecognised = 0

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

    def _ensure_wanted(self) -> None:
        self.campaign.refresh_from_db()
        if self.campaign.state != CampaignState.PREPARING:
            raise Withdrawn(_("The campaign is %s.") % self.campaign.get_state_display())

    # --- the draft ---------------------------------------------------------------------------------------------------

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
        campaign.problem = _("It is not certain which draft at the vendor is this campaign's: link one, or none.")
        campaign.save(update_fields=["uncertain_ids", "problem", "updated_at"])

    # --- recipients --------------------------------------------------------------------------------------------------

    def _attach_all(self) -> None:
        """Read, hand over what is missing, and read again until the draft holds everybody once."""
        for _round in range(MOST_ROUNDS):
            matching = self._read_back()
            if matching.doubled:
                self._take_out(matching.doubled)
                continue
            if self._drop_unwilling(matching):
                continue
            if not self._attach_next():
                self.unrecognised = len(matching.strange)
                return
            while self._attach_next():
                pass
        raise VendorProtocolError(_("The draft never holds the recipients that it is given."))

    def _read_back(self) -> Matching:
        """Compare what the draft holds with what it was given; strangers in it are for a person."""
        held = self._held()
        matching = match_cards(self._rows(), held)
        if matching.strange and self._unexplained(matching):
            text = _("The draft holds %d recipients that are not of this campaign.") % len(matching.strange)
            self.delivery.record(lambda: self._stick(text))
            raise Withdrawn(text)
        self.delivery.record(partial(self._take_over, matching))
        return matching

    def _held(self) -> list[RemoteCard]:
        vendor_id = self.campaign.vendor_id
        held: list[RemoteCard] = self.delivery.read(lambda: self.vendor.read_recipients(vendor_id))
        return held

    def _rows(self) -> list[CardRecipient]:
        return list(self.campaign.recipients.exclude(state=CardState.LEFT_OUT).order_by("pk"))

    def _unexplained(self, matching: Matching) -> bool:
        """Return whether there are more than could be ours in a spelling that we do not recognise."""
        given = self.campaign.recipients.filter(state__in=[CardState.ATTACHED, CardState.ACCEPTED])
        return len(matching.strange) > given.exclude(pk__in=matching.pairs).count()

    def _take_over(self, matching: Matching) -> None:
        """Mark those in the draft as accepted, whichever answer was lost."""
        rows = self.campaign.recipients.in_bulk(list(matching.pairs))
        changed = []
        for pk, card in matching.pairs.items():
            row = rows[pk]
            if row.state != CardState.ACCEPTED or row.vendor_id != card.vendor_id:
                row.state, row.vendor_id, row.said = CardState.ACCEPTED, card.vendor_id, ""
                changed.append(row)
        CardRecipient.objects.bulk_update(changed, ["state", "vendor_id", "said"], batch_size=1000)

    def _take_out(self, doubled: list[RemoteCard]) -> None:
        """Take out cards that arrived twice. Taking out what is out already does no harm."""
        ids = [card.vendor_id for card in doubled if card.vendor_id]
        if not ids:
            raise VendorRejected(_("The draft holds recipients twice, and names no ids to take them out by."))
        vendor_id = self.campaign.vendor_id
        self.delivery.write(
            "remove",
            lambda: self.vendor.remove_recipients(vendor_id, ids),
            lambda answer: self.locked().note("taken_out", actor="system", count=len(ids)),
        )

    def _drop_unwilling(self, matching: Matching) -> bool:
        """Leave out those who may get no card any more, also in the draft. Return whether there were any."""
        reasons = find_unwilling(self.campaign)
        if not reasons:
            return False
        held = [matching.pairs[pk].vendor_id for pk in reasons if pk in matching.pairs]
        lost = self.campaign.recipients.filter(pk__in=reasons, state=CardState.ATTACHED).exclude(pk__in=matching.pairs)
        if not all(held) or (matching.strange and lost.exists()):
            text = _("Somebody may get no card any more, and cannot be told from others in the draft: begin it anew.")
            self.delivery.record(lambda: self._stick(text))
            raise Withdrawn(text)
        if not held:
            self.delivery.record(lambda: self._leave_out(reasons))
            return True
        vendor_id = self.campaign.vendor_id
        self.delivery.write(
            "remove",
            lambda: self.vendor.remove_recipients(vendor_id, held),
            lambda answer: self._leave_out(reasons),
        )
        return True

    def _leave_out(self, reasons: dict[int, str]) -> None:
        for reason in sorted(set(reasons.values())):
            keys = [pk for pk, why in reasons.items() if why == reason]
            rows = self.campaign.recipients.filter(pk__in=keys)
            rows.update(state=CardState.LEFT_OUT, reason=reason, batch=0, vendor_id="", said="")
        self.locked().note("left_out", actor="system", count=len(reasons))

    def _attach_next(self) -> bool:
        """Hand over the next batch. Return whether there was one."""
        self._ensure_wanted()
        rows = list(self._waiting().order_by("pk")[: self.vendor.MAX_RECIPIENTS])
        if not rows:
            return False
        number = (self._newest_batch() or 0) + 1
        keys = [row.pk for row in rows]
        self.delivery.record(lambda: self.campaign.recipients.filter(pk__in=keys).update(batch=number))
        vendor_id, cards = self.campaign.vendor_id, [row.address() for row in rows]
        self.delivery.write(
            f"recipients:{number}",
            lambda: self.vendor.add_recipients(vendor_id, cards),
            lambda answer: self.record_attached(number, answer),
        )
        return True

    def _waiting(self) -> QuerySet[CardRecipient]:
        return self.campaign.recipients.filter(state=CardState.LISTED)

    def _newest_batch(self) -> int | None:
        return self.campaign.recipients.order_by("-batch").values_list("batch", flat=True).first()

    def record_attached(self, number: int, answer: CardsAttached | None) -> None:
        """Record that the batch arrived; only those whom the vendor names as refused are marked so."""
        rows = self.campaign.recipients.filter(batch=number, state=CardState.LISTED)
        refused = [RemoteCard(vendor_id="", address=one.address) for one in answer.undeliverable] if answer else []
        reasons = {
            id(card): one.reason for card, one in zip(refused, answer.undeliverable if answer else (), strict=True)
        }
        named = match_cards(rows, refused)
        for pk, card in named.pairs.items():
            said = reasons[id(card)][:255]
            self.campaign.recipients.filter(pk=pk).update(state=CardState.UNDELIVERABLE, said=said)
        rows.exclude(pk__in=named.pairs).update(state=CardState.ATTACHED)

    def reconcile_batch(self, number: int) -> ReconcileResult:
        """Compare what the draft holds with what it held before: the batch came, came in part, or did not come."""
        asked = [row for row in self._rows() if row.batch == number and row.state == CardState.LISTED]
        before = [row for row in self._rows() if row.state in (CardState.ATTACHED, CardState.ACCEPTED)]
        matching = match_cards([*before, *asked], self._held())
        arrived = sum(row.pk in matching.pairs for row in asked)
        if before and not any(row.pk in matching.pairs for row in before) and not matching.strange:
            return ReconcileResult.UNDECIDED  # it shows nobody at all, not even who is certainly there
        if not arrived and len(matching.strange) <= sum(row.pk not in matching.pairs for row in before):
            return ReconcileResult.ABSENT
        is_settled = self.push.settles_at is not None and self.push.settles_at <= database_now()
        if arrived < len(asked) and not is_settled:
            return ReconcileResult.UNDECIDED  # the vendor may still be at it
        self.delivery.record(lambda: self.record_attached(number, None))
        return ReconcileResult.FOUND

    # --- the end -----------------------------------------------------------------------------------------------------

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
        campaign = self.locked()
        if campaign.state != CampaignState.PREPARING:
            return
        self._settle_unanswered(campaign)
        campaign.submitted = campaign.recipients.exclude(state=CardState.LEFT_OUT).count()
        campaign.accepted = campaign.recipients.filter(state=CardState.ACCEPTED).count()
        campaign.proof_path, campaign.proof_size = proof or ("", 0)
        campaign.proofed_at = timezone.now() if proof else None
        campaign.uncertain_ids = [draft.vendor_id for draft in doubtful]
        note_price(campaign, price)
        campaign.problem = ""
        campaign.save()
        if not campaign.accepted:
            self._stick(_("The vendor took none of the recipients."))
            return
        campaign.move_to(CampaignState.PROOFED, actor="system", accepted=campaign.accepted, price=str(campaign.price))

    def _settle_unanswered(self, campaign: MailCampaign) -> None:
        """Settle those not recognised in the draft: taken under another spelling if the numbers agree."""
        silent = campaign.recipients.filter(state=CardState.ATTACHED)
        if self.unrecognised and silent.count() == self.unrecognised:
            silent.update(state=CardState.ACCEPTED)
        else:
            silent.update(state=CardState.UNDELIVERABLE, said=_("The vendor left it out without a word."))

    def _stick(self, text: str) -> None:
        stick(self.locked(), text)


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


def stick(campaign: MailCampaign, text: str) -> None:
    """Mark the campaign as stuck, with the reason. The row must be locked."""
    campaign.problem = text[:2000]
    campaign.save(update_fields=["problem", "updated_at"])
    if campaign.state not in (CampaignState.STUCK, CampaignState.CANCELLED):
        campaign.move_to(CampaignState.STUCK, actor="system", text=text[:500])
