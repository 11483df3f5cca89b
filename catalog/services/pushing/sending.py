"""Sending one batch of a change set, and looking what became of one. How batches come about is in `comparing.py`."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.delivery import Delivery, Withdrawn
from backoffice.engine.services.handlers import ReconcileResult, push_kind
from backoffice.text.translatable import gettext as _
from backoffice.vendors.batch_messages import JobTicket
from backoffice.vendors.errors import VendorError, VendorRejected
from catalog.models import Change, ChangeSet, ChangeState, VendorJob, VendorJobState
from catalog.services.change_sets.formats import format_of
from catalog.services.change_sets.snapshots import forget_readings, read_values
from catalog.services.price_markets import market_of
from catalog.services.pushing.jobs import finish_if_done, first_poll_at
from catalog.services.pushing.starting import SEND, ChangeSetHandler, NotApproved, ensure_approved

STEP = "send"
SAMPLE = 3


@push_kind(SEND)
class SendBatch(ChangeSetHandler):
    """One batch of an approved change set is sent."""

    title = gettext_lazy("Send a batch of changes")

    def doubtful_step(self, push: Push) -> str:
        return STEP

    def if_sent_again(self, push: Push) -> list[str]:
        return [
            _("The batch is sent again, if its change set is still approved."),
            _("If it did arrive, the same values are set twice, which changes nothing."),
        ]

    def deliver(self, delivery: Delivery) -> None:
        """Send the batch. The vendor refuses it whole: rows it names as wrong are failed, the others sent again.

        Raises Withdrawn when the set is not approved, or nothing of the batch is left to send.
        """
        job_id = delivery.push.subject_id
        while True:
            changes: list[Change] = []
            delivery.record(lambda: changes.extend(_rows_to_send(job_id)), step="")  # noqa: B023
            if not changes:
                raise Withdrawn(_("Nothing in this batch is left to send."))
            change_format = format_of(changes[0].change_set.kind)
            send = change_format.sender(delivery.vendor, changes)
            try:
                delivery.write(STEP, send, partial(_note_taken, job_id, changes=[change.pk for change in changes]))
            except VendorRejected as error:
                named = _named(error, changes=changes)
                if not named:
                    raise
                delivery.record(partial(_fail_rows, named), step="")
                continue
            return

    def reconcile(self, delivery: Delivery) -> ReconcileResult:
        """Look whether a batch arrived of which we got no answer. Its values are absolute, so a few
        tell enough: are they there, nothing is sent, else the batch once more; reading back compares every one.
        """
        job = _job_of(delivery.push)
        sample = list(job.changes.filter(state=ChangeState.PENDING).order_by("?")[:SAMPLE])
        if not sample:
            return ReconcileResult.FOUND
        change_set = job.change_set
        change_format, skus = format_of(change_set.kind), [row.sku for row in sample]
        reading = delivery.read(
            lambda: read_values(delivery.vendor, kind=change_set.kind, skus=skus, market=market_of(change_set))
        )
        pairs = [(row.after, reading.values.get(row.sku)) for row in sample]
        arrived = all(value is not None and not change_format.differing(after, current=value) for after, value in pairs)
        return ReconcileResult.DONE if arrived else ReconcileResult.ABSENT

    def confirmed(self, push: Push) -> None:
        # Found by a look: there was no answer, so no number either.
        if push.state == PushState.UNKNOWN:
            self.decided(push, happened=True)

    def rejected(self, push: Push, error: VendorError) -> None:
        """Fail the batch, of which nothing was taken."""
        _fail_job(_job_of(push), VendorJobState.REFUSED, why=error.text)

    def needs_attention(self, push: Push) -> None:
        job = _job_of(push)
        job.change_set.note("changeset.needs_attention", actor="system", batch=job.number)

    def decided(self, push: Push, *, happened: bool) -> None:
        """Count the batch as taken though we know no number for it: what became of it shows by reading back."""
        job = _job_of(push)
        if not happened or job.state != VendorJobState.PLANNED:
            return
        rows = job.changes.filter(state=ChangeState.PENDING)
        _forget_readings(job.pk, rows)
        rows.update(state=ChangeState.SENT)
        job.sent_at = timezone.now()
        _end_job(job, VendorJobState.ASSUMED)


def _job_of(push: Push) -> VendorJob:
    return VendorJob.objects.select_related("change_set").get(pk=push.subject_id)


def _rows_to_send(job_id: int) -> list[Change]:
    """Return the rows that may leave now, asked under the lock of their set."""
    job = VendorJob.objects.get(pk=job_id)
    change_set = ChangeSet.objects.locked(job.change_set_id)
    try:
        ensure_approved(change_set, approved_hash=job.rows_hash, rows=job.changes.all())
    except NotApproved as error:
        raise Withdrawn(error.text) from error
    job.refresh_from_db()
    if job.state != VendorJobState.PLANNED:
        raise Withdrawn(_("The batch has already been sent."))
    # Locked, so that a newer set which is about to supersede some of them is waited for.
    pending = job.changes.select_for_update(of=("self",)).filter(state=ChangeState.PENDING)
    changes = list(pending.order_by("pk"))
    for change in changes:
        change.change_set = change_set
    if not changes:
        _end_job(job, VendorJobState.WITHDRAWN)
    return changes


def _note_taken(job_id: int, ticket: JobTicket, *, changes: Sequence[int]) -> None:
    now = timezone.now()
    VendorJob.objects.filter(pk=job_id).update(
        state=VendorJobState.QUEUED,
        queue_id=ticket.queue_id,
        message=ticket.text,
        sent_at=now,
        next_poll_at=first_poll_at(now),
    )
    rows = Change.objects.filter(pk__in=changes, state=ChangeState.PENDING)
    _forget_readings(job_id, rows)
    rows.update(state=ChangeState.SENT)


def _forget_readings(job_id: int, rows: QuerySet[Change]) -> None:
    """Forget what we read of these SKUs, which is about to be wrong: the next check has to ask the vendor."""
    change_set = ChangeSet.objects.get(jobs=job_id)
    skus = rows.values_list("sku", flat=True)
    forget_readings(change_set, skus=list(skus))


def _named(error: VendorRejected, *, changes: Sequence[Change]) -> dict[int, str]:
    """Return the vendor's words by our rows; empty when it speaks of none of them."""
    ours = {change.sku: change.pk for change in changes}
    ours |= {change.sku_fulfiller: change.pk for change in changes if change.sku_fulfiller}
    found = {}
    for reported in error.errors:
        for name in (reported.field, *reported.other_names):
            if name in ours:
                found[ours[name]] = reported.text
                break
    return found


def _fail_rows(named: Mapping[int, str]) -> None:
    for pk, text in named.items():
        Change.objects.filter(pk=pk).update(state=ChangeState.FAILED, note=text)


def withdraw_batch(job: VendorJob, *, why: str) -> None:
    """Withdraw a batch that was not sent. The set must be locked."""
    _fail_job(job, VendorJobState.WITHDRAWN, why=why)


def _fail_job(job: VendorJob, state: VendorJobState, *, why: str) -> None:
    job.changes.filter(state=ChangeState.PENDING).update(state=ChangeState.FAILED, note=why)
    job.message = why
    _end_job(job, state)


def _end_job(job: VendorJob, state: VendorJobState) -> None:
    job.state, job.next_poll_at = state, None
    job.save(update_fields=["state", "next_poll_at", "message", "sent_at"])
    finish_if_done(job.change_set)
