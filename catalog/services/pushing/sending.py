"""Sending one batch of a change set, and looking what became of one. How batches come about is in `comparing.py`."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone

from backoffice.models import Push
from backoffice.services.claims import Delivery, Withdrawn
from backoffice.services.handlers import Finding
from backoffice.translatable import gettext as _
from backoffice.vendors.batch_messages import JobTicket
from backoffice.vendors.errors import VendorError, VendorRejected
from catalog.models import Change, ChangeSet, ChangeState, Snapshot, VendorJob, VendorJobState
from catalog.services.change_sets.shapes import shape_of
from catalog.services.change_sets.snapshots import read_values
from catalog.services.pushing.jobs import finish_if_done, first_poll_at
from catalog.services.pushing.starting import NotApproved, ensure_approved

STEP = "send"
SAMPLE = 3


def send_batch(delivery: Delivery) -> None:
    """The vendor has taken the batch. Rows it names as wrong are failed and the others sent again: it refuses whole.

    Raises Withdrawn when the set is not approved, or nothing of the batch is left to send.
    """
    job_id = delivery.push.subject_id
    while True:
        changes: list[Change] = []
        delivery.record(lambda: changes.extend(_rows_to_send(job_id)), step="")  # noqa: B023
        if not changes:
            raise Withdrawn(_("Nothing of this batch is left to send."))
        shape = shape_of(changes[0].change_set.kind)
        rows = [shape.row(change) for change in changes]
        write = partial(getattr(delivery.vendor, shape.writer), rows)
        try:
            delivery.write(STEP, write, partial(_note_taken, job_id, changes=[change.pk for change in changes]))
        except VendorRejected as error:
            named = _named(error, changes=changes)
            if not named:
                raise
            delivery.record(partial(_fail_rows, named), step="")
            continue
        return


def _rows_to_send(job_id: int) -> list[Change]:
    """The rows that may leave now, asked under the lock of their set."""
    job = VendorJob.objects.get(pk=job_id)
    change_set = ChangeSet.objects.locked(job.change_set_id)
    try:
        ensure_approved(change_set, approved_hash=job.rows_hash, rows=job.changes.all())
    except NotApproved as error:
        raise Withdrawn(error.text) from error
    job.refresh_from_db()
    if job.state != VendorJobState.PLANNED:
        raise Withdrawn(_("The batch was sent already."))
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
    """What we read of these SKUs is about to be wrong: the next check has to ask the vendor."""
    change_set = ChangeSet.objects.get(jobs=job_id)
    skus = rows.values_list("sku", flat=True)
    Snapshot.objects.filter(vendor=change_set.vendor, kind=change_set.kind, sku__in=list(skus)).delete()


def _named(error: VendorRejected, *, changes: Sequence[Change]) -> dict[int, str]:
    """The vendor's words by our rows; empty when it speaks of none of them."""
    ours = {change.sku: change.pk for change in changes}
    ours |= {change.sku_fulfiller: change.pk for change in changes if change.sku_fulfiller}
    found = {}
    for complaint in error.errors:
        for name in (complaint.field, *complaint.other_names):
            if name in ours:
                found[ours[name]] = complaint.text
                break
    return found


def _fail_rows(named: Mapping[int, str]) -> None:
    for pk, text in named.items():
        Change.objects.filter(pk=pk).update(state=ChangeState.FAILED, note=text)


def look_for_batch(delivery: Delivery) -> Finding:
    """Whether a batch arrived of which we got no answer. Its values are absolute, so a few of them tell enough: if
    they are there nothing is sent, if not the batch is sent once more; the reading at the end compares every one.
    """
    job = VendorJob.objects.select_related("change_set").get(pk=delivery.push.subject_id)
    sample = list(job.changes.filter(state=ChangeState.PENDING).order_by("?")[:SAMPLE])
    if not sample:
        return Finding.FOUND
    shape = shape_of(job.change_set.kind)
    reading = delivery.read(
        lambda: read_values(delivery.vendor, kind=job.change_set.kind, skus=[row.sku for row in sample])
    )
    held = [(row.after, reading.values.get(row.sku)) for row in sample]
    arrived = all(value is not None and not shape.differing(after, held=value) for after, value in held)
    return Finding.DONE if arrived else Finding.ABSENT


def suppose_taken(push: Push) -> None:
    """The batch counts as taken though we know no number for it: what became of it shows by reading back.

    Runs under the lock of its set.
    """
    job = VendorJob.objects.get(pk=push.subject_id)
    if job.state != VendorJobState.PLANNED:
        return
    rows = job.changes.filter(state=ChangeState.PENDING)
    _forget_readings(job.pk, rows)
    rows.update(state=ChangeState.SENT)
    job.sent_at = timezone.now()
    _end_job(job, VendorJobState.ASSUMED)


def note_refused_batch(push: Push, error: VendorError) -> None:
    """None of the batch was taken. Runs under the lock of its set."""
    job = VendorJob.objects.get(pk=push.subject_id)
    job.changes.filter(state=ChangeState.PENDING).update(state=ChangeState.FAILED, note=error.text)
    job.message = error.text
    _end_job(job, VendorJobState.REFUSED)


def withdraw_batch(job: VendorJob, *, why: str) -> None:
    """The batch was not sent and never will be. The set must be locked."""
    job.changes.filter(state=ChangeState.PENDING).update(state=ChangeState.FAILED, note=why)
    job.message = why
    _end_job(job, VendorJobState.WITHDRAWN)


def lock_set_of(push: Push) -> None:
    """Lock the set that a push is about, by its batch or itself."""
    is_batch = push.subject_type == VendorJob._meta.label_lower
    about = {"jobs": push.subject_id} if is_batch else {"pk": push.subject_id}
    for change_set_id in ChangeSet.objects.filter(**about).values_list("pk", flat=True):
        ChangeSet.objects.locked(change_set_id)


def _end_job(job: VendorJob, state: VendorJobState) -> None:
    job.state, job.next_poll_at = state, None
    job.save(update_fields=["state", "next_poll_at", "message", "sent_at"])
    finish_if_done(job.change_set)
