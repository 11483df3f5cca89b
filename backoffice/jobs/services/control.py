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
    """Go on with a stopped job, or one that failed, where it was. Raise IllegalTransition for any other."""
    was_begun = Q(started_at__isnull=False)
    over = Job.objects.filter(pk=job.pk, state__in=[JobState.STOPPED, JobState.FAILED])
    changes = {"finished_at": None, "stopped_by": "", "problem": "", "faults": 0, "needs_attention": False}
    if not (
        over.filter(was_begun).update(state=JobState.RUNNING, **changes)
        or over.filter(~was_begun).update(state=JobState.CHECKING, **changes)
    ):
        raise IllegalTransition(_("Only a stopped job can be continued."))
    enqueue_job(job)


def dismiss_job(job: Job) -> None:
    """Let the job no longer ask for attention."""
    Job.objects.filter(pk=job.pk).update(needs_attention=False)
