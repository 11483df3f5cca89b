"""Print files in parts: resumed, repeated, sent at once, put together and checked."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from orders.models import PartUpload, ShopFile, UploadedPart
from orders.services.files import uploads
from tests.api.storefront import Storefront, make_storefront
from tests.orders.pdfs import make_pdf

pytestmark = pytest.mark.django_db(transaction=True)
PDF = make_pdf((100, 50))
PART = 100


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep files in a folder of the test, and have small parts."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr(uploads, "PART_BYTES", PART)
    return tmp_path


@pytest.fixture
def storefront() -> Storefront:
    return make_storefront()


def pieces(content: bytes = PDF) -> list[bytes]:
    return [content[start : start + PART] for start in range(0, len(content), PART)]


def begin(storefront: Storefront, content: bytes = PDF, **changes: Any) -> Any:
    body = {"name": "Plakat.pdf", "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    return storefront.post("uploads/", body | changes)


def send(storefront: Storefront, upload: str, number: int, piece: bytes) -> Any:
    address = f"/api/v1/uploads/{upload}/parts/{number}/"
    return storefront.client.generic("PUT", address, piece, content_type="application/octet-stream")


def complete(storefront: Storefront, upload: str) -> Any:
    return storefront.post(f"uploads/{upload}/complete/", None)


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_in_parts_becomes_the_file_that_one_request_makes(storefront: Storefront, media: Path) -> None:
    answer = begin(storefront)
    upload = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, f"/api/v1/uploads/{upload['id']}/")
    assert (upload["part_size"], upload["part_count"]) == (PART, len(pieces()))
    for number, piece in reversed(list(enumerate(pieces(), start=1))):
        sent = send(storefront, upload["id"], number, piece)
        assert sent.json() == {"number": number, "size": len(piece), "sha256": hashlib.sha256(piece).hexdigest()}
    made, again = complete(storefront, upload["id"]), complete(storefront, upload["id"])
    assert (made.status_code, again.status_code) == (201, 200)
    whole = storefront.client.generic("POST", "/api/v1/files/", PDF, content_type="application/pdf")
    assert made.json() == again.json() == whole.json()
    assert made.json()["name"] == "Plakat.pdf"
    assert [path.read_bytes() for path in files(media)] == [PDF]
    state = storefront.get(f"uploads/{upload['id']}/").json()
    assert (state["file"], state["parts"], state["missing"]) == (made.json(), [], [])


def test_what_broke_off_is_asked_for_and_sent_again(storefront: Storefront, media: Path) -> None:
    upload = begin(storefront).json()["id"]
    send(storefront, upload, 1, pieces()[0])
    short = send(storefront, upload, 2, pieces()[1][:-1])
    assert (short.status_code, short.json()["code"]) == (422, "invalid")
    assert f"{PART} bytes" in short.json()["errors"]["body"][0]
    state = storefront.get(f"uploads/{upload}/").json()
    assert [part["number"] for part in state["parts"]] == [1]
    assert state["missing"] == list(range(2, len(pieces()) + 1))
    early = complete(storefront, upload)
    assert (early.status_code, early.json()["code"]) == (409, "parts_missing")
    assert ShopFile.objects.count() == 0
    assert len(files(media)) == 1


def test_a_part_sent_again_takes_the_place_of_the_one_before(storefront: Storefront, media: Path) -> None:
    upload = begin(storefront).json()["id"]
    for number, piece in enumerate(pieces(), start=1):
        send(storefront, upload, number, os.urandom(len(piece)) if number == 2 else piece)
    wrong = complete(storefront, upload)
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["sha256"])
    assert ShopFile.objects.count() == 0
    for _try in range(2):
        assert send(storefront, upload, 2, pieces()[1]).status_code == 200
    assert UploadedPart.objects.count() == len(files(media)) == len(pieces())
    assert complete(storefront, upload).status_code == 201
    late = send(storefront, upload, 2, pieces()[1])
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert len(files(media)) == 1


def test_limits_are_named(storefront: Storefront, media: Path) -> None:
    over = begin(storefront, size=uploads.MAX_UPLOAD_BYTES + 1)
    assert (over.status_code, list(over.json()["errors"])) == (400, ["size"])
    assert str(uploads.MAX_UPLOAD_BYTES) in over.json()["errors"]["size"][0]
    assert begin(storefront, sha256="abc").json()["errors"].keys() == {"sha256"}
    assert begin(storefront, content_type="image/png").status_code == 400
    upload = begin(storefront).json()["id"]
    for number in (0, len(pieces()) + 1, 10**12):
        refused = send(storefront, upload, number, pieces()[0])
        assert (refused.status_code, list(refused.json()["errors"])) == (422, ["number"])
    empty = send(storefront, upload, 1, b"")
    assert (empty.status_code, list(empty.json()["errors"])) == (422, ["body"])
    large = send(storefront, upload, 1, b"x" * (PART + 1))
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert f"{PART} bytes" in large.json()["detail"]
    assert files(media) == []


def test_what_is_no_pdf_is_refused_as_in_one_request(storefront: Storefront, media: Path) -> None:
    upload = begin(storefront, b"hello").json()["id"]
    send(storefront, upload, 1, b"hello")
    refused = complete(storefront, upload)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["file"])
    assert ShopFile.objects.count() == 0


def test_a_full_disk_is_no_fault_of_the_request(storefront: Storefront, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = begin(storefront).json()["id"]
    monkeypatch.setattr("backoffice.engine.services.disk.FREE_BYTES_FLOOR", 10**18)
    for answer in (begin(storefront), send(storefront, upload, 1, pieces()[0])):
        assert (answer.status_code, answer.json()["code"]) == (507, "no_room")
        assert answer.headers["Retry-After"]


def test_uploads_of_others_are_not_there_and_not_too_many_are_open(
    storefront: Storefront, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begin(storefront).json()["id"]
    other = make_storefront("OTH")
    assert other.get(f"uploads/{upload}/").status_code == 404
    assert send(other, upload, 1, pieces()[0]).status_code == 404
    assert complete(other, upload).status_code == 404
    monkeypatch.setattr(uploads, "MOST_OPEN", 1)
    refused = begin(storefront)
    assert (refused.status_code, PartUpload.objects.count()) == (409, 1)
    assert begin(other).status_code == 201
    assert other.client.delete(f"/api/v1/uploads/{upload}/").status_code == 404
    assert storefront.client.delete(f"/api/v1/uploads/{upload}/").status_code == 204
    assert begin(storefront).status_code == 201


def test_an_upload_is_given_up_with_its_parts_unless_it_is_complete(storefront: Storefront, media: Path) -> None:
    upload, kept = (begin(storefront).json()["id"] for _time in range(2))
    for number, piece in enumerate(pieces(), start=1):
        send(storefront, upload, number, piece)
        send(storefront, kept, number, piece)
    complete(storefront, kept)
    assert storefront.client.delete(f"/api/v1/uploads/{upload}/").status_code == 204
    assert storefront.get(f"uploads/{upload}/").status_code == 404
    assert storefront.client.delete(f"/api/v1/uploads/{kept}/").json()["code"] == "conflict"
    assert len(files(media)) == 1


def test_an_upload_that_is_given_up_while_it_is_completed_is_no_fault_of_ours(
    storefront: Storefront, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begin(storefront).json()["id"]
    for number, piece in enumerate(pieces(), start=1):
        send(storefront, upload, number, piece)

    def given_up(path: str, **_expected: Any) -> Any:
        storefront.client.delete(f"/api/v1/uploads/{upload}/")
        raise FileNotFoundError(path)

    monkeypatch.setattr(uploads, "open_path", given_up)
    assert complete(storefront, upload).status_code == 409
    assert files(media) == []


def test_an_upload_that_nobody_goes_on_with_is_cleared_away(storefront: Storefront, media: Path) -> None:
    kept, old = begin(storefront).json()["id"], begin(storefront).json()["id"]
    for upload in (kept, old):
        send(storefront, upload, 1, pieces()[0])
    PartUpload.objects.filter(public_id=old).update(updated_at=timezone.now() - timedelta(hours=25))
    assert uploads.clear_uploads() == 1
    assert PartUpload.objects.get().public_id == kept
    assert len(files(media)) == 1
    assert storefront.get(f"uploads/{old}/").status_code == 404
