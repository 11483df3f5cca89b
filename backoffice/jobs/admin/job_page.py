"""What the page of one job shows: a preview, the progress, or what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import ngettext

from backoffice.errors import Errors
from backoffice.jobs.admin.inputs import ShownInput, shown_inputs
from backoffice.jobs.admin.job_list import job_chip, job_icon, job_title
from backoffice.jobs.admin.previews import PREVIEWS
from backoffice.jobs.admin.selection import list_url
from backoffice.jobs.models import Job, JobRow, JobState, RowState
from backoffice.jobs.services.control import can_continue
from backoffice.jobs.services.counting import JobProgress, progress_of
from backoffice.jobs.services.drafting import can_undo
from backoffice.jobs.services.inputs import InputKind, JobInput
from backoffice.jobs.services.kinds import JobKind
from backoffice.staff.keyset import Ascending, ascending_page
from backoffice.staff.list_page import Tab
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _

ROWS = 50
MOST_REASONS = 8
# What is looked at first, by whether the job has run.
_BEFORE = (RowState.READY, RowState.SKIPPED, RowState.NEW)
_AFTER = (RowState.FAILED, RowState.DONE, RowState.SKIPPED, RowState.READY)


@dataclass(frozen=True)
class JobPage:
    """`shown` is the state of the rows that are listed; `reasons` say why rows are skipped or failed, and how many."""

    title: str
    icon: str
    chip: Chip
    kind: JobKind
    progress: JobProgress
    time_left: str
    tabs: list[Tab]
    shown: str
    rows: Ascending[JobRow]
    urls: Mapping[int, str]
    reasons: list[tuple[str, int]]
    inputs: list[ShownInput]
    preview_template: str
    preview: Any
    may_continue: bool
    may_undo: bool
    may_repeat: bool
    list_url: str
    undone_by: Job | None
    expects_file: bool
    # A person has yet to start it.
    is_preview: bool

    @property
    def yes_no(self) -> JobInput | None:
        """What is answered by the second button."""
        return next((one for one in self.kind.inputs if one.kind == InputKind.YES_NO), None)


def job_page(
    job: Job,
    kind: JobKind,
    given: QueryDict,
    *,
    errors: Errors | None = None,
    values: Mapping[str, Any] | None = None,
) -> JobPage:
    """Return it for the rows that the address asks for; a fixed number of queries."""
    progress = progress_of(job)
    counts = progress.counts
    states = _states(job, counts)
    asked = given.get("rows", "")
    shown = asked if asked in states else next(iter(states), RowState.READY)
    rows = ascending_page(job.rows.filter(state=shown), given, size=ROWS)
    own = PREVIEWS.get(job.kind) if job.state == JobState.READY and shown == RowState.READY else None
    is_preview = job.state == JobState.READY
    return JobPage(
        title=job_title(job, counts),
        icon=job_icon(job),
        chip=job_chip(job),
        kind=kind,
        progress=progress,
        time_left=time_left(progress),
        tabs=[Tab(RowState(state).label, f"rows={state}", state == shown, counts[state]) for state in states],
        shown=shown,
        rows=rows,
        urls=_urls(kind, rows.rows),
        reasons=_reasons(job, shown),
        inputs=shown_inputs(kind.inputs, values or job.inputs, errors=errors) if is_preview else [],
        preview_template=own.template if own else "",
        preview=own.read(rows.rows) if own else None,
        may_continue=can_continue(job),
        may_undo=can_undo(job),
        may_repeat=job.is_over and not job.undoes_id and bool(progress.failed),
        list_url=_list_url(job, kind),
        undone_by=getattr(job, "undone_by", None),
        expects_file=kind.only_reads,
        is_preview=is_preview,
    )


def _states(job: Job, counts: Mapping[str, int]) -> list[str]:
    """Return which states of rows there are, those that matter most now first."""
    order = _BEFORE if job.state in (JobState.CHECKING, JobState.READY) else _AFTER
    return [state.value for state in order if counts.get(state)]


def _reasons(job: Job, shown: str) -> list[tuple[str, int]]:
    """Return why rows are skipped or have failed, the most frequent first."""
    if shown not in (RowState.SKIPPED, RowState.FAILED):
        return []
    rows = job.rows.filter(state=shown).order_by().values_list("text").annotate(count=Count("pk")).order_by("-count")
    return [(text, count) for text, count in rows[: MOST_REASONS + 1] if text]


def _urls(kind: JobKind, rows: Sequence[JobRow]) -> dict[int, str]:
    name = list_url(kind.model).replace("_changelist", "_change")
    return {row.pk: reverse(name, args=[row.subject_id]) for row in rows}


def _list_url(job: Job, kind: JobKind) -> str:
    return reverse(list_url(kind.model)) + (f"?{job.query}" if job.query else "")


def time_left(progress: JobProgress) -> str:
    """Return how long it will go on, roughly; empty while that is not known."""
    seconds = progress.seconds_left
    if seconds is None:
        return ""
    if seconds < 60:
        return _("less than a minute left")
    minutes = round(seconds / 60)
    return ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes) % {"count": minutes}
