"""Making a job: its rows are fixed to the keys of that moment, then checked, and a person starts it."""

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils import timezone

from backoffice.engine.services.task_queue import JOBS_QUEUE, WORK_JOB, enqueue
from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.services.kinds import JobKind, kind_of
from backoffice.text.translatable import gettext as _
from backoffice.visibility import seen_shops, visible

AT_ONCE = 2000


@transaction.atomic
def draft_job(kind: JobKind, things: QuerySet[Any], *, actor: str, query: str = "", **changes: Any) -> Job:
    """Make a job of that kind for these things, to be checked next; what only reads begins by itself.

    Raise InvalidInput for none, and for more than the kind takes.
    """
    job = Job.objects.create(kind=kind.kind, created_by=actor, query=query, shops=_shops(), **changes)
    job.total = _add_rows(job, kind, visible(things))
    if not job.total:
        text = _("Nothing is selected.")
        raise InvalidInput(text, errors={"": [text]})
    job.save(update_fields=["total"])
    return job


@transaction.atomic
def start_job(job: Job, *, inputs: Mapping[str, Any], actor: str) -> Job:
    """Have the rows that are ready done. Raise IllegalTransition unless it waits for that."""
    started = Job.objects.filter(pk=job.pk, state=JobState.READY).update(
        state=JobState.RUNNING, inputs=inputs, started_at=timezone.now(), created_by=actor
    )
    if not started:
        raise IllegalTransition(_("This job has already been started, or is still being checked."))
    job.refresh_from_db()
    _settle_repeated(job)
    return job


def undo_job(job: Job, *, actor: str) -> Job:
    """Make and start a job that brings back what was before, for every row that can be brought back.

    Raise IllegalTransition while it runs and where nothing can be undone, Conflict where it was undone before.
    """
    try:
        with transaction.atomic():
            # Nobody continues it meanwhile.
            if not can_undo(Job.objects.select_for_update().get(pk=job.pk)):
                raise IllegalTransition(_("Nothing in this job can be undone."))
            made = Job.objects.create(
                kind=job.kind, undoes=job, created_by=actor, shops=job.shops, state=JobState.RUNNING,
                started_at=timezone.now(),
            )  # fmt: skip
            rows = job.rows.filter(state=RowState.DONE, undo__isnull=False).order_by("-pk")
            copies = (
                JobRow(job=made, subject_id=row.subject_id, label=row.label, detail=row.detail, undo=row.undo,
                       state=RowState.READY)
                for row in rows.iterator(AT_ONCE)
            )  # fmt: skip
            made.total = _save(copies)
            made.save(update_fields=["total"])
    except IntegrityError:
        raise Conflict(_("This job has already been undone.")) from None
    return made


def can_undo(job: Job) -> bool:
    """Return whether anything of it can be brought back, and has not been."""
    kind = kind_of(job)
    if kind is None or not kind.can_undo or job.undoes_id or not job.is_over or hasattr(job, "undone_by"):
        return False
    return job.rows.filter(state=RowState.DONE, undo__isnull=False).exists()


@transaction.atomic
def repeat_failed(job: Job, *, actor: str) -> Job:
    """Make another job of the rows that failed, to be checked anew; once that is started the first no longer needs
    attention.

    Raise IllegalTransition where none failed, or the job still runs.
    """
    kind = kind_of(job)
    failed = job.rows.filter(state=RowState.FAILED)
    if kind is None or job.undoes_id or not job.is_over or not failed.exists():
        raise IllegalTransition(_("No row of this job has failed."))
    things = kind.model._default_manager.filter(pk__in=failed.values("subject_id"))
    made = draft_job(kind, things, actor=actor, repeats=job, inputs=job.inputs)
    if kind.only_reads:  # begins by itself
        _settle_repeated(made)
    return made


def _settle_repeated(job: Job) -> None:
    """Let the job whose failed rows these are no longer need attention."""
    if job.repeats_id is not None:
        Job.objects.filter(pk=job.repeats_id).update(needs_attention=False)


def enqueue_job(job: Job) -> None:
    """Have a worker go on with it when the transaction is committed."""
    transaction.on_commit(lambda: enqueue(WORK_JOB, job.pk, queue=JOBS_QUEUE), robust=True)


def _shops() -> list[int] | None:
    """Return what the reader sees, as a job keeps it."""
    shops = seen_shops()
    return None if shops is None else sorted(shops)


def _add_rows(job: Job, kind: JobKind, things: QuerySet[Any]) -> int:
    columns = ["pk", *(name for some in kind.names for name in some if name != "pk")]
    # Of the rows of a related manager Django reads the key that they are related by: left out, one query for each row.
    columns += [field.name for field in things.model._meta.concrete_fields if field.is_relation]
    found: Iterable[Model] = (
        things.select_related(None).order_by(kind.sequence).only(*columns)[: kind.most_rows + 1].iterator(AT_ONCE)
    )

    def rows() -> Iterable[JobRow]:
        while some := list(islice(found, AT_ONCE)):
            for row in kind.describe(some):
                row.job = job
                yield row

    count = _save(rows())
    if count > kind.most_rows:
        text = _("At most %(most)s rows at a time: narrow the list down first.") % {"most": kind.most_rows}
        raise InvalidInput(text, errors={"": [text]})
    return count


def _save(rows: Iterable[JobRow]) -> int:
    left, count = iter(rows), 0
    while some := list(islice(left, AT_ONCE)):
        JobRow.objects.bulk_create(some)
        count += len(some)
    return count
