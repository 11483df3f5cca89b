"""What is to be deleted is deleted, whoever is killed or refuses meanwhile, and no path is forgotten before."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import FileDeletion, WaitingFile
from backoffice.engine.services import file_deletions
from backoffice.engine.services.alerts import current_alerts
from backoffice.engine.services.file_deletions import delete_due_files, delete_files
from backoffice.engine.services.files import keep_file, read_file
from backoffice.engine.tasks import delete_files as task
from backoffice.files.stores import s3
from backoffice.files.stores.base import StoreAway
from orders.models import ShopFile
from orders.retention import _forget_files
from orders.services.files.store import store_file
from tests.api.storefront import make_storefront
from tests.backoffice.test_shape import PRODUCT, ROOT
from tests.files.buckets import NOWHERE, faulty_store, refuse_deletions, use_bucket
from tests.orders.pdfs import make_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("s3"), pytest.mark.usefixtures("folder")]
Commit = Callable[..., Any]
PDF = make_pdf((100, 50))
# Who asks the store itself: it tries it, moves files, or deletes what no row names.
ASK_THE_STORE = {"file_deletions.py", "file_trial.py", "file_moves.py", "file_cleaning.py"}


def waiting() -> list[str]:
    return sorted(FileDeletion.objects.values_list("path", flat=True))


def test_files_go_with_the_commit_and_leave_no_row(place: str, django_capture_on_commit_callbacks: Commit) -> None:
    paths = [keep_file(b"label", path=f"labels/{number}").path for number in range(3)]
    WaitingFile.objects.create(path=paths[0], content=b"label")
    with django_capture_on_commit_callbacks(execute=True):
        delete_files([*paths, "", "labels/nothing-there", paths[1]])
        assert read_file(paths[1]) == b"label"
    assert [read_file(path) for path in paths] == [None, None, None]
    assert (waiting(), WaitingFile.objects.count()) == ([], 0)


def test_what_is_taken_back_deletes_nothing(django_capture_on_commit_callbacks: Commit) -> None:
    path = keep_file(b"label", path="labels/1").path
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        delete_files([path])
        transaction.set_rollback(True)
    assert (delete_due_files(seconds=5), read_file(path), waiting()) == (0, b"label", [])


def test_a_worker_killed_after_the_commit_leaves_its_files_to_the_next(
    django_capture_on_commit_callbacks: Commit,
) -> None:
    file = store_file([PDF], shop=make_storefront().shop)[0]
    with django_capture_on_commit_callbacks():  # what is to follow the commit never runs
        _forget_files([file.pk])
    assert (ShopFile.objects.exists(), read_file(file.path), waiting()) == (False, PDF, [file.path])
    task()
    assert (read_file(file.path), waiting()) == (None, [])


def test_a_deletion_that_only_follows_the_commit_is_lost_with_its_worker(
    django_capture_on_commit_callbacks: Commit,
) -> None:
    """The control."""
    path = keep_file(b"label", path="labels/1").path
    with django_capture_on_commit_callbacks():
        transaction.on_commit(lambda: default_storage.delete(path))
    task()
    assert read_file(path) == b"label"


def test_what_the_store_refuses_stays_on_the_list_until_it_no_longer_does(
    settings: Settings, django_capture_on_commit_callbacks: Commit
) -> None:
    path = keep_file(b"label", path="labels/1").path
    refuse_deletions(settings)
    with django_capture_on_commit_callbacks(execute=True):
        delete_files([path])
    assert delete_due_files(seconds=5) == 0
    row = FileDeletion.objects.get()
    assert (row.path, row.cause, row.remedy) == (
        path, "Our key is not allowed to delete.", "Allow it s3:DeleteObject."
    )  # fmt: skip
    refuse_deletions(settings, refused=False)
    assert (delete_due_files(seconds=5), read_file(path), waiting()) == (1, None, [])


def test_a_bucket_says_which_right_is_missing_and_one_that_is_away_is_asked_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "PAUSE_SECONDS", 0)
    FileDeletion.objects.create(path="labels/1")
    with faulty_store() as faulty:
        use_bucket(settings, endpoint=faulty.url, timeout=0.5)
        faulty.refuse("AccessDenied")
        faulty.repeats = True  # the client looks for the bucket's region by itself
        assert delete_due_files(seconds=5) == 0
        assert "s3:DeleteObject" in FileDeletion.objects.get().remedy
        use_bucket(settings, endpoint=NOWHERE)
        assert delete_due_files(seconds=5) == 0
        assert "does not answer" in FileDeletion.objects.get().cause
        use_bucket(settings, endpoint=faulty.url, timeout=0.5)
        faulty.answers.clear()
        faulty.answers.append((204, {}, b""))
        assert (delete_due_files(seconds=5), waiting()) == (1, [])


def test_a_folder_that_may_not_be_written_to_is_a_refusal_too(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Commit
) -> None:
    path = keep_file(b"label", path="labels/1").path

    def refuse(place: str) -> None:
        raise PermissionError(13, "Permission denied", place)

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr("os.remove", refuse)
        delete_files([path])
        task()
    row = FileDeletion.objects.get()
    assert "Permission denied" in row.cause
    assert "write access" in row.remedy


def test_a_run_leaves_a_store_that_keeps_refusing_and_the_next_begins_with_what_was_not_tried(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_deletions, "MOST_REFUSED", 2)
    FileDeletion.objects.bulk_create([FileDeletion(path=f"labels/{number}") for number in range(5)])
    refuse_deletions(settings)
    tried = FileDeletion.objects.filter(refused_at__isnull=False).order_by("pk")
    task()
    assert list(tried.values_list("path", flat=True)) == ["labels/0", "labels/1"]
    task()
    assert tried.count() == 4


def test_what_is_not_gone_after_an_hour_is_seen_by_staff_and_by_the_doctor(settings: Settings) -> None:
    def told() -> list[Any]:
        return [alert for alert in current_alerts() if "must be deleted" in alert.text]

    FileDeletion.objects.create(path="labels/1")
    refuse_deletions(settings)
    task()
    assert told() == []
    FileDeletion.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    [alert] = told()
    assert ("not allowed to delete" in alert.text, alert.remedy) == (True, "Allow it s3:DeleteObject.")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--offline", stdout=out, no_color=True)
    assert "not allowed to delete" in out.getvalue()
    assert "can still be read in the file store" in out.getvalue()
    refuse_deletions(settings, refused=False)
    task()
    assert told() == []


def test_what_comes_in_again_under_its_name_is_not_taken_along(
    settings: Settings, django_capture_on_commit_callbacks: Commit
) -> None:
    shop = make_storefront().shop
    file = store_file([PDF], shop=shop)[0]
    refuse_deletions(settings)
    with django_capture_on_commit_callbacks(execute=True):
        _forget_files([file.pk])
    again = store_file([PDF], shop=shop)[0]
    refuse_deletions(settings, refused=False)
    task()
    assert (again.path, read_file(again.path), waiting()) == (file.path, PDF, [])
    # The control: kept without a word about it, it would be.
    FileDeletion.objects.create(path=again.path)
    keep_file(PDF, path=again.path)
    task()
    assert read_file(again.path) is None


def test_where_nothing_came_in_its_place_it_is_deleted_after_all(
    settings: Settings, bucket: str, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "PAUSE_SECONDS", 0)
    path = keep_file(PDF, path="files/{sha256}.pdf").path
    FileDeletion.objects.create(path=path)
    use_bucket(settings, endpoint=NOWHERE, bucket=bucket)
    with pytest.raises(StoreAway):
        keep_file(PDF, path="files/{sha256}.pdf", reuses_path=True)
    use_bucket(settings, endpoint=s3_server, bucket=bucket)
    task()
    assert (read_file(path), waiting()) == (None, [])


def test_nobody_else_deletes_files() -> None:
    """Whoever asked the store alone would forget the path of what it refuses."""
    asks = re.compile(r"(storage|store\(\)|old|new)\.delete\(")
    found = {
        path.name
        for folder in PRODUCT
        for path in (Path(ROOT) / folder).rglob("*.py")
        if "migrations" not in path.parts and asks.search(path.read_text())
    }
    assert found == ASK_THE_STORE
