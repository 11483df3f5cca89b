"""Pictures are fetched later, from addresses that nobody vouches for."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.engine.services.clock import database_now
from backoffice.engine.services.files import UnfitFile, inspect_content, open_file
from backoffice.sandbox import Sandbox
from backoffice.vendors.sign_messages import DesignedPicture
from catalog.models import CustomPicture
from catalog.services.custom_pictures import PICTURES, whole
from tests.signs.desk import design

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    settings.VENDOR_READ_TIMEOUT = 5


def drawn(sandbox: Sandbox, shop: Shop, url: str = "") -> CustomPicture:
    sandbox.sign_customiser.designs[1] = {}
    url = url or f"{sandbox.sign_customiser.public_url}pictures/1.png"
    return design(shop, pictures=(DesignedPicture(url=url),)).pictures.get()


def test_a_picture_is_fetched_checked_and_kept(sandbox: Sandbox, shop: Shop) -> None:
    picture = drawn(sandbox, shop)
    assert PICTURES.fetch_due() == 1
    picture.refresh_from_db()
    assert (picture.content_type, picture.next_at, picture.problem) == ("image/png", None, "")
    with open_file(picture) as file:
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert PICTURES.fetch_due() == 0


def test_what_is_no_picture_is_tried_at_growing_intervals_and_given_up(sandbox: Sandbox, shop: Shop) -> None:
    picture = drawn(sandbox, shop, url=f"{sandbox.control_url}ledger")
    for attempt in range(len(PICTURES.backoff) + 1):
        CustomPicture.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        assert PICTURES.fetch_due() == 1, attempt
    picture.refresh_from_db()
    assert (picture.failed, picture.next_at, picture.is_kept) == (True, None, False)
    assert "PNG" in picture.problem
    PICTURES.try_again(picture)
    assert PICTURES.fetch_due() == 1


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_worker_whose_clock_is_wrong_waits_as_long_as_any_other(
    sandbox: Sandbox, shop: Shop, monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    picture = drawn(sandbox, shop, url=f"{sandbox.control_url}ledger")
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + timedelta(minutes=minutes))
    assert PICTURES.fetch_due() == 1
    picture.refresh_from_db()
    first = PICTURES.backoff[0]
    assert first - 3 < (picture.next_at - database_now()).total_seconds() <= first
    PICTURES.try_again(picture)
    assert PICTURES.fetch_due() == 1


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/x", "https://10.0.0.1/x", "file:///etc/passwd", "ftp://a.example.com"]
)
def test_inner_addresses_are_never_asked(shop: Shop, url: str, settings: Settings) -> None:
    settings.ALLOW_PRIVATE_FILE_HOSTS = False
    picture = design(shop, pictures=(DesignedPicture(url=url),)).pictures.get()
    PICTURES.fetch_due()
    picture.refresh_from_db()
    assert (picture.failed, picture.next_at) == (True, None)
    assert picture.problem


def test_a_picture_that_is_too_large_is_not_kept(sandbox: Sandbox, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PICTURES, "max_bytes", 100)
    picture = drawn(sandbox, shop)
    PICTURES.fetch_due()
    picture.refresh_from_db()
    assert not picture.is_kept
    assert "100 bytes" in picture.problem


@pytest.mark.parametrize("content", [b"<svg/>", b"GIF89a", b"", b"\x89PNG\r\n\x1a\n but no end", b"%PDF-1.4"])
def test_only_real_pictures_are_kept(content: bytes) -> None:
    with pytest.raises(UnfitFile):
        inspect_content(whole(content), accepts=PICTURES.accepts(CustomPicture()))
