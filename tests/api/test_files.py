"""Files given to us over the API, and the signed addresses at which vendors fetch them."""

import hashlib
import io
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from freezegun import freeze_time
from pytest_django import Settings

from orders.models import Order, ShopFile
from orders.services.files import store
from tests.api.storefront import CARD, Storefront, build_order, make_storefront
from tests.orders.pdfs import make_pdf

PDF = make_pdf((100, 50))


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def upload(storefront: Storefront, content: bytes = PDF) -> Any:
    return storefront.client.generic("POST", "/api/v1/files/", content, content_type="application/pdf")


def send_form(storefront: Storefront, **parts: Any) -> Any:
    return storefront.client.post("/api/v1/files/", parts)


def kept_on_disk(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def fetch(url: str) -> Any:
    """Fetch as a vendor does: no key, no session."""
    return Client().get(urlsplit(url).path)


@pytest.mark.parametrize("as_form", [False, True])
def test_a_pdf_is_kept_whole_as_body_and_as_form(storefront: Storefront, media: Path, as_form: bool) -> None:
    sent = send_form(storefront, file=SimpleUploadedFile("Karte.pdf", PDF)) if as_form else upload(storefront)
    assert sent.status_code == 201, sent.content
    body = sent.json()
    assert (body["size"], body["sha256"]) == (len(PDF), hashlib.sha256(PDF).hexdigest())
    assert body["name"] == ("Karte.pdf" if as_form else "")
    row = ShopFile.objects.get(public_id=body["id"])
    assert (media / row.path).read_bytes() == PDF
    assert len(kept_on_disk(media)) == 1


def test_the_same_content_again_is_the_same_file_but_another_shops_is_its_own(storefront: Storefront, media) -> None:
    first, again = upload(storefront), upload(storefront)
    other = upload(make_storefront("OTH"))
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert first.json() == again.json()
    assert other.json()["id"] != first.json()["id"]
    assert len(kept_on_disk(media)) == 2


def test_a_file_that_got_lost_on_the_disk_is_there_again_after_a_second_upload(storefront: Storefront, media) -> None:
    upload(storefront)
    [kept] = kept_on_disk(media)
    kept.unlink()
    assert upload(storefront).status_code == 200
    assert kept.read_bytes() == PDF


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"hello", "not a PDF"), (b" " * 1025 + PDF, "not a PDF"), (PDF[:-200], "is incomplete"), (b"%PD", "not a PDF")],
)
def test_what_is_no_whole_pdf_is_refused_and_leaves_nothing(
    storefront: Storefront, media: Path, content: bytes, words: str
) -> None:
    answer = upload(storefront, content)
    assert answer.status_code == 422
    assert words in answer.json()["errors"]["file"][0]
    assert (kept_on_disk(media), ShopFile.objects.count()) == ([], 0)


def test_more_than_the_limit_is_refused_before_it_is_read_and_while_it_is_read(
    storefront: Storefront, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_FILE_BYTES", 1000)
    announced = upload(storefront, b"%PDF-" + bytes(100_000))
    creeping = upload(storefront, b"%PDF-" + bytes(2_000))
    for answer in (announced, creeping):
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert (kept_on_disk(media), ShopFile.objects.count()) == ([], 0)


def test_a_large_file_is_streamed_and_not_held_in_memory(storefront: Storefront, media: Path) -> None:
    class Stream(io.RawIOBase):
        left = 60 * 1024 * 1024
        largest = 0

        def read(self, size: int = -1) -> bytes:
            Stream.largest = max(Stream.largest, size if size >= 0 else Stream.left)
            piece = min(size, Stream.left) if size >= 0 else Stream.left
            Stream.left -= piece
            return bytes(piece) if Stream.left else bytes(piece - 5) + b"%%EOF"

    size = Stream.left
    environ = {"wsgi.input": Stream(), "CONTENT_LENGTH": str(size)}
    answer = storefront.client.generic("POST", "/api/v1/files/", b"x", content_type="application/pdf", **environ)
    assert answer.status_code == 422  # zeros are no PDF
    assert Stream.left == 0
    assert Stream.largest <= 1024 * 1024


@pytest.mark.parametrize("parts", [{}, {"other": 1}, {"file": "text"}, {"file": 2, "second": 3}])
def test_a_form_has_one_file_and_nothing_else(storefront: Storefront, parts: dict[str, Any]) -> None:
    sent = {
        name: SimpleUploadedFile(f"{name}.pdf", PDF) if isinstance(value, int) else value
        for name, value in parts.items()
    }
    assert send_form(storefront, **sent).status_code == 400
    assert ShopFile.objects.count() == 0


def test_a_form_of_a_thousand_parts_is_refused_as_the_callers_fault(storefront: Storefront) -> None:
    parts = {f"file{number}": SimpleUploadedFile("a.pdf", PDF) for number in range(150)}
    assert send_form(storefront, **parts).status_code == 400


def test_another_type_and_no_key_are_refused(storefront: Storefront) -> None:
    answer = storefront.client.generic("POST", "/api/v1/files/", PDF, content_type="image/png")
    assert answer.status_code == 415
    assert Client().generic("POST", "/api/v1/files/", PDF, content_type="application/pdf").status_code == 401


def test_what_a_killed_upload_left_is_cleared_away_after_a_day(storefront: Storefront, media: Path) -> None:
    parts = media / "parts"
    parts.mkdir(parents=True)
    old, new = parts / "old", parts / "new"
    old.write_bytes(b"%PDF-")
    new.write_bytes(b"%PDF-")
    os.utime(old, (time.time() - 90_000,) * 2)
    upload(storefront)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_file_is_served_without_a_login_for_its_days_and_then_no_more(
    storefront: Storefront, settings: Settings
) -> None:
    settings.FILE_LINK_DAYS = 14
    url = store.link_file(upload(storefront).json()["id"])
    answer = fetch(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert b"".join(answer.streaming_content) == PDF
    assert answer["X-Content-Type-Options"] == "nosniff"
    with freeze_time(timedelta(days=13.9) + timezone.now()):
        assert fetch(url).status_code == 200
    with freeze_time(timedelta(days=14.1) + timezone.now()):
        gone = fetch(url)
    assert (gone.status_code, gone.json()) == (410, {"message": "This link ended after 14 days."})


def test_no_address_that_we_did_not_sign_serves_anything(storefront: Storefront) -> None:
    public_id = upload(storefront).json()["id"]
    token = urlsplit(store.link_file(public_id)).path.split("/")[2]
    other = urlsplit(store.link_file("file_other")).path.split("/")[2]
    forged = public_id + "." + other.split(".", 1)[1]
    for wrong in (public_id, token[:-1], forged, "x" * 400, "..%2f..%2fetc"):
        assert Client().get(f"/files/{wrong}/").status_code == 404, wrong
    assert Client().get(f"/slips/{token}/").status_code == 404
    assert Client().post(f"/files/{token}/").status_code == 405


def test_an_order_names_a_file_by_its_id_and_the_vendor_gets_an_address_that_serves_it(
    storefront: Storefront, catalog
) -> None:
    public_id = upload(storefront).json()["id"]
    line = {"sku": CARD, "quantity": 100, "unit_price": "1.29", "files": [{"file_id": public_id, "type": "front"}]}
    answer = storefront.place(build_order(lines=[line]))
    assert answer.status_code == 201, answer.content
    [file] = answer.json()["lines"][0]["files"]
    assert (file["file_id"], file["type"], file["has_credentials"]) == (public_id, "front", False)
    assert fetch(file["url"]).status_code == 200
    assert Order.objects.get().lines.get().files == [{"url": file["url"], "type": "front", "file_id": public_id}]


def test_a_file_that_is_not_the_shops_or_is_given_twice_over_is_refused_by_its_place(
    storefront: Storefront, catalog
) -> None:
    foreign = upload(make_storefront("OTH")).json()["id"]
    line = {"sku": CARD, "quantity": 100, "unit_price": "1.29"}
    for wanted in (foreign, "file_nothing"):
        answer = storefront.place(build_order(lines=[line | {"files": [{"file_id": wanted}]}]))
        assert (answer.status_code, list(answer.json()["errors"])) == (422, ["lines[0].files[0].file_id"])
    url = "https://files.example.com/a.pdf"
    for odd in ({}, {"file_id": foreign, "url": url}, {"file_id": foreign, "auth": {"header": "x"}}):
        answer = storefront.place(build_order(lines=[line | {"files": [odd]}]))
        assert (answer.status_code, list(answer.json()["errors"])) == (400, ["lines[0].files[0]"])
