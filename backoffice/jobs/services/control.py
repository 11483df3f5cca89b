"""Stopping a job, going on with it, and saying that its failures are dealt with."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from backoffice.errors import IllegalTransition
from backoffice.jobs.models import Job, JobState
from backoffice.jobs.services.drafting import enqueue_job
from backoffice.text.translatable import gettext as _


def stop_job(job: Job, *, actor: str) -> None:
    """Let it go no further: what is done stays done, the row under way is finished. Raise IllegalTransition."""
    stopped = Job.objects.filter(pk=job.pk, state__in=[JobState.CHECKING, JobState.RUNNING]).update(
        state=JobState.STOPPED, stopped_by=actor, finished_at=timezone.now()
    )
    if not stopped:
        raise IllegalTransition(_("This job is not running."))


@transaction.atomic
def continue_job(job: Job) -> None:
    """Go on with a stopped job, or one that failed, where it was. Raise IllegalTransition for any other, and for one
    that was undone: what it did from now on could not be.
    """
    if not can_continue(Job.objects.select_for_update().get(pk=job.pk)):
        raise IllegalTransition(_("Only a stopped job can be continued, and only until it is undone."))
    was_begun = Q(started_at__isnull=False)
    over = Job.objects.filter(pk=job.pk, state__in=[JobState.STOPPED, JobState.FAILED])
    changes = {"finished_at": None, "stopped_by": "", "problem": "", "faults": 0, "needs_attention": False}
    over.filter(was_begun).update(state=JobState.RUNNING, **changes)
    over.filter(~was_begun).update(state=JobState.CHECKING, **changes)
    enqueue_job(job)


def can_continue(job: Job) -> bool:
    """Return whether it can go on where it was."""
    return job.state in (JobState.STOPPED, JobState.FAILED) and not hasattr(job, "undone_by")


def dismiss_job(job: Job) -> None:
    """Let the job no longer ask for attention."""
    Job.objects.filter(pk=job.pk).update(needs_attention=False)
