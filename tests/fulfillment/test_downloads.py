"""Print files, slips and previews: downloaded once, whole, checked, and kept under names of our own."""

import errno
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models.functions import Now
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import Integration
from backoffice.engine.services import disk
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.files import UnfitFile, inspect_content, open_file
from backoffice.files.types import PDF as PDF_TYPE
from backoffice.sandbox import Sandbox
from fulfillment.models import ProductionFile, ProductionFileKind
from fulfillment.services.downloads import MAX_BYTES, PRINTABLE, PRODUCTION_FILES
from fulfillment.services.production_pulling import ProductionPull
from tests.fulfillment.conftest import VENDOR, Make

pytestmark = pytest.mark.django_db
PRINT = r"/poi/"
PDF = b"%PDF-1.7\nbody\n%%EOF\n"


@pytest.fixture
def file(make: Make) -> ProductionFile:
    return make("plain").files.get(kind=ProductionFileKind.PRINT)


def again(file: ProductionFile) -> ProductionFile:
    """Try now, whatever the backoff says."""
    ProductionFile.objects.filter(pk=file.pk).update(next_at=timezone.now())
    assert PRODUCTION_FILES.fetch(file.pk)
    file.refresh_from_db()
    return file


def kept_paths(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_print_files_slips_and_previews_are_downloaded_once(sandbox: Sandbox, make: Make) -> None:
    for kind in ("label", "design", "several"):
        make(kind)
    count = ProductionFile.objects.count()
    assert PRODUCTION_FILES.fetch_due() == count
    assert PRODUCTION_FILES.fetch_due() == 0
    assert {ProductionFileKind.PRINT, ProductionFileKind.SLIP, ProductionFileKind.PREVIEW} == set(
        ProductionFile.objects.values_list("kind", flat=True)
    )
    for file in ProductionFile.objects.all():
        with open_file(file) as content:
            assert content.read(5) == b"%PDF-"
        assert (file.next_at, len(file.sha256), file.size > 100) == (None, 64, True)
    ProductionPull(VENDOR).run()
    assert PRODUCTION_FILES.fetch_due() == 0
    assert not sandbox.ledger.label_downloads()


def test_quick_tries_are_followed_by_one_an_hour_and_a_person_hears_of_it(
    sandbox: Sandbox, file: ProductionFile
) -> None:
    sandbox.faults.add("status", method="GET", path=PRINT, status=404)
    for wait in (*PRODUCTION_FILES.backoff, 3600, 3600):
        before = timezone.now()
        again(file)
        assert wait - 1 < (file.next_at - before).total_seconds() < wait + 10
        assert file.needs_attention == (wait == 3600)
    sandbox.faults.clear()
    assert (again(file).is_kept, file.needs_attention, file.problem) == (True, False, "")


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_worker_whose_clock_is_wrong_waits_as_long_as_any_other(
    sandbox: Sandbox, file: ProductionFile, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(minutes=minutes))
    sandbox.faults.add("status", method="GET", path=PRINT, status=404)
    ProductionFile.objects.filter(pk=file.pk).update(next_at=Now())
    assert PRODUCTION_FILES.fetch(file.pk)
    file.refresh_from_db()
    assert (
        PRODUCTION_FILES.backoff[0] - 3 < (file.next_at - database_now()).total_seconds() <= PRODUCTION_FILES.backoff[0]
    )
    PRODUCTION_FILES.try_again(file)
    file.refresh_from_db()
    assert -3 < (file.next_at - database_now()).total_seconds() <= 0


def test_a_vendor_whose_calls_are_stopped_counts_no_try(file: ProductionFile) -> None:
    stopped = {"open_until": timezone.now() + timedelta(minutes=1)}
    Integration.objects.update_or_create(vendor=VENDOR, defaults=stopped)
    again(file)
    assert (file.attempts, file.needs_attention, file.is_kept) == (0, False, False)


@pytest.mark.parametrize("kind", ["html", "truncated", "empty", "cut_after"])
def test_what_is_no_whole_pdf_is_not_kept(
    kind: str, sandbox: Sandbox, file: ProductionFile, settings: Settings
) -> None:
    more = {"status": 200} if kind in ("html", "empty") else {}
    sandbox.faults.add(kind, method="GET", path=PRINT, **more)
    assert (again(file).is_kept, file.problem != "") == (False, True)
    assert kept_paths(settings) == []
    sandbox.faults.clear()
    assert again(file).is_kept


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "not a PDF"),
        (b" " * 1025 + PDF, "not a PDF"),
        (PDF + b"\n7 0 obj\n<<>>", "is incomplete"),
        (b"", "not a PDF"),
        (b"%PDF-1.7\nhalf", "is incomplete"),
        (b"\x89PNG\r\n\x1a\n", "not a PDF"),
        (PDF + b"x" * MAX_BYTES, "larger than"),
    ],
)
def test_unfit_content_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(UnfitFile, match=words):
        inspect_content(content, accepts=[PDF_TYPE], max_bytes=MAX_BYTES)


def test_previews_may_be_pictures() -> None:
    assert inspect_content(b"\x89PNG\r\n\x1a\n...", accepts=PRINTABLE).content_type == "image/png"
    assert inspect_content(b"\xff\xd8\xff...", accepts=PRINTABLE).content_type == "image/jpeg"
    with pytest.raises(UnfitFile):
        inspect_content(b"<svg onload='alert(1)'/>", accepts=PRINTABLE)


@pytest.mark.parametrize("where", ["write", "fsync", "replace"])
def test_a_full_disk_leaves_no_half_file(
    where: str, file: ProductionFile, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        if where == "write":
            limit = 100
            patch.setattr(Path, "open", _opening(limit))
        else:
            patch.setattr(os, where, full)
        assert again(file).problem.startswith("The file could not be written to disk")
    assert (file.is_kept, kept_paths(settings)) == (False, [])
    assert again(file).is_kept


def _opening(limit: int) -> Callable[..., object]:
    """Open files that take `limit` bytes and no more."""
    true_open = Path.open

    def opened(path: Path, mode: str = "r", *args: object, **more: object) -> object:
        file = true_open(path, mode, *args, **more)
        if "x" in mode:
            file.close()
            raise OSError(errno.ENOSPC, f"No space left after {limit} bytes")
        return file

    return opened


def test_nothing_is_fetched_onto_a_disk_that_is_nearly_full(
    sandbox: Sandbox, file: ProductionFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(disk, "FREE_BYTES_FLOOR", 2**60)
    assert "no space for files" in again(file).problem
    assert sandbox.ledger.total("GET v1/download") == 0


def test_a_link_to_another_host_is_given_up_and_shown(file: ProductionFile) -> None:
    ProductionFile.objects.filter(pk=file.pk).update(url="https://files.example.com/v1/download/1/poi/1")
    again(file)
    assert (file.next_at, file.needs_attention) == (None, True)
    assert "does not lead to mypromo" in file.problem


def test_a_person_may_have_a_file_tried_now_but_not_twice(sandbox: Sandbox, file: ProductionFile) -> None:
    sandbox.faults.add("status", method="GET", path=PRINT, status=404, times=1)
    again(file)
    PRODUCTION_FILES.try_again(file)
    assert PRODUCTION_FILES.fetch_due() >= 1
    file.refresh_from_db()
    assert file.is_kept
    PRODUCTION_FILES.try_again(file)
    file.refresh_from_db()
    assert file.next_at is None


def test_a_worker_that_died_at_a_file_leaves_it_to_the_next(file: ProductionFile) -> None:
    ProductionFile.objects.filter(pk=file.pk).update(next_at=timezone.now())
    taken = ProductionFile.objects.get(pk=file.pk)
    assert PRODUCTION_FILES.fetch(file.pk)
    assert not PRODUCTION_FILES.fetch(file.pk)
    assert again(taken).is_kept
