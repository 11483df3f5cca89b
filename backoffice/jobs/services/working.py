"""The work on a job: rows are checked in chunks, then done one by one, each in a transaction of its own.

The rows are the truth and the task only a notification: a worker that is killed leaves the rest as it was, and the next
goes on there. One worker has a job at a time (`lease_until`); should a slow one outlive its lease, locked rows are
passed over, so that no row is done twice.
"""

import logging
import time
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.acting import STAFF, acting_as
from backoffice.change_context import under_change
from backoffice.engine.services.file_deletions import delete_files
from backoffice.engine.services.files import note_kept
from backoffice.errors import DomainError, InvalidInput, Unavailable
from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.services.clearing import part_paths
from backoffice.jobs.services.counting import count_rows
from backoffice.jobs.services.kinds import JobKind, RowPreview, RowResult, kind_of
from backoffice.sight import Asked, reading
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.visibility import seeing

logger = logging.getLogger(__name__)
# Rows between two looks at the lease.
DONE_AT_ONCE = 20
LEASE_SECONDS = 60
# A row that stays locked, or a file that cannot be made, is given up after so many tries.
MOST_TRIES = 3
_GONE = RowPreview(refusal="gone")


def work_job(pk: int, *, seconds: float) -> bool:
    """Go on with the job for that long; return whether there is more to do. Safe to call at any time, by anybody."""
    if not _claim(pk):
        return False
    renewed_at = time.monotonic()
    deadline = renewed_at + seconds
    try:
        while _work_chunk(pk):
            if time.monotonic() >= deadline:
                return True
            renewed_at = time.monotonic()
            _renew(pk)
    finally:
        # One that ran out may be another's by now.
        if time.monotonic() < renewed_at + LEASE_SECONDS:
            Job.objects.filter(pk=pk).update(lease_until=None)
    return False


def _claim(pk: int) -> bool:
    return bool(Job.objects.claimable().filter(pk=pk).update(lease_until=_lease_end()))


def _renew(pk: int) -> None:
    Job.objects.filter(pk=pk).update(lease_until=_lease_end())


def _lease_end() -> object:
    return Now() + timedelta(seconds=LEASE_SECONDS)


def _work_chunk(pk: int) -> bool:
    """Do some of it; return whether there may be more."""
    job = Job.objects.filter(pk=pk).first()
    if job is None or not job.is_moving:
        return False
    kind = kind_of(job)
    if kind is None:
        _give_up(job, _("This version does not support this kind of job."))
        return False
    try:
        with seeing(lambda: None if job.shops is None else frozenset(job.shops)), reading(_rights_of_maker(job)):
            return _check_some(job, kind) if job.state == JobState.CHECKING else _do_some(job, kind)
    except (OperationalError, Unavailable) as wait:  # a lock, or no room for files: the same again next time
        logger.warning("Job %s waits: %s", pk, text_of(wait))
        return False
    except Exception as fault:  # a fault of ours in one job must not keep the others waiting
        logger.exception("Job %s cannot go on.", pk)
        _note_fault(job, fault)
        return False


def _rights_of_maker(job: Job) -> Asked:
    """Return what answers which rights the person has who made the job; a command's job has all."""
    maker = User.objects.filter(username=job.created_by).first()
    return lambda right: maker is None or maker.has_perm(right)


def _check_some(job: Job, kind: JobKind) -> bool:
    if _check_rows(job, kind):
        return True
    _end_check(job, kind)
    return kind.only_reads


@transaction.atomic
def _check_rows(job: Job, kind: JobKind) -> int:
    # Locked: whoever erases one of them meanwhile waits, and empties what is written here.
    rows = list(job.rows.filter(state=RowState.NEW).order_by("pk").select_for_update()[: kind.checked_at_once])
    checks = kind.check([row.subject_id for row in rows]) if rows else {}
    for row in rows:
        check = checks.get(row.subject_id, _GONE)
        row.state = RowState.SKIPPED if check.refusal else RowState.READY
        row.text = _("It no longer exists.") if check is _GONE else check.refusal
        row.errors, row.params = check.errors, check.params
    JobRow.objects.bulk_update(rows, ["state", "text", "errors", "params"])
    return len(rows)


def _end_check(job: Job, kind: JobKind) -> None:
    """Let a person start it, or begin at once where nothing changes."""
    begun = {"state": JobState.RUNNING, "started_at": timezone.now()}
    changes = begun if kind.only_reads else {"state": JobState.READY}
    Job.objects.filter(pk=job.pk, state=JobState.CHECKING).update(**changes)


def _do_some(job: Job, kind: JobKind) -> bool:
    if kind.only_reads:
        done = _read_some(job, kind)
    else:
        done, after = 0, 0
        while done < DONE_AT_ONCE and (row_pk := _do_next(job, kind, after=after)):
            done, after = done + 1, row_pk
    if done:
        return True
    left = job.rows.filter(state=RowState.READY).exists()
    if not left:
        _finish(job, kind)
    return False


@transaction.atomic
def _read_some(job: Job, kind: JobKind) -> int:
    rows = list(_ready_rows(job, after=0)[: kind.read_at_once])
    results = kind.read(job, rows)
    for row in rows:
        row.result = results.get(row.pk)
        row.state = RowState.SKIPPED if row.result is None else RowState.DONE
        row.text = _("It no longer exists.") if row.result is None else ""
        row.finished_at = timezone.now()
    JobRow.objects.bulk_update(rows, ["state", "text", "result", "finished_at"])
    return len(rows)


def _ready_rows(job: Job, *, after: int) -> QuerySet[JobRow]:
    """Return what is to be done next, locked; none once the job was stopped."""
    rows = JobRow.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.filter(job=job, job__state=JobState.RUNNING, state=RowState.READY, pk__gt=after).order_by("pk")


def _do_next(job: Job, kind: JobKind, *, after: int) -> int:
    """Do the next row; effect and result are committed together. Return its key, 0 where there is none."""
    row_pk = 0
    try:
        with transaction.atomic():
            row = _ready_rows(job, after=after).first()
            if row is None:
                return 0
            row_pk = row.pk
            _do(job, kind, row)
            row.finished_at = timezone.now()
            row.save(update_fields=["state", "text", "errors", "undo", "result", "finished_at"])
    except OperationalError:
        if not row_pk:
            raise
        _note_try(row_pk)
    return row_pk


def _do(job: Job, kind: JobKind, row: JobRow) -> None:
    """Do it and set on the row what came of it; a refusal changes nothing else."""
    try:
        with transaction.atomic(), under_change(job.change), acting_as(STAFF, job.created_by):
            outcome = kind.undo(job, row) if job.undoes_id else kind.apply(job, row)
    except DomainError as refusal:
        row.state, row.text = RowState.FAILED, refusal.text
        row.errors = refusal.errors if isinstance(refusal, InvalidInput) else {}
    except OperationalError:
        raise
    except Exception as fault:  # a fault of ours in one row must not keep the others waiting
        logger.exception("Row %s of job %s failed in our own code.", row.pk, job.pk)
        row.state, row.text = RowState.FAILED, _fault_text(fault)
    else:
        _note(row, outcome)


def _note(row: JobRow, outcome: RowResult) -> None:
    row.state = RowState.SKIPPED if outcome.skipped else RowState.DONE
    row.text = outcome.skipped or outcome.text
    row.errors, row.undo, row.result = {}, outcome.undo, outcome.result


def _note_try(row_pk: int) -> None:
    """Count that the row was locked; after some tries it has failed."""
    with transaction.atomic():
        row = JobRow.objects.select_for_update().get(pk=row_pk)
        row.attempts += 1
        if row.attempts >= MOST_TRIES and row.state == RowState.READY:
            row.state, row.finished_at = RowState.FAILED, timezone.now()
            row.text = _("Someone else was changing it. Try the failed rows again.")
        row.save(update_fields=["attempts", "state", "text", "finished_at"])


def _finish(job: Job, kind: JobKind) -> None:
    """Make the file, and end the job with the counts of its rows.

    Where it was stopped meanwhile, or a person was erased from its rows, the file goes, and the next worker makes
    another.
    """
    erased = _count_erased(job)
    kept = None if job.undoes_id else kind.make_file(job)
    with transaction.atomic():
        # Whoever erases a person from its rows takes the file of the job after that, and waits for this.
        locked = Job.objects.select_for_update().filter(pk=job.pk, state=JobState.RUNNING).first()
        if locked is None or _count_erased(job) != erased:
            delete_files([kept.path] if kept else [])
            return
        counts = count_rows(job)
        locked.state, locked.counts, locked.finished_at = JobState.DONE, counts, timezone.now()
        locked.needs_attention = bool(counts.get(RowState.FAILED))
        columns = note_kept(locked, kept) if kept else []
        locked.save(update_fields=["state", "counts", "finished_at", "needs_attention", *columns])
        delete_files(part_paths(job))


def _count_erased(job: Job) -> int:
    """Return how many rows were done and have no result any more, of a kind that makes a file of them."""
    return job.rows.filter(state=RowState.DONE, result__isnull=True).count()


def _note_fault(job: Job, fault: Exception) -> None:
    job.faults += 1
    Job.objects.filter(pk=job.pk).update(faults=job.faults)
    if job.faults >= MOST_TRIES:
        _give_up(job, _fault_text(fault))


def _give_up(job: Job, text: str) -> None:
    Job.objects.filter(pk=job.pk, state=job.state).update(
        state=JobState.FAILED, problem=text, counts=count_rows(job), finished_at=timezone.now(), needs_attention=True
    )


def _fault_text(fault: Exception) -> str:
    text = _("Back office error: %(fault)s")
    return text % {"fault": f"{type(fault).__name__}: {text_of(fault)}"[:500]}
