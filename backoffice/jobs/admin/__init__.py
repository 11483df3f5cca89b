"""The staff pages of jobs."""

from backoffice.jobs.admin import jobs

__all__ = ["jobs"]
