"""The list of jobs, and what a job is called."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext_lazy

from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.services.kinds import JOB_KINDS, kind_of
from backoffice.staff.filter_form import FilterForm, choice_field, day_field
from backoffice.staff.list_page import ListPage, Tab, canonical
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _


@dataclass(frozen=True)
class JobListRow:
    """A job with how many of its rows are done and have failed."""

    job: Job
    title: str
    icon: str
    chip: Chip
    done: int
    failed: int


def job_title(job: Job, counts: Mapping[str, int]) -> str:
    """Return what is to be done, or was, with how many."""
    kind = kind_of(job)
    if kind is None:
        return job.kind
    done, ready = counts.get(RowState.DONE, 0), counts.get(RowState.READY, 0)
    if job.undoes_id:
        return _("Undo: %(title)s") % {"title": kind.done % {"count": job.total}}
    if job.is_over:
        return kind.done % {"count": done}
    left = job.total - counts.get(RowState.SKIPPED, 0) if job.is_moving else ready
    return kind.title % {"count": left}


def job_chip(job: Job) -> Chip:
    """Return how it stands; one that has finished and left something to do is not green."""
    if job.state == JobState.DONE and job.needs_attention:
        return Chip(Tone.AMBER, "warning", _("finished with failures"))
    return JobState(job.state).chip(job.problem)


def job_icon(job: Job) -> str:
    """Return the icon of what is done."""
    kind = kind_of(job)
    return "undo" if job.undoes_id else kind.icon if kind else "help"


def _kinds() -> list[tuple[str, Any]]:
    return [(name, str(kind.label).rstrip(" …")) for name, kind in JOB_KINDS.items()]


class JobFilters(FilterForm):
    LOOKUPS = {"by": "created_by"}
    CONDITIONS = {
        ("state", "moving"): Q(state__in=["checking", "running"]),
        ("needs_attention", "1"): Q(needs_attention=True),
    }
    DATED = "created_at"
    HIDDEN = ("by",)

    state = choice_field(gettext_lazy("State"), [("moving", gettext_lazy("running")), *JobState.choices])
    needs_attention = choice_field(gettext_lazy("Attention"), [("1", gettext_lazy("needs attention"))])
    kind = choice_field(gettext_lazy("Kind"), _kinds)
    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("Until"))


class JobList(ListPage[Job]):
    title = gettext_lazy("Jobs")
    template_name = "jobs/list.html"
    queryset = Job.objects.all()
    filter_class = JobFilters
    empty_icon = "checklist"

    def get_queryset(self) -> Any:
        """Leave out previews of others: nobody but their maker has any use for them."""
        rows = super().get_queryset()
        name = self.request.user.get_username()
        rows = rows.filter(~Q(state=JobState.READY) | Q(created_by=name))
        return rows.filter(created_by=name) if self.request.GET.get("mine") == "1" else rows

    def get_tabs(self) -> list[Tab]:
        shown = canonical(self.request.GET)
        views = (
            (_("All"), ""),
            (_("Mine"), "mine=1"),
            (_("Running"), "state=moving"),
            (_("Needs attention"), "needs_attention=1"),
        )
        return [Tab(title, query, query == shown) for title, query in views]

    def get_rows(self, found: list[Job]) -> list[JobListRow]:
        counts = _counts(found)
        return [
            JobListRow(
                job=job,
                title=job_title(job, counts[job.pk]),
                icon=job_icon(job),
                chip=job_chip(job),
                done=counts[job.pk].get(RowState.DONE, 0),
                failed=counts[job.pk].get(RowState.FAILED, 0),
            )
            for job in found
        ]


def _counts(jobs: Iterable[Job]) -> dict[int, dict[str, int]]:
    """Return the counts of rows by job: those of the ones that are not finished are counted in one query."""
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    counts |= {job.pk: job.counts for job in jobs if job.counts}
    open_jobs = [job.pk for job in jobs if not job.counts]
    rows = JobRow.objects.filter(job__in=open_jobs).order_by().values_list("job_id", "state") if open_jobs else ()
    for key, state, count in rows.annotate(Count("pk")) if open_jobs else ():  # type: ignore[union-attr]
        counts[key][state] = count
    return counts
