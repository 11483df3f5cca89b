"""A label is fetched once, on the day of dispatch, by a person; the sandbox's ledger counts the announced pick-ups."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.db import connections
from django.test import RequestFactory
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services import disk
from backoffice.engine.services.disk import NoRoom, require_room
from backoffice.engine.services.files import keep_file, open_at_any_place
from backoffice.engine.services.pushes import decide_push
from backoffice.engine.services.sending import deliver
from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.sandbox import Sandbox
from fulfillment.admin.production_page.documents import serve_document
from fulfillment.models import Label, LabelKind, LabelState, ParcelState
from fulfillment.services.dispatching import add_parcel
from fulfillment.services.labels import FETCH_LABEL, fetch_label, keep_label_copy
from fulfillment.services.parcel_rules import ParcelToMake
from fulfillment.services.production_pulling import ProductionPull
from tests.fulfillment.conftest import VENDOR, Make
from tests.orders.pdfs import make_pdf

pytestmark = pytest.mark.django_db
LABEL, MAKE = r"v1/\d+/\w+$", r"/generic_label$"
Fetch = Callable[[Label], Label]
Work = Callable[[], None]


def today() -> date:
    return timezone.localdate()


def look_once() -> Push:
    """Deliver the push, then look for it once: as far as the machine gets with an unknown outcome that has settled."""
    push = Push.objects.get(kind__startswith="fulfillment.")
    deliver(push.pk)
    Push.objects.filter(pk=push.pk).update(next_at=timezone.now(), settles_at=timezone.now())
    deliver(push.pk)
    push.refresh_from_db()
    return push


def announced(sandbox: Sandbox) -> list[int]:
    return sorted(sandbox.ledger.label_downloads().values())


def test_nothing_fetches_a_label_by_itself(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("two_labels")
    ProductionPull(VENDOR).run()
    work()
    assert {label.state for label in order.labels.all()} == {LabelState.WAITING}
    assert not announced(sandbox)


def test_a_label_that_waited_until_the_next_day_is_not_fetched_by_itself(sandbox: Sandbox, make: Make) -> None:
    """Its parcel would be announced for a day that nobody asked for."""
    label = fetch_label(make("label").labels.get(), actor="anna", dispatch_on=today())
    Push.objects.update(created_at=timezone.now() - timedelta(days=1))
    deliver(Push.objects.get().pk)
    label.refresh_from_db()
    assert (label.state, Push.objects.get().state, announced(sandbox)) == (LabelState.WAITING, PushState.CONFIRMED, [])
    assert label.production_order.events.filter(kind="label.let_go").exists()


def test_a_label_is_fetched_once_kept_and_says_who_asked_when(sandbox: Sandbox, make: Make, fetch: Fetch) -> None:
    label = fetch(make("label").labels.get())
    assert (label.state, label.asked_by) == (LabelState.KEPT, "anna")
    assert label.announced_at is not None
    with open_at_any_place(label) as file:
        assert label.tracking_code in PdfReader(file).pages[0].extract_text()
    assert announced(sandbox) == [1]
    kinds = list(label.production_order.events.filter(kind__startswith="label.").values_list("kind", "actor"))
    assert kinds == [("label.asked", "anna"), ("label.fetched", "anna")]


def test_a_double_click_and_a_later_wish_fetch_it_no_second_time(
    sandbox: Sandbox, make: Make, fetch: Fetch, work: Work
) -> None:
    label = make("label").labels.get()
    for actor in ("anna", "anna", "bert"):
        fetch_label(label, actor=actor, dispatch_on=today())
    work()
    assert fetch(label).asked_by == "anna"
    assert (announced(sandbox), Push.objects.filter(kind=FETCH_LABEL).count()) == ([1], 1)


@pytest.mark.django_db(transaction=True)
def test_two_people_at_the_same_moment_fetch_it_once(sandbox: Sandbox, make: Make, work: Work) -> None:
    label = make("label").labels.get()
    barrier = threading.Barrier(6)

    def click(actor: str) -> None:
        barrier.wait()
        fetch_label(label, actor=actor, dispatch_on=today())
        for push_id in Push.objects.values_list("pk", flat=True):
            deliver(push_id)
        connections.close_all()

    threads = [threading.Thread(target=click, args=(f"person {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()
    label.refresh_from_db()
    assert (announced(sandbox), label.state, Push.objects.count()) == ([1], LabelState.KEPT, 1)


def test_another_day_than_today_is_refused(make: Make) -> None:
    label = make("label").labels.get()
    with pytest.raises(InvalidInput, match="only be fetched on the day of dispatch"):
        fetch_label(label, actor="anna", dispatch_on=today() + timedelta(days=1))
    label.refresh_from_db()
    assert (label.state, Push.objects.count()) == (LabelState.WAITING, 0)


def test_the_label_of_a_cancelled_order_is_refused(sandbox: Sandbox, make: Make) -> None:
    order = make("label")
    sandbox.mypromo.production_life.cancel(sandbox.mypromo.production.held[int(order.vendor_id)])
    ProductionPull(VENDOR).run()
    with pytest.raises(IllegalTransition, match="cancelled"):
        fetch_label(order.labels.get(), actor="anna", dispatch_on=today())
    assert not Push.objects.exists()


def test_an_order_cancelled_meanwhile_lets_the_label_go_unfetched(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("label")
    fetch_label(order.labels.get(), actor="anna", dispatch_on=today())
    sandbox.mypromo.production_life.cancel(sandbox.mypromo.production.held[int(order.vendor_id)])
    ProductionPull(VENDOR).run()
    work()
    assert (order.labels.get().state, announced(sandbox)) == (LabelState.WAITING, [])


def test_a_generic_label_is_made_and_fetched_once(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("generic")
    for actor in ("anna", "bert"):
        fetch_label(order.labels.get(kind=LabelKind.GENERIC), actor=actor, dispatch_on=today())
    work()
    label = order.labels.get(kind=LabelKind.GENERIC)
    assert (label.state, label.carrier, label.asked_by) == (LabelState.KEPT, "dhl", "anna")
    assert (list(sandbox.ledger.generic_labels().values()), announced(sandbox)) == ([1], [1])
    ProductionPull(VENDOR).run()
    assert order.labels.count() == 1


def test_a_generic_label_that_a_reading_shows_is_the_one_that_was_asked_for(
    sandbox: Sandbox, make: Make, work: Work
) -> None:
    order = make("generic")
    fetch_label(order.labels.get(kind=LabelKind.GENERIC), actor="anna", dispatch_on=today())
    sandbox.faults.add("cut_after", method="GET", path=MAKE, times=1)
    deliver(Push.objects.get().pk)
    ProductionPull(VENDOR).run()  # which beside it would look like one that the merchant supplied
    label = order.labels.get()
    assert (label.kind, label.state, label.url != "") == (LabelKind.GENERIC, LabelState.ASKED, True)
    work()
    label.refresh_from_db()
    assert (label.state, announced(sandbox)) == (LabelState.KEPT, [1])
    assert list(sandbox.ledger.generic_labels().values()) == [1]


def test_a_generic_label_that_a_person_says_was_made_can_be_fetched_once_it_is_listed(
    sandbox: Sandbox, make: Make, fetch: Fetch
) -> None:
    order = make("generic")
    fetch_label(order.labels.get(kind=LabelKind.GENERIC), actor="anna", dispatch_on=today())
    sandbox.faults.add("cut_after", method="GET", path=MAKE, times=1)
    push = Push.objects.get()
    deliver(push.pk)
    decide_push(push, happened=True, actor="anna", reason="seen at the vendor")
    assert (order.labels.get().state, announced(sandbox)) == (LabelState.LOST, [])
    ProductionPull(VENDOR).run()
    label = order.labels.get()
    assert label.state == LabelState.WAITING
    assert (fetch(label).state, announced(sandbox)) == (LabelState.KEPT, [1])
    assert list(sandbox.ledger.generic_labels().values()) == [1]


def test_a_decision_finds_the_copy_that_a_lost_worker_left(sandbox: Sandbox, make: Make) -> None:
    label = make("label").labels.get()
    fetch_label(label, actor="anna", dispatch_on=today())
    sandbox.faults.add("cut_after", method="GET", path=LABEL, times=1)
    push = Push.objects.get()
    deliver(push.pk)
    label.refresh_from_db()
    keep_file(make_pdf(), path=label.path)
    decide_push(push, happened=True, actor="anna", reason="the carrier has announced it")
    label.refresh_from_db()
    assert (label.state, label.is_kept, announced(sandbox)) == (LabelState.KEPT, True, [1])


def test_an_order_without_a_generic_label_asks_for_none(sandbox: Sandbox, make: Make) -> None:
    order = make("label")
    assert not order.labels.filter(kind=LabelKind.GENERIC).exists()
    assert not sandbox.ledger.generic_labels()


@pytest.mark.parametrize("kind", ["cut_after", "hang_after"])
def test_a_download_without_an_answer_goes_to_a_person_and_is_not_tried_again(
    kind: str, sandbox: Sandbox, make: Make
) -> None:
    label = make("label").labels.get()
    fetch_label(label, actor="anna", dispatch_on=today())
    sandbox.faults.add(kind, method="GET", path=LABEL, times=1, seconds=1)
    push = look_once()
    assert (push.state, push.needs_attention) == (PushState.UNKNOWN, True)
    assert label.production_order.events.filter(kind="push.needs_attention").count() == 1
    assert announced(sandbox) == [1]

    decide_push(push, happened=True, actor="anna", reason="the carrier has announced it")
    label.refresh_from_db()
    assert (label.state, announced(sandbox)) == (LabelState.LOST, [1])


def test_nobody_decides_against_a_download_that_may_still_be_under_way(sandbox: Sandbox, make: Make) -> None:
    label = make("label").labels.get()
    fetch_label(label, actor="anna", dispatch_on=today())
    sandbox.faults.add("hang_after", method="GET", path=LABEL, times=1, seconds=1)
    push = Push.objects.get()
    deliver(push.pk)
    Push.objects.update(settles_at=timezone.now() + timedelta(minutes=2), next_at=timezone.now())
    deliver(push.pk)
    push.refresh_from_db()
    assert (push.state, push.needs_attention) == (PushState.UNKNOWN, False)  # a person could not know either
    with pytest.raises(IllegalTransition, match="may still be processing"):
        decide_push(push, happened=False, actor="anna", reason="the carrier knows nothing of it")
    push.refresh_from_db()
    assert (push.state, Push.objects.count()) == (PushState.UNKNOWN, 1)


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_label_that_was_never_handed_out_can_be_fetched_when_the_vendor_says_so(
    kind: str, sandbox: Sandbox, make: Make, fetch: Fetch, work: Work
) -> None:
    """Whoever decides that it happened, for want of knowing better, is set right by the parcel's report."""
    order = make("label")
    label = order.labels.get()
    fetch_label(label, actor="anna", dispatch_on=today())
    sandbox.faults.add(kind, method="GET", path=LABEL, times=1)
    decide_push(look_once(), happened=True, actor="anna", reason="the page advises it")
    add_parcel(order, ParcelToMake(label.carrier, label.tracking_code), actor="anna")
    work()
    label.refresh_from_db()
    if kind == "cut_after":  # it was handed out: the parcel is reported, and nothing fetched again
        assert (label.state, order.shipments.get().state) == (LabelState.LOST, ParcelState.REPORTED)
    else:
        assert (label.state, order.shipments.get().state) == (LabelState.WAITING, ParcelState.REFUSED)
        assert fetch(label).state == LabelState.KEPT
    assert announced(sandbox) == [1]


def test_a_person_who_knows_that_it_did_not_happen_has_it_sent(sandbox: Sandbox, make: Make, work: Work) -> None:
    label = make("label").labels.get()
    fetch_label(label, actor="anna", dispatch_on=today())
    sandbox.faults.add("cut_before", method="GET", path=LABEL, times=1)
    decide_push(look_once(), happened=False, actor="anna", reason="the carrier knows nothing of it")
    work()
    label.refresh_from_db()
    assert (label.state, announced(sandbox)) == (LabelState.KEPT, [1])


@pytest.mark.parametrize("kind", ["maintenance", "too_many", "revoked_token"])
def test_what_was_certainly_not_done_is_tried_again(kind: str, sandbox: Sandbox, make: Make, fetch: Fetch) -> None:
    label = make("label").labels.get()
    more = {"retry_after": 0} if kind == "too_many" else {}
    sandbox.faults.add(kind, method="GET", path=LABEL, times=1, **more)
    assert (fetch(label).state, announced(sandbox)) == (LabelState.KEPT, [1])


def test_a_link_to_another_host_gets_neither_our_token_nor_a_request(
    sandbox: Sandbox, make: Make, fetch: Fetch
) -> None:
    label = make("label").labels.get()
    Label.objects.update(url="https://labels.example.com/v1/61/untmG9")
    label.refresh_from_db()
    assert fetch(label).state == LabelState.REFUSED
    assert not announced(sandbox)


def test_a_full_disk_is_noticed_before_the_vendor_is_asked(
    sandbox: Sandbox, make: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = make("label").labels.get()
    monkeypatch.setattr(disk, "FREE_BYTES_FLOOR", 2**60)
    fetch_label(label, actor="anna", dispatch_on=today())
    push = Push.objects.get()
    deliver(push.pk)
    push.refresh_from_db()
    assert (push.state, push.step, announced(sandbox)) == (PushState.NEW, "", [])
    with pytest.raises(NoRoom):
        require_room(1)


def test_a_copy_that_a_person_got_elsewhere_stands_in_for_the_lost_one(sandbox: Sandbox, make: Make) -> None:
    label = make("label").labels.get()
    with pytest.raises(Conflict):
        keep_label_copy(label, b"%PDF-1.4\n%%EOF", actor="bert")
    fetch_label(label, actor="anna", dispatch_on=today())
    sandbox.faults.add("cut_after", method="GET", path=LABEL, times=1)
    decide_push(look_once(), happened=True, actor="anna", reason="the carrier has announced it")
    with pytest.raises(InvalidInput, match="not a PDF"):
        keep_label_copy(label, b"<html>", actor="bert")
    with pytest.raises(InvalidInput, match="damaged"):
        keep_label_copy(label, b"%PDF-1.4\n%%EOF", actor="bert")
    label = keep_label_copy(label, make_pdf(), actor="bert")
    assert (label.state, label.is_kept, announced(sandbox)) == (LabelState.KEPT, True, [1])


def test_staff_open_our_copy_as_often_as_they_like(sandbox: Sandbox, make: Make, fetch: Fetch) -> None:
    label = fetch(make("label").labels.get())
    reader = User.objects.create_user("reader", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_documents"))
    for _ in range(3):
        request = RequestFactory().get("/")
        request.user = User.objects.get(pk=reader.pk)
        response = serve_document(request, "label", label.pk)
        assert b"".join(response.streaming_content).startswith(b"%PDF-")
        assert response["Content-Type"] == "application/pdf"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Disposition"].startswith(f'inline; filename="{label.production_order.vendor_id}-label')
    assert announced(sandbox) == [1]


def test_staff_without_the_permission_open_no_document(make: Make, fetch: Fetch) -> None:
    label = fetch(make("label").labels.get())
    request = RequestFactory().get("/")
    request.user = User.objects.create_user("packer", is_staff=True)
    with pytest.raises(PermissionDenied):
        serve_document(request, "label", label.pk)


def test_files_lie_under_names_that_say_nothing(make: Make, fetch: Fetch, settings: Settings) -> None:
    label = fetch(make("label").labels.get())
    (path,) = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert path.name == label.path.rpartition("/")[2]
    assert len(path.name) == 32
