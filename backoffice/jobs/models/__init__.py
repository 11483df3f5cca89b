"""Jobs and their rows."""

from backoffice.jobs.models.job import Job, JobState
from backoffice.jobs.models.row import JobRow, RowState

__all__ = ["Job", "JobRow", "JobState", "RowState"]
