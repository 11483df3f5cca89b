"""What a folder and a bucket promise alike: a file lies there whole or not at all, and comes back as it was kept."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import SuspiciousOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import Settings

from backoffice.engine.services.files import (
    FileTooLarge,
    UnfitFile,
    keep_file,
    open_path,
    read_file,
    store,
)
from backoffice.files.checked import PIECE, DamagedFile
from backoffice.files.types import PDF as PDF_TYPE
from backoffice.web.file_answers import file_response
from tests.files.buckets import use_bucket

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("s3")]
PDF = b"%PDF-1.4\n" + b"0" * 3 * PIECE + b"%%EOF"
NAME = "files/{sha256:.2}/{sha256}.pdf"


def pieces(path: str, *, sha256: str) -> Iterator[bytes]:
    with open_path(path, sha256=sha256) as file:
        yield from iter(lambda: file.read(PIECE), b"")


def names() -> list[str]:
    return sorted(entry.name for entry in store().walk())


def test_a_file_comes_back_as_it_was_under_the_name_of_its_content(place: str) -> None:
    kept = keep_file(iter([PDF[:PIECE], PDF[PIECE:]]), path=NAME, accepts=[PDF_TYPE])
    assert keep_file(PDF, path=NAME) == kept
    assert (kept.path, kept.size) == (f"files/{kept.sha256[:2]}/{kept.sha256}.pdf", len(PDF))
    assert read_file(kept.path) == PDF
    [entry] = store().walk()
    assert (entry.name, entry.size, entry.modified.tzinfo is not None) == (kept.path, kept.size, True)
    assert store().holds(kept.path, size=kept.size, sha256=kept.sha256)
    assert not store().holds(kept.path, size=kept.size, sha256="0" * 64)
    for _time in range(2):
        default_storage.delete(kept.path)
    assert (read_file(kept.path), names()) == (None, [])
    assert not store().holds(kept.path, size=kept.size, sha256=kept.sha256)


def test_of_what_is_unfit_too_large_or_broken_off_nothing_is_left_and_the_one_before_it_stays(place: str) -> None:
    def broken() -> Iterator[bytes]:
        yield PDF
        raise ConnectionResetError

    before = keep_file(b"before", path="one")
    for content, limit, error in [
        (b"<html>", None, UnfitFile), (PDF[:-5], None, UnfitFile), (PDF, 100, FileTooLarge),
        (broken(), None, ConnectionResetError),
    ]:  # fmt: skip
        with pytest.raises(error):
            keep_file(content, path="one", accepts=[PDF_TYPE], max_bytes=limit)
    assert names() == ["one"]
    assert read_file("one") == b"before"
    assert before.size == 6


@pytest.mark.parametrize("changed", [PDF[:-1] + b"X", PDF[:-1], PDF + b"0", b""])
def test_a_damaged_file_is_never_given_out_whole(place: str, changed: bytes) -> None:
    kept = keep_file(PDF, path="one")
    default_storage.save("one", ContentFile(changed))
    given: list[bytes] = []
    with pytest.raises(DamagedFile):
        given.extend(pieces("one", sha256=kept.sha256))
    assert sum(map(len, given)) < len(changed) or not given


def test_without_its_digest_a_damaged_file_passes(place: str) -> None:
    """The control."""
    keep_file(PDF, path="one")
    default_storage.save("one", ContentFile(PDF[:-1]))
    assert read_file("one") == PDF[:-1]


def test_a_file_says_how_long_it_is_and_is_read_once(place: str) -> None:
    keep_file(PDF, path="one")
    with open_path("one") as file:
        assert (file_response(file, content_type=PDF_TYPE, name="one")["Content-Length"], file.read()) == (
            str(len(PDF)),
            PDF,
        )
        with pytest.raises(io.UnsupportedOperation):
            file.seek(0)


def test_no_name_leads_out_of_the_place(place: str) -> None:
    for name in ("../one", "/etc/passwd", "a/../../one"):
        with pytest.raises(SuspiciousOperation):
            keep_file(b"x", path=name)
    assert names() == []


def test_what_lies_there_is_listed_in_pages(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backoffice.files.stores.s3.PAGE", 2)
    wanted = [keep_file(bytes([number]), path=f"a/{number}/{{sha256}}").path for number in range(5)]
    assert names() == sorted(wanted)


def test_the_store_is_asked_to_encrypt(settings: Settings, s3_server: str, bucket: str) -> None:
    use_bucket(settings, endpoint=s3_server, bucket=bucket, encryption="aws:kms", kms_key="alias/files")
    keep_file(PDF, path="one")
    client: Any = store()
    head = client.client.head_object(Bucket=bucket, Key="back/office/one")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", "alias/files")
    assert head["ContentType"] == "application/octet-stream"


def test_threads_share_one_client(bucket: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as threads:
        kept = list(threads.map(lambda number: keep_file(b"%d" % number, path=f"n/{number}"), range(40)))
        assert list(threads.map(lambda one: read_file(one.path), kept)) == [b"%d" % number for number in range(40)]
