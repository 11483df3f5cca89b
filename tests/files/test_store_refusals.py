"""What a store says no with, and a way to it that breaks: one line for whoever runs it, and what to do."""

import base64
import socket
import time

import pytest
from django.core.files.storage import default_storage
from pytest_django import Settings

from backoffice.engine.services.files import keep_file, open_path, read_file
from backoffice.engine.services.foundations import examine_foundations, examine_store
from backoffice.files.stores import s3
from backoffice.files.stores.base import StoreAway
from tests.files.buckets import NOWHERE, FaultyStore, faulty_store, use_bucket

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("s3")]


@pytest.fixture
def faulty(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> FaultyStore:
    monkeypatch.setattr(s3, "PAUSE_SECONDS", 0)
    with faulty_store() as store:
        use_bucket(settings, endpoint=store.url, timeout=0.5)
        yield store


def test_the_doctor_writes_reads_and_deletes_a_file_and_leaves_none(place: str) -> None:
    result = examine_store()
    assert result.is_well
    assert ("s3://" in result.text) == (place == "s3")
    assert [entry.name for entry in default_storage.walk()] == []


def test_a_bucket_that_is_not_there_is_no_file_that_is_not_there(settings: Settings, s3_server: str) -> None:
    use_bucket(settings, endpoint=s3_server, bucket="nobody-made-it")
    with pytest.raises(StoreAway):
        read_file("one")
    result = examine_store()
    assert "The bucket nobody-made-it does not exist." in result.text
    assert "FILES_S3_BUCKET" in result.remedy


@pytest.mark.parametrize(
    ("code", "status", "remedy"),
    [
        ("InvalidAccessKeyId", 403, "FILES_S3_ACCESS_KEY"),
        ("SignatureDoesNotMatch", 403, "FILES_S3_SECRET_KEY"),
        ("ExpiredToken", 400, "role of this machine"),
        ("AccessDenied", 403, "s3:PutObject"),
        ("RequestTimeTooSkewed", 403, "chrony"),
        ("IllegalLocationConstraintException", 400, "FILES_S3_REGION"),
        ("AuthorizationHeaderMalformed", 400, "FILES_S3_REGION"),
        ("XMinioStorageFull", 507, "Free up space"),
        ("NobodyKnowsIt", 418, "log"),
    ],
)
def test_each_refusal_has_one_line_and_a_remedy(faulty: FaultyStore, code: str, status: int, remedy: str) -> None:
    faulty.refuse(code, status=status)
    faulty.repeats = True  # the client looks for the bucket's region by itself
    result = examine_store()
    assert remedy in result.remedy
    assert "uploads are answered with 503" in result.text
    assert "\n" not in result.text


def test_without_keys_and_without_a_role_it_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    use_bucket(settings, endpoint=NOWHERE, access_key=None, secret_key=None)
    assert "FILES_S3_ACCESS_KEY and FILES_S3_SECRET_KEY" in examine_store().remedy


def test_nobody_who_answers_is_said(settings: Settings) -> None:
    use_bucket(settings, endpoint=NOWHERE)
    assert "correct FILES_S3_ENDPOINT" in examine_store().remedy


@pytest.mark.parametrize(
    ("endpoint", "is_open"),
    [
        ("http://minio.example.com", True),
        ("https://minio.example.com", False),
        ("http://127.0.0.1:9000", False),
        ("", False),
    ],
)
def test_files_that_cross_a_network_in_the_open_are_said(settings: Settings, endpoint: str, is_open: bool) -> None:
    settings.FILES_STORE, settings.FILES_S3_ENDPOINT = "s3", endpoint
    assert any("FILES_S3_ENDPOINT" in finding.remedy for finding in examine_foundations()) == is_open


def test_a_folder_that_may_not_be_written_to_is_said(settings: Settings) -> None:
    settings.MEDIA_ROOT = "/proc/nowhere"
    assert "Give this user write access" in examine_store().remedy


def test_after_a_failure_nobody_waits_for_the_store_for_a_while(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes requests, and answers none
        use_bucket(settings, endpoint=f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.2)
        with pytest.raises(StoreAway):
            keep_file(b"x", path="one")
        began = time.monotonic()
        for _request in range(50):
            with pytest.raises(StoreAway):
                read_file("one")
    assert time.monotonic() - began < 1


def test_a_refusal_keeps_nobody_from_asking_again(faulty: FaultyStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PAUSE_SECONDS", 60)
    faulty.refuse("AccessDenied")
    faulty.answers.append((200, {"Content-Length": "0"}, b""))
    with pytest.raises(StoreAway):
        keep_file(b"x", path="one")
    assert keep_file(b"x", path="one").size == 1


def test_the_store_gets_the_digest_to_compare_and_a_file_in_one_request(faulty: FaultyStore) -> None:
    faulty.answers.append((200, {"Content-Length": "0"}, b""))
    kept = keep_file(iter([b"x" * 2**20] * 9), path="one")
    [(method, path, headers)] = faulty.asked
    assert (method, path, headers["Content-Length"]) == ("PUT", "/orders/back/office/one", str(kept.size))
    assert base64.b64decode(headers["x-amz-checksum-sha256"]).hex() == kept.sha256


def test_a_download_that_breaks_off_goes_on_behind_its_last_byte(faulty: FaultyStore) -> None:
    whole = bytes(range(256)) * 1000
    first, rest = whole[:100_000], whole[100_000:]
    faulty.answers.append((200, {"Content-Length": str(len(whole)), "ETag": '"a"'}, first))
    faulty.answers.append((206, {"Content-Length": str(len(rest)), "ETag": '"a"'}, rest))
    with open_path("one") as file:
        assert file.read() == whole
    _method, _path, headers = faulty.asked[1]
    assert headers["If-Match"] == '"a"'
    assert headers["Range"].startswith("bytes=")


def test_a_file_that_was_replaced_meanwhile_is_not_put_together_of_two(faulty: FaultyStore) -> None:
    faulty.answers.append((200, {"Content-Length": "300000", "ETag": '"a"'}, b"a" * 100_000))
    faulty.refuse("PreconditionFailed", status=412)
    with pytest.raises(StoreAway), open_path("one") as file:
        file.read()
