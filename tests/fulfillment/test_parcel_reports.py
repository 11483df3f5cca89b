"""Reports of parcels to the vendor: once, whatever becomes of the response; and parcels taken back before."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.pushes import decide_push, retry_push
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.sweep import due_pushes
from backoffice.errors import IllegalTransition
from backoffice.sandbox import Sandbox
from fulfillment.models import DispatchState, Label, ParcelState, ProductionShipment
from fulfillment.services.dispatching import add_parcel, withdraw_parcel
from fulfillment.services.production_pulling import ProductionPull
from tests.fulfillment.conftest import VENDOR, Make
from tests.fulfillment.parcels import CODE, parcel, refused, shipped

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
Fetch = Callable[[Label], Label]
ADD = "add_shipment"


@pytest.mark.parametrize("kind", ["cut_after", "hang_after", "broken_json", "status_after", "empty"])
def test_a_report_without_an_answer_is_found_and_not_sent_again(
    kind: str, sandbox: Sandbox, make: Make, work: Work
) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    more = {"status": 500} if kind == "status_after" else {"status": 200} if kind == "empty" else {}
    sandbox.faults.add(kind, method="POST", path=ADD, times=1, seconds=1, **more)
    work()
    made.refresh_from_db()
    assert (made.state, shipped(sandbox)) == (ParcelState.REPORTED, [CODE])
    assert Push.objects.get().attempt_rows.filter(method="POST").count() == 1


@pytest.mark.parametrize("kind", ["cut_before", "hang", "status"])
def test_a_report_that_did_not_arrive_is_sent_after_two_looks(
    kind: str, sandbox: Sandbox, make: Make, work: Work
) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    more = {"status": 500} if kind == "status" else {}
    sandbox.faults.add(kind, method="POST", path=ADD, times=1, seconds=1, **more)
    work()
    made.refresh_from_db()
    assert (made.state, shipped(sandbox)) == (ParcelState.REPORTED, [CODE])
    assert Push.objects.get().looks >= 2


def test_a_report_that_lands_late_is_not_doubled(sandbox: Sandbox, make: Make, work: Work, settings: object) -> None:
    settings.PUSH_SETTLE_SECONDS = 1.5
    made = add_parcel(make("plain"), parcel(), actor="anna")
    sandbox.faults.add("late", method="POST", path=ADD, times=1, seconds=1.2)
    work()
    made.refresh_from_db()
    assert (made.state, shipped(sandbox)) == (ParcelState.REPORTED, [CODE])


def test_a_refusal_that_is_the_echo_of_a_report_that_came_through_is_none(
    sandbox: Sandbox, make: Make, work: Work
) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    sandbox.faults.add("status_after", method="POST", path=ADD, times=1, status=400)
    work()
    made.refresh_from_db()
    assert (made.state, shipped(sandbox)) == (ParcelState.REPORTED, [CODE])


def test_a_refused_parcel_gives_back_its_pieces_and_its_label(
    sandbox: Sandbox, make: Make, fetch: Fetch, work: Work
) -> None:
    order = make("label")
    label = fetch(order.labels.get())
    asked = parcel(label.tracking_code, carrier=label.carrier)
    made = add_parcel(order, asked, actor="anna")
    sandbox.faults.add("status", method="POST", path=ADD, times=1, status=400, body='{"message": "No."}')
    work()
    made.refresh_from_db()
    order.refresh_from_db()
    assert (made.state, order.dispatch) == (ParcelState.REFUSED, DispatchState.NONE)
    assert order.events.get(kind="parcel.refused").params["cause"] == "No."
    assert (Push.objects.get(kind__endswith=ADD).state, shipped(sandbox)) == (PushState.FAILED, [])

    second = add_parcel(order, asked, actor="anna")
    work()
    second.refresh_from_db()
    assert (second.label, second.state, shipped(sandbox)) == (label, ParcelState.REPORTED, [label.tracking_code])


def test_a_refused_report_that_is_sent_again_is_looked_for_first(sandbox: Sandbox, make: Make, work: Work) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    sandbox.faults.add("status", method="POST", path=ADD, times=1, status=422)
    work()
    retry_push(Push.objects.get(), actor="anna", reason="mended at the vendor")
    work()
    made.refresh_from_db()
    assert (made.state, shipped(sandbox)) == (ParcelState.REPORTED, [CODE])


def test_a_parcel_that_a_person_says_was_reported_is_numbered_by_the_next_reading(sandbox: Sandbox, make: Make) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    sandbox.faults.add("cut_after", method="POST", path=ADD, times=1)
    push = Push.objects.get()
    deliver(push.pk)
    decide_push(push, happened=True, actor="anna", reason="seen in the portal")
    made.refresh_from_db()
    assert (made.state, made.vendor_id) == (ParcelState.REPORTED, "")
    ProductionPull(VENDOR).run()
    made.refresh_from_db()
    assert (made.vendor_id != "", made.production_order.shipments.count()) == (True, 1)


def test_a_report_of_the_order_that_overtakes_the_answer_makes_no_second_parcel(
    sandbox: Sandbox, make: Make, work: Work
) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    sandbox.faults.add("cut_after", method="POST", path=ADD, times=1)
    deliver(Push.objects.get().pk)
    ProductionPull(VENDOR).run()
    made.refresh_from_db()
    assert made.state == ParcelState.REPORTED
    work()
    assert (ProductionShipment.objects.count(), shipped(sandbox)) == (1, [CODE])


def test_a_parcel_that_can_be_undone_waits_from_the_start_and_nobody_is_called_for_it(
    sandbox: Sandbox, make: Make, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = make("several"), make("several")
    with django_capture_on_commit_callbacks() as calls:
        made = add_parcel(first, parcel(), actor="anna", undo_seconds=30)
    push = Push.objects.about(made).get()
    assert (push.next_at, due_pushes(limit=10)) == (made.leaves_at, [])
    assert deliver(push.pk) is None
    assert calls == []

    with django_capture_on_commit_callbacks() as calls:
        add_parcel(second, parcel("1Z999"), actor="anna")
    assert len(calls) == 1


def test_a_parcel_can_be_taken_back_before_its_report_leaves(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("plain")
    made = add_parcel(order, parcel(), actor="anna", undo_seconds=30)
    deliver(Push.objects.get().pk)
    assert shipped(sandbox) == []
    withdraw_parcel(made, actor="anna")
    withdraw_parcel(made, actor="anna")
    order.refresh_from_db()
    Push.objects.update(next_at=timezone.now())
    work()
    made.refresh_from_db()
    assert (made.state, order.dispatch, shipped(sandbox)) == (ParcelState.WITHDRAWN, DispatchState.NONE, [])

    add_parcel(order, parcel(), actor="anna")
    work()
    assert shipped(sandbox) == [CODE]


def test_a_parcel_that_was_reported_cannot_be_taken_back(sandbox: Sandbox, make: Make, work: Work) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    work()
    with pytest.raises(IllegalTransition, match="can no longer be undone"):
        withdraw_parcel(made, actor="anna")
    made.refresh_from_db()
    assert made.state == ParcelState.REPORTED


def test_a_parcel_whose_outcome_is_unknown_cannot_be_taken_back(sandbox: Sandbox, make: Make) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    sandbox.faults.add("cut_after", method="POST", path=ADD, times=1)
    deliver(Push.objects.get().pk)
    with pytest.raises(IllegalTransition, match="can no longer be undone"):
        withdraw_parcel(made, actor="anna")


def test_a_cancelled_order_ships_nothing(sandbox: Sandbox, make: Make) -> None:
    order = make("plain")
    sandbox.mypromo.production_life.cancel(sandbox.mypromo.production.held[int(order.vendor_id)])
    ProductionPull(VENDOR).run()
    refused(order, parcel(), match="cancelled")


def test_a_delivered_parcel_stays_delivered(sandbox: Sandbox, make: Make, work: Work) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    work()
    sandbox.advance(30 * 86400)
    ProductionPull(VENDOR).run()
    made.refresh_from_db()
    assert made.delivered is True


def test_a_reading_takes_a_parcel_made_anew_for_the_one_that_was_refused_before(
    sandbox: Sandbox, make: Make, work: Work
) -> None:
    """The same code once more: bound to the refused one, the new one would be looked for in vain and sent twice."""
    order = make("plain")
    first = add_parcel(order, parcel(), actor="anna")
    sandbox.faults.add("status", method="POST", path=ADD, times=1, status=400, body='{"message": "No."}')
    work()
    second = add_parcel(order, parcel(), actor="anna")
    sandbox.faults.add("cut_after", method="POST", path=ADD, times=1)
    deliver(Push.objects.about(second).get().pk)
    ProductionPull(VENDOR).run()
    work()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (ParcelState.REFUSED, ParcelState.REPORTED)
    assert shipped(sandbox) == [CODE]
