"""Handing the recipients of a campaign over to its draft at the vendor.

They are appended there, so what the draft holds is read before anything is sent (again), and each batch is named
before it leaves: after a lost response the reading says whether it arrived. A card that arrived twice is taken out. A
draft that no longer holds who was in it, as where a batch replaces the one before, is for a person.
"""

from collections.abc import Callable
from functools import partial

from django.db.models import QuerySet

from backoffice.engine.services.clock import database_now
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.handlers import ReconcileResult
from backoffice.text.translatable import gettext as _
from backoffice.vendors.card_messages import CardsAttached, RemoteCard
from backoffice.vendors.errors import VendorProtocolError, VendorRejected
from backoffice.vendors.registry import vendor_title
from orders.marketing.models import CampaignState, CardRecipient, CardState
from orders.marketing.services.campaigns.handling import CampaignHandler
from orders.marketing.services.campaigns.matching import Matching, match_cards
from orders.marketing.services.campaigns.recipients import find_unwilling

MOST_ROUNDS = 100


class AttachesRecipients(CampaignHandler):
    """The part of a preparation that hands over recipients."""

    def begin(self, delivery: Delivery) -> None:
        super().begin(delivery)
        # How many the draft holds in a spelling by which no recipient is recognised.
        self.unrecognised = 0

    def _ensure_wanted(self) -> None:
        self.campaign.refresh_from_db()
        if self.campaign.state != CampaignState.PREPARING:
            raise Withdrawn(self.campaign.state_text())

    def _attach_all(self) -> None:
        """Read, hand over what is missing, and read again until the draft holds everybody once."""
        for _round in range(MOST_ROUNDS):
            matching = self._read_back()
            if matching.duplicates:
                self._take_out(matching.duplicates)
                continue
            if self._drop_unwilling(matching):
                continue
            self._ensure_kept(matching)
            if not self._attach_next():
                self.unrecognised = len(matching.strange)
                return
            while self._attach_next():
                pass
        raise VendorProtocolError(_("The draft does not keep the recipients sent to it."))

    def _read_back(self) -> Matching:
        """Compare what the draft holds with what it was given; strangers in it are for a person."""
        held = self._held()
        matching = match_cards(self._rows(), held)
        if matching.strange and self._unexplained(matching):
            text = _("The draft contains %d recipients that are not in this campaign.") % len(matching.strange)
            self.stick_and_withdraw(text)
        self.delivery.record(partial(self._take_over, matching))
        return matching

    def _ensure_kept(self, matching: Matching) -> None:
        """Ensure that the draft still holds who was in it, and that no batch took the place of the one before, as the
        vendor's page may mean: else nobody is to pay for it. Raises Withdrawn then, and a person decides.

        Whoever is missing of a batch that is there was left out by the vendor, which need not say so.
        """
        rows = [row for row in self._rows() if row.state in (CardState.ATTACHED, CardState.ACCEPTED)]
        present = {row.batch for row in rows if row.pk in matching.pairs}
        replaced = {row.batch for row in rows} - present - {self._newest_batch()}
        missing = [row for row in rows if row.pk not in matching.pairs]
        lost = [row for row in missing if row.state == CardState.ACCEPTED or row.batch in replaced]
        if len(lost) <= len(matching.strange):  # they may be there in a spelling that we do not recognise
            return
        text = _("Recipients missing from the draft at the vendor: %(lost)d. Revert to draft and prepare it again.")
        if replaced:
            text = _(
                "%(vendor)s replaced the recipients sent first by those sent last: there, a campaign can have at most "
                "%(most)d recipients. Revert to draft and divide the campaign."
            )
        params = {"vendor": vendor_title(self.campaign.vendor), "most": self.vendor.MAX_RECIPIENTS, "lost": len(lost)}
        self.stick_and_withdraw(text % params)

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

    def _take_out(self, duplicates: list[RemoteCard]) -> None:
        """Take out cards that arrived twice. Taking out what is out already does no harm."""
        ids = [card.vendor_id for card in duplicates if card.vendor_id]
        if not ids:
            raise VendorRejected(_("The draft contains duplicate recipients, but gives no IDs to remove them by."))
        self._remove(ids, lambda: self.locked().note("taken_out", actor="system", count=len(ids)))

    def _remove(self, ids: list[str], record: Callable[[], None]) -> None:
        vendor_id = self.campaign.vendor_id
        self.delivery.write("remove", lambda: self.vendor.remove_recipients(vendor_id, ids), lambda response: record())

    def _drop_unwilling(self, matching: Matching) -> bool:
        """Leave out those who may get no card any more, also in the draft. Return whether there were any."""
        reasons = find_unwilling(self.campaign)
        if not reasons:
            return False
        held = [matching.pairs[pk].vendor_id for pk in reasons if pk in matching.pairs]
        lost = self.campaign.recipients.filter(pk__in=reasons, state=CardState.ATTACHED).exclude(pk__in=matching.pairs)
        if not all(held) or (matching.strange and lost.exists()):
            text = _(
                "A recipient may no longer get a card and cannot be distinguished from others in the draft. Start "
                "a new draft."
            )
            self.stick_and_withdraw(text)
        if held:
            self._remove(held, lambda: self._leave_out(reasons))
        else:
            self.delivery.record(lambda: self._leave_out(reasons))
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
            lambda response: self.record_attached(number, response),
        )
        return True

    def _waiting(self) -> QuerySet[CardRecipient]:
        return self.campaign.recipients.filter(state=CardState.LISTED)

    def _newest_batch(self) -> int | None:
        return self.campaign.recipients.order_by("-batch").values_list("batch", flat=True).first()

    def record_attached(self, number: int, response: CardsAttached | None) -> None:
        """Record that the batch arrived; only those whom the vendor names as refused are marked so."""
        rows = self.campaign.recipients.filter(batch=number, state=CardState.LISTED)
        undeliverable = response.undeliverable if response else ()
        refused = [RemoteCard(vendor_id="", address=one.address) for one in undeliverable]
        reasons = {id(card): one.reason[:255] for card, one in zip(refused, undeliverable, strict=True)}
        named = match_cards(rows, refused)
        for pk, card in named.pairs.items():
            self.campaign.recipients.filter(pk=pk).update(state=CardState.UNDELIVERABLE, said=reasons[id(card)])
        rows.exclude(pk__in=named.pairs).update(state=CardState.ATTACHED)

    def reconcile_batch(self, number: int) -> ReconcileResult:
        """Compare what the draft holds with what it held before: the batch came, came in part, or did not come."""
        asked = [row for row in self._rows() if row.batch == number and row.state == CardState.LISTED]
        before = [row for row in self._rows() if row.state in (CardState.ATTACHED, CardState.ACCEPTED)]
        matching = match_cards([*before, *asked], self._held())
        arrived = sum(row.pk in matching.pairs for row in asked)
        shows_before = any(row.pk in matching.pairs for row in before)
        if before and not arrived and not shows_before and not matching.strange:
            return ReconcileResult.UNDECIDED  # it shows nobody at all, not even who is certainly there
        if not arrived and len(matching.strange) <= sum(row.pk not in matching.pairs for row in before):
            return ReconcileResult.ABSENT
        is_settled = self.push.settles_at is not None and self.push.settles_at <= database_now()
        if arrived < len(asked) and not is_settled:
            return ReconcileResult.UNDECIDED  # the vendor may still be at it
        self.delivery.record(lambda: self.record_attached(number, None))
        return ReconcileResult.FOUND
