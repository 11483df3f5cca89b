"""Jobs that nobody works on any more are woken; what is old is cleared away."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from backoffice.engine.services.file_deletions import delete_due_files
from backoffice.engine.services.files import read_file
from backoffice.jobs import tasks
from backoffice.jobs.models import Job, JobRow, JobState
from backoffice.jobs.services.clearing import clear_jobs
from backoffice.jobs.services.drafting import draft_job, start_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from orders.models import Order
from tests.jobs.conftest import checked, done
from tests.orders.rows import make_order


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Return what is enqueued."""
    calls: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks, "enqueue", lambda *args, **_more: calls.append(args) or True)
    return calls


def test_a_job_whose_worker_is_lost_is_woken_and_no_other(rung: list[tuple[Any, ...]]) -> None:
    order = make_order()
    lost = start_job(checked("orders.hold", [order]), inputs={"note": "x"}, actor="mara")
    held = start_job(checked("orders.hold", [order]), inputs={"note": "x"}, actor="mara")
    done("orders.tag", [order], tags="vip")
    checked("orders.hold", [order])
    now = timezone.now()
    Job.objects.filter(pk=lost.pk).update(lease_until=now - timedelta(seconds=5))
    Job.objects.filter(pk=held.pk).update(lease_until=now + timedelta(seconds=30))
    tasks.wake_jobs()
    assert [args[1] for args in rung] == [lost.pk]


def test_the_task_goes_on_later_where_its_time_was_not_enough(
    rung: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = start_job(checked("orders.hold", [make_order()]), inputs={"note": "x"}, actor="mara")
    monkeypatch.setattr(tasks, "WORK_SECONDS", 0)
    tasks.work_job(job.pk)
    assert rung == [(tasks.WORK_JOB, job.pk)]
    tasks.work_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.lease_until) == (JobState.DONE, None)
    assert len(rung) == 1


def test_previews_files_and_jobs_are_cleared_away_when_they_are_old() -> None:
    order = make_order()
    draft, fresh = checked("orders.hold", [order]), checked("orders.hold", [order])
    old = done("orders.tag", [order], tags="vip")
    table = draft_job(JOB_KINDS["orders.export_csv"], Order.objects.all(), actor="mara")
    work_job(table.pk, seconds=30)
    table.refresh_from_db()
    now = timezone.now()
    Job.objects.filter(pk=draft.pk).update(created_at=now - timedelta(days=2))
    Job.objects.filter(pk=old.pk).update(created_at=now - timedelta(days=settings.JOB_DAYS + 1))
    Job.objects.filter(pk=table.pk).update(stored_at=now - timedelta(days=settings.JOB_FILE_DAYS + 1))
    clear_jobs()
    assert set(Job.objects.values_list("pk", flat=True)) == {fresh.pk, table.pk}
    assert set(JobRow.objects.values_list("job", flat=True)) == {fresh.pk, table.pk}
    delete_due_files(seconds=5)
    assert read_file(table.path) is None
    table.refresh_from_db()
    assert not table.is_kept
