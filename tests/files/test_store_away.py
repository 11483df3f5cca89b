"""A store that is away is our fault and costs time only: nothing is lost, nothing half done, no try is counted."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import Settings

from backoffice.engine.models import Heartbeat, Push, WaitingFile
from backoffice.engine.models.push import PushState
from backoffice.engine.services.alerts import current_alerts
from backoffice.engine.services.file_waiting import look_after_store
from backoffice.engine.services.files import keep_file, open_at_any_place, read_file
from backoffice.engine.services.sending import deliver
from backoffice.files.stores import s3
from backoffice.files.stores.base import StoreAway
from backoffice.jobs.models import JobState
from backoffice.jobs.services.drafting import draft_job
from backoffice.jobs.services.kinds import JOB_KINDS
from backoffice.jobs.services.working import work_job
from backoffice.sandbox import Sandbox
from fulfillment.models import Label, LabelState, ProductionFile, ProductionFileKind
from fulfillment.services import label_fetching, label_responses
from fulfillment.services.downloads import PRODUCTION_FILES
from fulfillment.services.label_responses import keep_response
from fulfillment.services.labels import fetch_label
from orders.models import Order, ShopFile
from orders.services.files.store import link_file, store_file
from orders.services.lifecycle import release_order
from tests.api.storefront import make_storefront
from tests.files.buckets import NOWHERE, use_bucket
from tests.fulfillment.conftest import Make, make, sandbox
from tests.orders.pdfs import make_pdf
from tests.orders.rows import make_order

__all__ = ["make", "sandbox"]
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("s3")]
PDF = make_pdf((100, 50))
Turn = Callable[[bool], None]


@pytest.fixture
def turn(settings: Settings, s3_server: str, bucket: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Turn]:
    """Yield what brings the store back (True), or takes it away."""
    monkeypatch.setattr(s3, "PAUSE_SECONDS", 0)

    def turned(there: bool) -> None:
        use_bucket(settings, endpoint=s3_server if there else NOWHERE, bucket=bucket)

    yield turned
    turned(True)


def test_an_upload_and_a_vendors_link_are_answered_503_and_work_again(turn: Turn) -> None:
    storefront = make_storefront()

    def upload() -> Any:
        return storefront.client.generic("POST", "/api/v1/files/", PDF, content_type="application/pdf")

    turn(False)
    refused = upload()
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
    assert int(refused["Retry-After"]) > 0
    assert not ShopFile.objects.exists()
    turn(True)
    kept = upload()
    assert kept.status_code == 201
    path = urlsplit(link_file(kept.json()["id"])).path
    answer = Client().get(path)
    assert (answer["Content-Length"], b"".join(answer.streaming_content)) == (str(len(PDF)), PDF)
    turn(False)
    away = Client().get(path)
    assert (away.status_code, int(away["Retry-After"]) > 0) == (503, True)
    turn(True)
    ShopFile.objects.get().delete()
    assert Client().get(path).status_code == 404


def ask_for(label: Label) -> Push:
    fetch_label(label, actor="anna", dispatch_on=timezone.localdate())
    return Push.objects.get()


def leave_while_downloading(turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the store away when the vendor has handed out the label."""

    def kept(*args: Any, **more: Any) -> Any:
        turn(False)
        return keep_response(*args, **more)

    monkeypatch.setattr(label_fetching, "keep_response", kept)


def downloads(sandbox: Sandbox) -> list[int]:
    return sorted(sandbox.ledger.label_downloads().values())


def test_no_label_is_downloaded_while_the_store_is_away(sandbox: Sandbox, make: Make, turn: Turn) -> None:
    push = ask_for(make("label").labels.get())
    turn(False)
    deliver(push.pk)
    push.refresh_from_db()
    assert (push.state, push.step, push.attempts, downloads(sandbox)) == (PushState.NEW, "", 0, [])
    turn(True)
    Push.objects.update(next_at=timezone.now())
    deliver(push.pk)
    assert (Label.objects.get().state, downloads(sandbox)) == (LabelState.KEPT, [1])


def test_a_label_that_came_meanwhile_waits_in_the_database_and_is_printed_from_there(
    sandbox: Sandbox, make: Make, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = make("label")
    push = ask_for(order.labels.get())
    leave_while_downloading(turn, monkeypatch)
    deliver(push.pk)
    label = order.labels.get()
    assert (label.state, label.is_kept, WaitingFile.objects.count()) == (LabelState.KEPT, True, 1)
    assert label.tracking_code in PdfReader(open_at_any_place(label)).pages[0].extract_text()
    assert (look_after_store(), WaitingFile.objects.count()) == (0, 1)
    turn(True)
    assert (look_after_store(), WaitingFile.objects.exists()) == (1, False)
    assert len(read_file(label.path) or b"") == label.size
    assert downloads(sandbox) == [1]


def test_without_the_database_it_would_be_lost(
    sandbox: Sandbox, make: Make, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""

    def keep(content: bytes, *, path: str) -> Any:
        try:
            return keep_file(content, path=path)
        except StoreAway as away:
            raise OSError(away.cause) from away

    monkeypatch.setattr(label_responses, "keep_in_any_case", keep)
    push = ask_for(make("label").labels.get())
    leave_while_downloading(turn, monkeypatch)
    deliver(push.pk)
    assert (Label.objects.get().state, Label.objects.get().is_kept) == (LabelState.LOST, False)


def test_files_of_vendors_are_fetched_again_without_counting(make: Make, turn: Turn) -> None:
    file = make("plain").files.get(kind=ProductionFileKind.PRINT)
    turn(False)
    for _try in range(2):
        ProductionFile.objects.update(next_at=timezone.now())
        assert PRODUCTION_FILES.fetch(file.pk)
        file.refresh_from_db()
        assert (file.attempts, file.needs_attention, file.next_at is None) == (0, False, False)
    turn(True)
    ProductionFile.objects.update(next_at=timezone.now())
    PRODUCTION_FILES.fetch(file.pk)
    file.refresh_from_db()
    assert (file.is_kept, file.problem) == (True, "")


def test_a_job_waits_for_the_store_and_ends_whole(turn: Turn) -> None:
    make_order()
    job = draft_job(JOB_KINDS["orders.export_csv"], Order.objects.all(), actor="mara")
    turn(False)
    for _try in range(4):
        work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert (job.state, job.faults, job.path) == (JobState.RUNNING, 0, "")
    turn(True)
    work_job(job.pk, seconds=60)
    job.refresh_from_db()
    assert (job.state, job.counts) == (JobState.DONE, {"done": 1})
    assert len(read_file(job.path) or b"") == job.size


def test_an_order_with_a_file_of_ours_waits_without_being_held(
    turn: Turn, settings: Settings, sandbox: Sandbox
) -> None:
    settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
    settings.CHECK_PRINT_FILES = True
    order = make_order()
    file, _is_new = store_file([PDF], shop=order.shop)
    order.lines.update(files=[{"file_id": file.public_id, "url": link_file(file.public_id), "type": ""}])
    release_order(order, actor="anna")
    push = Push.objects.get()
    turn(False)
    deliver(push.pk)
    push.refresh_from_db()
    assert (push.state, push.attempts, order.holds.exists()) == (PushState.NEW, 0, False)
    assert "Files are unavailable" in push.cause
    turn(True)
    Push.objects.update(next_at=timezone.now())
    deliver(push.pk)
    assert order.events.filter(kind="files.checked").exists()


def test_staff_hear_of_it_and_not_of_a_folder(turn: Turn, folder: Path, settings: Settings) -> None:
    turn(True)
    look_after_store()
    assert not any("file store" in alert.text for alert in current_alerts())
    turn(False)
    Heartbeat.objects.filter(name="files").update(at=timezone.now() - timedelta(minutes=5))
    look_after_store()
    assert any("file store does not answer" in alert.text for alert in current_alerts())
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["local"]}
    assert look_after_store() == 0
    assert not any("file store" in alert.text for alert in current_alerts())
