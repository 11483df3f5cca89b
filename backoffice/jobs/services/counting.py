"""How far a job is: counted from its rows, since they are the truth."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.utils import timezone

from backoffice.jobs.models import Job, JobState, RowState


@dataclass(frozen=True)
class JobProgress:
    """How many rows stand how; `share` of the step that is under way in percent, `seconds_left` None when unknown."""

    counts: dict[str, int]
    total: int
    worked: int
    to_do: int
    seconds_left: int | None

    @property
    def share(self) -> int:
        """Return how much of the step is done, in percent."""
        return 100 * self.worked // self.to_do if self.to_do else 100

    @property
    def done(self) -> int:
        """Return how many rows are done."""
        return self.counts.get(RowState.DONE, 0)

    @property
    def failed(self) -> int:
        """Return how many rows have failed."""
        return self.counts.get(RowState.FAILED, 0)

    @property
    def skipped(self) -> int:
        """Return how many rows nothing was to be done with."""
        return self.counts.get(RowState.SKIPPED, 0)

    @property
    def ready(self) -> int:
        """Return how many rows are left to be done."""
        return self.counts.get(RowState.READY, 0)


def count_rows(job: Job) -> dict[str, int]:
    """Return how many rows are in which state; one query."""
    return dict(job.rows.order_by().values_list("state").annotate(Count("pk")))


def progress_of(job: Job, *, now: datetime | None = None) -> JobProgress:
    """Return how far the job is; one query, none once it has finished."""
    counts = job.counts if job.state == JobState.DONE and job.counts else count_rows(job)
    if job.state == JobState.CHECKING:
        left = counts.get(RowState.NEW, 0)
        to_do, begun = job.total, job.created_at
    else:
        left = counts.get(RowState.READY, 0)
        to_do = left + (job.rows.filter(finished_at__isnull=False).count() if job.is_moving else 0)
        begun = job.started_at or job.created_at
    worked = to_do - left
    seconds = ((now or timezone.now()) - begun).total_seconds()
    seconds_left = round(left * seconds / worked) if job.is_moving and worked else None
    return JobProgress(counts, job.total, worked, to_do, seconds_left)
