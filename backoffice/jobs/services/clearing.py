"""What is cleared away: previews that nobody started, files, and jobs of long ago."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from backoffice.engine.services.file_deletions import delete_files
from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.models.job import MOVING, part_path
from backoffice.jobs.services.kinds import JOB_KINDS, kind_of

_DRAFT_DAYS = 1
_AT_ONCE = 50


def clear_jobs() -> None:
    """Delete previews after a day, files after JOB_FILE_DAYS, jobs with their rows after JOB_DAYS; some at a time."""
    now = timezone.now()
    files_before, jobs_before = (now - timedelta(days=days) for days in (settings.JOB_FILE_DAYS, settings.JOB_DAYS))
    _clear_files(files_before)
    _clear_parts(files_before)
    drafts = Job.objects.filter(state=JobState.READY, created_at__lte=now - timedelta(days=_DRAFT_DAYS))
    old = Job.objects.exclude(state__in=MOVING).filter(created_at__lte=jobs_before)
    delete_jobs([*drafts[:_AT_ONCE], *old[:_AT_ONCE]])


@transaction.atomic
def delete_jobs(jobs: Iterable[Job]) -> None:
    """Delete jobs with their rows, their files, and parts of files that were never finished."""
    for job in jobs:
        delete_files([job.path, *part_paths(job)])
        job.delete()


def part_paths(job: Job) -> list[str]:
    """Return where parts of the job's file may lie, as long as it is not finished."""
    kind = kind_of(job)
    if kind is None or not kind.makes_parts or job.state == JobState.DONE:
        return []
    return [part_path(job.pk, pk) for pk in job.rows.values_list("pk", flat=True)]


@transaction.atomic
def _clear_files(before: datetime) -> None:
    old = Job.objects.filter(stored_at__lte=before).exclude(path="").select_for_update(skip_locked=True)
    jobs = list(old[:_AT_ONCE])
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(path="", stored_at=None)
    delete_files(job.path for job in jobs)


@transaction.atomic
def _clear_parts(before: datetime) -> None:
    """Delete the parts of jobs that ended before they made their file; who goes on with one has them made again."""
    kinds = [name for name, kind in JOB_KINDS.items() if kind.makes_parts]
    made = JobRow.objects.filter(job=OuterRef("pk"), state=RowState.DONE, result__isnull=False)
    over = Job.objects.filter(state__in=[JobState.STOPPED, JobState.FAILED], kind__in=kinds, finished_at__lte=before)
    for job in over.filter(Exists(made)).select_for_update(skip_locked=True)[:_AT_ONCE]:
        rows = job.rows.filter(state=RowState.DONE, result__isnull=False)
        rows.update(state=RowState.READY, result=None, finished_at=None)
        delete_files(part_paths(job))
