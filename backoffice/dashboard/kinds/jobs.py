"""Jobs that failed, or left rows undone."""

from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import Dismissal, Essentials, InboxKind, Need, link, page_of
from backoffice.jobs.admin.job_list import job_title
from backoffice.jobs.models import Job, JobState
from backoffice.jobs.services.control import dismiss_job
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _


def _needs(jobs: list[Job]) -> list[Need]:
    return [_need(job, title=job_title(job, job.counts)) for job in jobs]


def _need(job: Job, *, title: str) -> Need:
    return Need(
        what=f"{job} · {title}",
        detail=job.problem or job.get_state_display(),
        since=job.finished_at or job.created_at,
        who=job.created_by,
        url=link("jobs_job_change", job.pk),
        action=_("See the rows"),
    )


def _essentials(job: Job) -> Essentials:
    return Essentials(
        chips=[JobState(job.state).chip()], facts=[(_("Rows"), job.total), (_("Created by"), job.created_by)]
    )


KINDS = [
    InboxKind(
        name="failed-jobs",
        title=gettext_lazy("Failed jobs"),
        icon="checklist",
        tone=Tone.RED,
        place=310,
        see=("orders.view_order", "jobs.view_job"),
        act="orders.change_order",
        rows=Job.objects.needing_attention,
        order_by=("pk",),
        since="created_at",
        needs=_needs,
        page=page_of("jobs_job_changelist"),
        essentials=_essentials,
        dismissal=Dismissal(gettext_lazy("Dismiss"), "orders.change_order", lambda job, actor: dismiss_job(job)),
    )
]
