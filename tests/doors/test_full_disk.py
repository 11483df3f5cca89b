"""A full disk is ours: shops are asked to come again, staff are told."""

import errno
import io
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client

from backoffice.engine.models import Heartbeat
from backoffice.engine.services import disk
from backoffice.engine.services.alerts import current_alerts
from backoffice.engine.services.disk import NoRoom, room_for
from orders.models import ShopFile
from tests.admin.inbox import read_inbox
from tests.api.conftest import storefront
from tests.api.storefront import Storefront

__all__ = ["storefront"]
PDF = b"%PDF-1.4\n%%EOF"


@pytest.fixture(autouse=True)
def media(settings: LazySettings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "FREE_BYTES_FLOOR", 2**60)


@pytest.mark.parametrize("form", [False, True])
def test_an_upload_to_a_full_disk_may_come_again(storefront: Storefront, full: None, *, form: bool) -> None:
    if form:
        answer = storefront.client.post("/api/v1/files/", {"file": io.BytesIO(PDF)})
    else:
        answer = storefront.client.post("/api/v1/files/", PDF, content_type="application/pdf")
    assert (answer.status_code, answer.json()["code"]) == (507, "no_room")
    assert int(answer["Retry-After"]) > 0
    assert not ShopFile.objects.exists()


def test_an_upload_that_fills_the_disk_leaves_nothing(tmp_path: Path) -> None:
    for number in (errno.ENOSPC, errno.EDQUOT):
        with pytest.raises(NoRoom), room_for(1):
            raise OSError(number, "full")
    with pytest.raises(PermissionError), room_for(1):
        raise PermissionError(errno.EACCES, "another fault stays what it is")


def test_staff_see_a_full_disk_on_the_home_page_and_the_doctor_says_it(
    admin_client: Client, full: None, tmp_path: Path
) -> None:
    Heartbeat.objects.all().delete()
    assert any("The disk is full" in alert.text and str(tmp_path) in alert.remedy for alert in current_alerts())
    assert "The disk is full" in read_inbox(admin_client)


def test_with_room_nothing_is_said(db: None) -> None:
    assert not any("The disk is full" in alert.text for alert in current_alerts())
