"""What is cleared away: previews that nobody started, files, and jobs of long ago."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from backoffice.engine.services.files import delete_file
from backoffice.jobs.models import Job, JobState
from backoffice.jobs.models.job import MOVING

_DRAFT_DAYS = 1
_AT_ONCE = 50


def clear_jobs() -> None:
    """Delete previews after a day, files after JOB_FILE_DAYS, jobs with their rows after JOB_DAYS; some at a time."""
    now = timezone.now()
    old_files = Job.objects.filter(
        stored_at__lte=now - timedelta(days=settings.JOB_FILE_DAYS), created_at__gte=now - _days()
    )
    for job in old_files.exclude(path="")[:_AT_ONCE]:
        delete_file(job.path)
        Job.objects.filter(pk=job.pk).update(path="", stored_at=None)
    drafts = Job.objects.filter(state=JobState.READY, created_at__lte=now - timedelta(days=_DRAFT_DAYS))
    old = Job.objects.exclude(state__in=MOVING).filter(created_at__lte=now - _days())
    for job in [*drafts[:_AT_ONCE], *old[:_AT_ONCE]]:
        if job.path:
            delete_file(job.path)
        job.delete()


def _days() -> timedelta:
    return timedelta(days=settings.JOB_DAYS)
