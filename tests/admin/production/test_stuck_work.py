"""Labels and files that could not be had: why, what can be done about them, and until when the inbox names them."""

from collections.abc import Callable

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.services.push_errors import explain_push
from backoffice.sandbox import Sandbox
from fulfillment.admin.production_page.steps import next_step
from fulfillment.models import Label, LabelState, ProductionFile, ProductionFileKind, ProductionOrder
from fulfillment.services.downloads import PRODUCTION_FILES
from tests.fulfillment.conftest import Make

pytestmark = pytest.mark.django_db
BASE = "/admin/fulfillment/productionorder"
PRINT = r"/poi/"
KINDS = ("lost-labels", "refused-labels", "stuck-files")
ENDED = ({"state": "cancelled"}, {"state": "done"}, {"dispatch": "shipped"})
Fetch = Callable[[Label], Label]


@pytest.fixture
def file(sandbox: Sandbox, make: Make) -> ProductionFile:
    """Return one that the vendor does not have, tried often enough for a person to hear of it."""
    sandbox.faults.add("status", method="GET", path=PRINT, status=404)
    file = make("plain").files.get(kind=ProductionFileKind.PRINT)
    for _wait in (*PRODUCTION_FILES.backoff, 3600):
        ProductionFile.objects.filter(pk=file.pk).update(next_at=timezone.now())
        PRODUCTION_FILES.fetch_due()
    file.refresh_from_db()
    assert (file.needs_attention, file.next_at is not None) == (True, True)
    return file


def page(client: Client, order: ProductionOrder) -> str:
    return client.get(f"{BASE}/{order.pk}/change/").content.decode()


def named(client: Client) -> set[str]:
    """Return which of these kinds of work the inbox has."""
    cache.clear()
    return {row.kind.name for row in client.get("/admin/").context["rows"]} & set(KINDS)


def try_url(file: ProductionFile) -> str:
    return f"{BASE}/files/{file.pk}/try/"


def test_a_file_that_is_tried_every_hour_is_not_called_coming_and_can_be_tried_now(
    dispatcher: Client, sandbox: Sandbox, file: ProductionFile
) -> None:
    shown = page(dispatcher, file.production_order)
    assert ("cannot be downloaded" in shown, "is being downloaded" in shown) == (True, False)
    assert try_url(file) in shown
    sandbox.faults.clear()
    answer = dispatcher.post(try_url(file))
    assert answer["Location"] == f"{BASE}/{file.production_order_id}/change/#items"
    assert "is being downloaded" in page(dispatcher, file.production_order)
    assert not named(dispatcher)
    PRODUCTION_FILES.fetch_due()
    file.refresh_from_db()
    assert (file.is_kept, file.needs_attention) == (True, False)


def test_a_file_given_up_for_its_link_is_tried_once_more_from_the_inbox(
    dispatcher: Client, file: ProductionFile
) -> None:
    ProductionFile.objects.filter(pk=file.pk).update(url="https://files.example.com/v1/download/1/poi/1")
    for _time in range(2):
        ProductionFile.objects.filter(pk=file.pk, next_at__isnull=False).update(next_at=timezone.now())
        PRODUCTION_FILES.fetch_due()
        file.refresh_from_db()
        assert (file.next_at, file.needs_attention) == (None, True)
        need = dispatcher.get("/admin/?kind=stuck-files").context["listing"].chosen.need
        assert need.at_once == try_url(file)
        assert dispatcher.post(need.at_once, {"back": "/admin/?kind=stuck-files"})["Location"].startswith("/admin/?")
        file.refresh_from_db()
        assert (file.next_at is not None, file.attempts) == (True, 0)


def test_a_reader_has_no_file_tried(reader: Client, file: ProductionFile) -> None:
    assert try_url(file) not in page(reader, file.production_order)
    assert reader.post(try_url(file)).status_code == 403
    file.refresh_from_db()
    assert file.needs_attention


@pytest.mark.parametrize("changes", [{"kind": "other"}, {"url": ""}])
def test_what_may_be_a_label_or_has_no_link_is_not_tried(
    changes: dict[str, str], dispatcher: Client, file: ProductionFile
) -> None:
    ProductionFile.objects.filter(pk=file.pk).update(next_at=None, **changes)
    assert try_url(file) not in page(dispatcher, file.production_order)
    assert "is not downloaded" in dispatcher.post(try_url(file), follow=True).content.decode()
    file.refresh_from_db()
    assert file.next_at is None


@pytest.mark.parametrize("changes", ENDED)
def test_a_file_of_an_order_that_has_ended_is_not_tried_for_ever(
    changes: dict[str, str], dispatcher: Client, sandbox: Sandbox, file: ProductionFile
) -> None:
    ProductionOrder.objects.update(**changes)
    ProductionFile.objects.filter(pk=file.pk).update(next_at=timezone.now())
    before = sandbox.ledger.total("GET v1/download")
    PRODUCTION_FILES.fetch_due()
    file.refresh_from_db()
    assert (file.next_at, file.needs_attention) == (None, False)
    assert sandbox.ledger.total("GET v1/download") == before
    assert "not downloaded" in page(dispatcher, file.production_order)
    sandbox.faults.clear()
    dispatcher.post(try_url(file))
    PRODUCTION_FILES.fetch_due()
    file.refresh_from_db()
    assert file.is_kept, "a person may have it all the same"


def test_a_refused_label_says_why_and_is_requested_again_where_the_inbox_leads(
    dispatcher: Client, make: Make, fetch: Fetch
) -> None:
    label = make("label").labels.get()
    Label.objects.update(url="https://labels.example.com/v1/61/untmG9")
    assert fetch(label).state == LabelState.REFUSED
    need = dispatcher.get("/admin/?kind=refused-labels").context["listing"].chosen.need
    assert need.detail == explain_push(Push.objects.get()).main.text != ""
    assert need.since == label.asked_at
    asking = f"{BASE}/labels/{label.pk}/fetch/"
    assert asking in page(dispatcher, label.production_order)
    assert need.url.startswith(f"{BASE}/{label.production_order_id}/change/")
    dispatcher.post(asking, {"dispatch_on": timezone.localdate().isoformat()})
    label.refresh_from_db()
    assert label.state == LabelState.ASKED
    assert not named(dispatcher)


def test_refused_labels_need_the_same_queries_however_many_there_are(dispatcher: Client, make: Make) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            dispatcher.get("/admin/?kind=refused-labels")
        return len(found)

    make("label")
    Label.objects.update(state=LabelState.REFUSED)
    queries()
    few = queries()
    make("two_labels")
    Label.objects.update(state=LabelState.REFUSED)
    assert queries() == few


@pytest.mark.parametrize("changes", ENDED)
def test_of_an_order_that_has_ended_nothing_is_left_to_do(
    changes: dict[str, str], dispatcher: Client, make: Make
) -> None:
    order = make("two_labels")
    for label, state in zip(order.labels.all(), (LabelState.LOST, LabelState.REFUSED), strict=True):
        Label.objects.filter(pk=label.pk).update(state=state)
    order.files.update(needs_attention=True)
    assert named(dispatcher) == set(KINDS)
    assert next_step(ProductionOrder.objects.get()).tone == "red"
    ProductionOrder.objects.update(**changes)
    assert named(dispatcher) == set()
    assert next_step(ProductionOrder.objects.get()).tone in ("green", "grey")


def test_papers_name_a_slip_that_is_missing_and_an_order_that_is_cancelled(dispatcher: Client, make: Make) -> None:
    order, cancelled = make("label"), make("plain")
    order.labels.all().delete()
    ProductionOrder.objects.filter(pk=cancelled.pk).update(state="cancelled")
    address = f"{BASE}/papers/?order={order.pk}&order={cancelled.pk}"
    coming = dispatcher.get(address).content.decode()
    assert "1 delivery slip of a merchant is being downloaded" in coming
    assert "delivery slip is missing" in coming
    assert "These orders are cancelled" in coming
    assert f"{BASE}/{cancelled.pk}/change/" in coming
    order.files.update(needs_attention=True)
    stuck = dispatcher.get(address).content.decode()
    assert f"{BASE}/{order.pk}/change/#items" in stuck
    PRODUCTION_FILES.fetch_due()
    ready = dispatcher.get(address)
    assert (ready.context["is_ready"], "delivery slip is missing" in ready.content.decode()) == (True, False)
