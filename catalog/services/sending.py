"""What the pushes of a change set do: compare once more, plan batches, send one, look what became of one."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.models import Push
from backoffice.models.push import Lane, PushState
from backoffice.services.claims import Delivery, Withdrawn
from backoffice.services.handlers import Finding
from backoffice.services.pushes import queue_push
from backoffice.vendors.batch_messages import JobTicket
from backoffice.vendors.errors import BudgetEmpty, VendorError, VendorRejected
from catalog.models import Change, ChangeSet, ChangeSetState, ChangeState, VendorJob, VendorJobState
from catalog.services.change_approval import hash_of_rows
from catalog.services.change_checking import changed_meanwhile, judge_change_set
from catalog.services.change_sets import NOT_APPROVED
from catalog.services.change_shapes import shape_of
from catalog.services.change_snapshots import FRESH, Reading, read_values, store_reading
from catalog.services.jobs import finish_if_done, first_poll_at
from catalog.services.pushing import SEND, NotApproved, refuse_unapproved

STEP = "send"
SAMPLE = 3
RIVAL_WAIT_SECONDS = 5.0


def compare_and_plan(delivery: Delivery) -> None:
    """The batches are planned, if the vendor still holds what the set was compared with; else it is checked again.

    Raises Withdrawn when nothing is to be sent.
    """
    change_set = ChangeSet.objects.get(pk=delivery.push.subject_id)
    if change_set.state != ChangeSetState.PUSHING or change_set.jobs.exists():
        raise Withdrawn(_("The change set is %s.") % change_set.get_state_display())
    if _is_stale(change_set):
        _compare(delivery, change_set)
    if _rivals(change_set).exists():
        raise BudgetEmpty(_("An older change of the same SKUs is just being sent."), retry_after=RIVAL_WAIT_SECONDS)
    delivery.record(partial(_plan, change_set.pk, actor=delivery.push.created_by, size=delivery.vendor.MAX_BATCH))


def _is_stale(change_set: ChangeSet) -> bool:
    return change_set.snapshot_at is None or change_set.snapshot_at < timezone.now() - FRESH


def _compare(delivery: Delivery, change_set: ChangeSet) -> None:
    skus = list(change_set.changes.values_list("sku", flat=True))
    reading = delivery.read(lambda: read_values(delivery.vendor, kind=change_set.kind, skus=skus))
    changed = changed_meanwhile(change_set, reading=reading)
    delivery.record(partial(_note_reading, change_set.pk, reading=reading, skus=skus, changed=changed))
    if changed:
        raise Withdrawn(_("Changed at the vendor meanwhile: %s.") % ", ".join(changed[:20]))


def _note_reading(change_set_id: int, *, reading: Reading, skus: Sequence[str], changed: list[str]) -> None:
    change_set = ChangeSet.objects.locked(change_set_id)
    store_reading(reading, vendor=change_set.vendor, kind=change_set.kind, skus=skus)
    if not changed:
        change_set.snapshot_at = reading.read_at
        change_set.save(update_fields=["snapshot_at"])
        return
    note = {"changed": changed[:100], "changed_count": len(changed)}
    judge_change_set(change_set, actor=f"vendor:{change_set.vendor}", note=note, **NOT_APPROVED)


def _rivals(change_set: ChangeSet) -> QuerySet[Change]:
    """Rows of older sets about the same SKUs that a worker may be sending at this moment."""
    busy = Push.objects.filter(
        Q(state=PushState.IN_FLIGHT) | Q(state=PushState.UNKNOWN, settles_at__gt=timezone.now()),
        vendor=change_set.vendor,
        kind=SEND,
        subject_type=VendorJob._meta.label_lower,
        subject_id=OuterRef("job_id"),
    )
    return _older_rows(change_set).filter(Exists(busy), state=ChangeState.PENDING)


def _older_rows(change_set: ChangeSet) -> QuerySet[Change]:
    same = change_set.changes.filter(sku=OuterRef("sku"))
    return Change.objects.filter(
        Exists(same),
        change_set__vendor=change_set.vendor,
        change_set__kind=change_set.kind,
        change_set__language=change_set.language,
        change_set__state=ChangeSetState.PUSHING,
        change_set__pushed_at__lt=change_set.pushed_at,
    )


def _plan(change_set_id: int, *, actor: str, size: int) -> None:
    """Batches of at most `size` rows, each with its push. Rows of older sets that are not done yet give way."""
    change_set = ChangeSet.objects.locked(change_set_id)
    refuse_unapproved(change_set, approved_hash=change_set.approved_hash, rows=change_set.changes.all())
    note = _("A newer change set for this SKU was pushed: %s.") % change_set.title
    open_rows = _older_rows(change_set).filter(state__in=[ChangeState.PENDING, ChangeState.SENT])
    Change.objects.filter(pk__in=list(open_rows.values_list("pk", flat=True))).update(
        state=ChangeState.SUPERSEDED, note=note
    )
    ids = list(change_set.changes.order_by("pk").values_list("pk", flat=True))
    for number, start in enumerate(range(0, len(ids), size), start=1):
        part = ids[start : start + size]
        rows = Change.objects.filter(pk__in=part)
        job = VendorJob.objects.create(
            change_set=change_set,
            vendor=change_set.vendor,
            number=number,
            entries=len(part),
            rows_hash=hash_of_rows(rows),
        )
        rows.update(job=job)
        queue_push(SEND, vendor=change_set.vendor, subject=job, actor=actor, lane=Lane.CATALOG)
    change_set.note("changeset.batches", actor="system", batches=-(-len(ids) // size), rows=len(ids))


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
        refuse_unapproved(change_set, approved_hash=job.rows_hash, rows=job.changes.all())
    except NotApproved as error:
        raise Withdrawn(error.text) from error
    job.refresh_from_db()
    if job.state != VendorJobState.PLANNED:
        raise Withdrawn(_("The batch was sent already."))
    changes = list(job.changes.filter(state=ChangeState.PENDING).order_by("pk"))
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
    Change.objects.filter(pk__in=changes, state=ChangeState.PENDING).update(state=ChangeState.SENT)


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
    job.changes.filter(state=ChangeState.PENDING).update(state=ChangeState.SENT)
    job.sent_at = timezone.now()
    _end_job(job, VendorJobState.ASSUMED)


def note_refused_batch(push: Push, error: VendorError) -> None:
    """None of the batch was taken. Runs under the lock of its set."""
    job = VendorJob.objects.get(pk=push.subject_id)
    job.changes.filter(state=ChangeState.PENDING).update(state=ChangeState.FAILED, note=error.text)
    job.message = error.text
    _end_job(job, VendorJobState.REFUSED)


def note_failed_comparison(push: Push, error: VendorError) -> None:
    """The vendor could not be read: the set is only checked again. Runs under its lock."""
    change_set = ChangeSet.objects.get(pk=push.subject_id)
    if change_set.state == ChangeSetState.PUSHING and not change_set.jobs.exists():
        change_set.move_to(ChangeSetState.CHECKED, actor="system", params={"error": error.text}, **NOT_APPROVED)


def lock_set_of(push: Push) -> None:
    """Lock the set that a push is about, by its batch or itself."""
    if push.subject_type == VendorJob._meta.label_lower:
        ids = VendorJob.objects.filter(pk=push.subject_id).values_list("change_set_id", flat=True)
    else:
        ids = ChangeSet.objects.filter(pk=push.subject_id).values_list("pk", flat=True)
    for change_set_id in ids:
        ChangeSet.objects.locked(change_set_id)


def _end_job(job: VendorJob, state: VendorJobState) -> None:
    job.state, job.next_poll_at = state, None
    job.save(update_fields=["state", "next_poll_at", "message", "sent_at"])
    finish_if_done(job.change_set)
