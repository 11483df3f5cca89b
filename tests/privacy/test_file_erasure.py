"""An erasure is done once the person's files are gone, and a job that runs meanwhile brings nobody back."""

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import FileDeletion
from backoffice.engine.services.file_deletions import delete_due_files
from backoffice.engine.services.files import read_file, store
from backoffice.files.stores.base import StoreAway
from backoffice.jobs.models import Job, JobRow, JobState
from backoffice.jobs.services import working
from backoffice.jobs.services.drafting import draft_job
from backoffice.jobs.services.kinds import JOB_KINDS, RowPreview
from backoffice.jobs.services.working import work_job
from backoffice.privacy.models import PrivacyRequest, RequestState
from backoffice.privacy.registry import holder_of
from backoffice.privacy.services import erasing, requests
from backoffice.privacy.services.columns import clear_columns
from backoffice.privacy.services.requests import Meant
from orders.models import Order, OrderState
from orders.services.files.store import store_file
from orders.services.jobs.exports import ExportCsv
from tests.files.buckets import refuse_deletions
from tests.orders.pdfs import make_pdf
from tests.orders.rows import make_order
from tests.privacy.dump import in_redis

pytestmark = pytest.mark.django_db
JANA, OTTO = "jana@example.com", "otto@example.com"
Commit = Callable[..., Any]


@pytest.fixture(autouse=True)
def kept_here(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def _order(email: str = JANA, *, lastname: str = "Größer") -> Order:
    order = make_order(state=OrderState.CLOSED, customer_email=email, customer_lastname=lastname)
    order.addresses.update(firstname=email.partition("@")[0].title(), lastname=lastname)
    return order


def _print_file(order: Order) -> str:
    """Return where a print file of the order lies."""
    file, _is_new = store_file([make_pdf((100, 50))], shop=order.shop)
    order.lines.update(files=[{"file_id": file.public_id, "url": "", "type": ""}])
    return file.path


def _erase() -> PrivacyRequest:
    return _work(requests.ask_for_erasure(Meant("Jana", [JANA]), reason="asked", actor="mara"))


def _work(row: PrivacyRequest) -> PrivacyRequest:
    PrivacyRequest.objects.update(lease_until=None)
    requests.work_requests(seconds=5)
    row.refresh_from_db()
    return row


def test_an_erasure_waits_for_a_store_that_refuses_and_is_done_once_it_no_longer_does(
    settings: Settings, django_capture_on_commit_callbacks: Commit
) -> None:
    order = _order()
    path = _print_file(order)
    refuse_deletions(settings)
    with django_capture_on_commit_callbacks(execute=True):
        row = _erase()
    assert (row.state, row.person is None) == (RequestState.RUNNING, False)
    assert row.problem == ("Not all files are deleted yet. Our key is not allowed to delete. Allow it s3:DeleteObject.")
    assert (_work(row).state, read_file(path) is None) == (RequestState.RUNNING, False)
    order.refresh_from_db()
    assert order.customer_email == "", "all else is done"
    refuse_deletions(settings, refused=False)
    assert (_work(row).state, read_file(path), row.problem, row.person) == (RequestState.DONE, None, "", None)
    assert not FileDeletion.objects.exists()


def test_a_deletion_whose_refusal_is_only_logged_lets_the_erasure_end_with_its_files_there(
    settings: Settings, django_capture_on_commit_callbacks: Commit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""

    def log_only(paths: Sequence[str]) -> None:
        def delete() -> None:
            for path in paths:
                with suppress(StoreAway):
                    default_storage.delete(path)

        transaction.on_commit(delete)

    monkeypatch.setattr(erasing, "delete_files", log_only)
    path = _print_file(_order())
    refuse_deletions(settings)
    with django_capture_on_commit_callbacks(execute=True):
        assert _erase().state == RequestState.DONE
    refuse_deletions(settings, refused=False)
    delete_due_files(seconds=5)
    assert read_file(path) is not None


def test_a_worker_killed_before_it_deletes_leaves_the_files_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    path = _print_file(_order())
    note_step = requests._note_step

    def lose_worker(*facts: Any) -> None:
        note_step(*facts)
        if facts[-1] == "orders.ShopFile":  # committed; what was to follow the commit has not run
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(requests, "_note_step", lose_worker)
        with pytest.raises(KeyboardInterrupt):
            _erase()
    assert read_file(path) is not None
    row = _work(PrivacyRequest.objects.get())
    assert (row.state, read_file(path)) == (RequestState.DONE, None)


def test_the_file_of_a_copy_is_not_forgotten_while_the_store_refuses(settings: Settings) -> None:
    _order()
    row = _work(requests.ask_for_copy(Meant("Jana", [JANA]), actor="mara"))
    PrivacyRequest.objects.update(stored_at=timezone.now() - timedelta(days=requests.COPY_DAYS + 1))
    path = row.path
    refuse_deletions(settings)
    assert requests.drop_copies() == 1
    assert (delete_due_files(seconds=5), requests.drop_copies(), read_file(path) is None) == (0, 0, False)
    assert _erase().state == RequestState.RUNNING, "it is a file of hers"
    refuse_deletions(settings, refused=False)
    delete_due_files(seconds=5)
    assert read_file(path) is None


def _export_while_she_is_erased(monkeypatch: pytest.MonkeyPatch) -> Job:
    """Write a table of Jana's and Otto's order, and erase her before the job notes where it lies."""
    write = ExportCsv.write

    def slowly(kind: ExportCsv, rows: Any, *, to: Any) -> None:
        write(kind, rows, to=to)
        if not PrivacyRequest.objects.exists():
            assert _erase().state == RequestState.DONE

    _order(), _order(OTTO, lastname="Nebenmüller")
    job = draft_job(JOB_KINDS["orders.export_csv"], Order.objects.all(), actor="mara")
    monkeypatch.setattr(ExportCsv, "write", slowly)
    work_job(job.pk, seconds=60)
    delete_due_files(seconds=5)
    return job


def _named(text: str) -> list[str]:
    return [entry.name for entry in store().walk() if text.encode() in (read_file(entry.name) or b"")]


def test_a_table_that_was_written_while_somebody_was_erased_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    job = _export_while_she_is_erased(monkeypatch)
    job.refresh_from_db()
    assert (job.state, job.path, _named("Größer")) == (JobState.RUNNING, "", [])
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert (job.state, _named("Größer"), _named("Nebenmüller")) == (JobState.DONE, [], [job.path])


def test_a_job_that_takes_no_notice_keeps_who_was_erased_in_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(working, "_count_erased", lambda job: 0)
    job = _export_while_she_is_erased(monkeypatch)
    job.refresh_from_db()
    assert _named("Größer") == [job.path]


@pytest.mark.django_db(transaction=True)
def test_what_a_preview_notes_of_somebody_who_is_erased_meanwhile_is_emptied(monkeypatch: pytest.MonkeyPatch) -> None:
    job = draft_job(JOB_KINDS["orders.correct_addresses"], Order.objects.filter(pk=_order().pk), actor="mara")

    def erase() -> None:
        try:
            holder = holder_of("jobs.JobRow")
            assert holder is not None
            clear_columns(holder, JobRow.objects.filter(job=job))
        finally:
            connection.close()

    thread = threading.Thread(target=erase)

    def check(kind: Any, keys: Sequence[int]) -> Mapping[int, RowPreview]:
        thread.start()
        thread.join(0.5)
        return {key: RowPreview(params={"street": "Hauptstraße 42"}) for key in keys}

    monkeypatch.setattr(type(JOB_KINDS["orders.correct_addresses"]), "check", check)
    work_job(job.pk, seconds=60)
    thread.join(10)
    assert (JobRow.objects.get().params, JobRow.objects.get().label) == ({}, "")


def test_a_picture_in_redis_would_be_found() -> None:
    """The control of the tests that find none there."""
    cache.set("a-picture", b"\x89PNG of somebody")
    assert [place for place, content in in_redis().items() if b"\x89PNG" in content]
    cache.delete("a-picture")
