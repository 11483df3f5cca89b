"""Jobs that failed, or left rows undone."""

from typing import Any

from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import Dismissal, Essentials, InboxKind, Need, link, page_of
from backoffice.jobs.admin.job_list import job_chip, job_title
from backoffice.jobs.models import Job, JobRow, RowState
from backoffice.jobs.services.control import dismiss_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _


def _usable(user: Any) -> Q:
    """Return the condition of the jobs that this person may have done themselves."""
    return Q(kind__in=[name for name, kind in JOB_KINDS.items() if kind.may_be_used(user.has_perm)])


def _needs(jobs: list[Job]) -> list[Need]:
    failed = JobRow.objects.filter(job=OuterRef("pk"), state=RowState.FAILED).order_by("pk").values("text")[:1]
    found = Job.objects.filter(pk__in=[job.pk for job in jobs])
    examples = dict(found.annotate(example=Subquery(failed)).values_list("pk", "example"))
    return [_need(job, example=examples.get(job.pk) or "") for job in jobs]


def _need(job: Job, *, example: str) -> Need:
    failed = _("%(count)d failed, for example: %(text)s") % {
        "count": job.counts.get(RowState.FAILED, 0),
        "text": example,
    }
    return Need(
        what=f"{job} · {job_title(job, job.counts)}",
        detail=job.problem or (failed if example else str(job_chip(job).word)),
        since=job.finished_at or job.created_at,
        who=job.created_by,
        url=link("jobs_job_change", job.pk),
        action=_("See the rows"),
    )


def _essentials(job: Job) -> Essentials:
    return Essentials(chips=[job_chip(job)], facts=[(_("Rows"), job.total), (_("Created by"), job.created_by)])


KINDS = [
    InboxKind(
        name="failed-jobs",
        title=gettext_lazy("Failed jobs"),
        icon="checklist",
        tone=Tone.RED,
        place=310,
        see=("jobs.view_job",),
        act="jobs.view_job",
        workable=_usable,
        rows=Job.objects.needing_attention,
        order_by=("pk",),
        since="created_at",
        needs=_needs,
        page=page_of("jobs_job_changelist"),
        essentials=_essentials,
        dismissal=Dismissal(gettext_lazy("Dismiss"), "jobs.view_job", lambda job, actor: dismiss_job(job)),
    )
]
