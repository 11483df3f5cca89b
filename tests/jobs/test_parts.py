"""The slips of a print job that was not finished: they go with whoever is erased, with the job, and after a while."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import Settings

from backoffice.engine.models import FileDeletion
from backoffice.engine.services.file_deletions import delete_due_files
from backoffice.engine.services.files import open_at_any_place, read_file
from backoffice.jobs.models import Job, JobState, RowState
from backoffice.jobs.personal_data import _forget_jobs
from backoffice.jobs.services.clearing import clear_jobs
from backoffice.jobs.services.control import continue_job, stop_job
from backoffice.jobs.services.drafting import draft_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from backoffice.privacy.models import RequestState
from backoffice.privacy.services import requests
from backoffice.privacy.services.requests import Meant
from orders.models import Order, OrderState
from tests.files.buckets import refuse_deletions
from tests.orders.rows import make_order


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def stopped() -> Job:
    """Return a print job that was stopped when its slips were drawn, before they were joined."""
    for name in ("jana", "otto"):
        make_order(state=OrderState.CLOSED, customer_email=f"{name}@example.com")
    job = draft_job(JOB_KINDS["orders.print_slips"], Order.objects.all(), actor="mara")
    for _chunk in ("checked", "started", "drawn"):
        work_job(job.pk, seconds=0)
    stop_job(job, actor="mara")
    job.refresh_from_db()
    assert [read_file(path) is None for path in slips(job)] == [False, False]
    return job


def slips(job: Job) -> list[str]:
    """Return where the slips lie, the first order's first."""
    return [row.part_path for row in job.rows.order_by("subject_id")]


def age(job: Job, *, days: int) -> None:
    long_ago = timezone.now() - timedelta(days=days)
    Job.objects.filter(pk=job.pk).update(created_at=long_ago, finished_at=long_ago)


@pytest.mark.parametrize("is_noted", [True, False], ids=["noted", "of a worker that was lost before it noted it"])
def test_the_slip_of_who_is_erased_goes_and_no_other(is_noted: bool) -> None:
    job = stopped()
    if not is_noted:
        job.rows.update(state=RowState.READY, result=None)
    row = requests.ask_for_erasure(Meant("Jana", ["jana@example.com"]), reason="asked", actor="mara")
    requests.work_requests(seconds=10)
    row.refresh_from_db()
    assert row.state == RequestState.DONE
    assert [read_file(path) is None for path in slips(job)] == [True, False]
    continue_job(job)
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert (job.state, job.problem) == (JobState.DONE, "")
    assert "Größer" not in "".join(page.extract_text() for page in PdfReader(open_at_any_place(job)).pages[1:])


@pytest.mark.parametrize("how", ["cleared", "forgotten", "failed and cleared"])
def test_slips_go_with_their_job(how: str) -> None:
    job = stopped()
    paths = slips(job)
    if how == "forgotten":
        _forget_jobs([job.pk])
    else:
        Job.objects.filter(pk=job.pk).update(state=JobState.FAILED if "failed" in how else JobState.STOPPED)
        age(job, days=settings.JOB_DAYS + 1)
        clear_jobs()
    assert not Job.objects.exists()
    delete_due_files(seconds=5)
    assert [read_file(path) for path in paths] == [None, None]


def test_slips_of_a_job_that_nobody_went_on_with_go_and_are_drawn_again(settings: Settings) -> None:
    job = stopped()
    clear_jobs()
    assert not FileDeletion.objects.exists(), "somebody may go on with it"
    age(job, days=settings.JOB_FILE_DAYS + 1)
    clear_jobs()
    refuse_deletions(settings)
    delete_due_files(seconds=5)
    continue_job(job)
    work_job(job.pk, seconds=0)  # drawn again where the first ones were still to be deleted
    refuse_deletions(settings, refused=False)
    delete_due_files(seconds=5)
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert (job.state, job.counts) == (JobState.DONE, {"done": 2})
    assert len(PdfReader(open_at_any_place(job)).pages) == 2
    delete_due_files(seconds=5)
    assert [read_file(path) for path in slips(job)] == [None, None]


def test_a_job_that_is_stopped_while_its_file_is_made_keeps_no_file_and_may_go_on() -> None:
    job = stopped()
    continue_job(job)
    kind = JOB_KINDS["orders.print_slips"]
    make_file = type(kind).make_file

    with pytest.MonkeyPatch.context() as patch:

        def stop_meanwhile(kind: object, job: Job) -> object:
            stop_job(job, actor="mara")
            return make_file(kind, job)  # type: ignore[arg-type]

        patch.setattr(type(kind), "make_file", stop_meanwhile)
        work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert (job.state, job.path) == (JobState.STOPPED, "")
    assert FileDeletion.objects.count() == 1
    assert [read_file(path) is None for path in slips(job)] == [False, False]
    continue_job(job)
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert (job.state, job.is_kept) == (JobState.DONE, True)
