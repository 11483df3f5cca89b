"""Jobs of a few orders, worked on in this process."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache

from backoffice.jobs.models import Job
from backoffice.jobs.services.drafting import draft_job, start_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from orders.models import Order

Draft = Callable[..., Job]


@pytest.fixture(autouse=True)
def nothing_remembered(db: None) -> None:
    cache.clear()


def checked(kind: str, orders: list[Order], *, actor: str = "mara") -> Job:
    """Return a job of that kind whose preview is ready."""
    job = draft_job(JOB_KINDS[kind], Order.objects.filter(pk__in=[order.pk for order in orders]), actor=actor)
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    return job


def done(kind: str, orders: list[Order], **inputs: Any) -> Job:
    """Return a job of that kind that is through."""
    job = start_job(checked(kind, orders), inputs=inputs, actor="mara")
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    return job


def states(job: Job) -> dict[str, str]:
    """Return the state of each row by its name."""
    return dict(job.rows.values_list("label", "state"))
