"""Parcels: refused before the call as the vendor would refuse them, reported once, settled by looking."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.delivery import deliver
from backoffice.engine.services.pushes import decide_push, retry_push
from backoffice.engine.services.sweep import due_pushes
from backoffice.errors import IllegalTransition, InvalidInput, NotAllowed
from backoffice.sandbox import Sandbox
from fulfillment.models import (
    DispatchState,
    Label,
    ParcelState,
    ProductionOrder,
    ProductionOrderState,
    ProductionShipment,
)
from fulfillment.services.dispatching import add_parcel, withdraw_parcel
from fulfillment.services.parcel_rules import ParcelToMake, Sizes
from fulfillment.services.production_pulling import ProductionPull
from tests.fulfillment.conftest import VENDOR, Make

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
Fetch = Callable[[Label], Label]
CODE = "1Z123891378124"
ADD = "add_shipment"


def parcel(code: str = CODE, *, carrier: str = "ups", **more: object) -> ParcelToMake:
    return ParcelToMake(carrier, code, code_is_confirmed=True, **more)


def shipped(sandbox: Sandbox) -> list[str]:
    return [entry["tracking_code"] for entry in sandbox.ledger.shipments()]


def refused(order: ProductionOrder, asked: ParcelToMake, *, match: str) -> dict[str, list[str]]:
    """The refusal says so, and nothing was made or queued."""
    with pytest.raises(InvalidInput, match=match) as refusal:
        add_parcel(order, asked, actor="anna", may_force=True)
    assert not order.shipments.filter(made_by="anna", state=ParcelState.WAITING).exists()
    assert not Push.objects.open().exists()
    return refusal.value.errors


def test_a_whole_order_is_reported_once_with_its_sizes(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("several")
    sizes = Sizes(Decimal(30), Decimal("45.5"), Decimal(20), Decimal(1000))
    made = add_parcel(order, parcel(sizes=sizes), actor="anna")
    order.refresh_from_db()
    assert (order.dispatch, made.state) == (DispatchState.SHIPPED, ParcelState.WAITING)
    work()
    made.refresh_from_db()
    (entry,) = sandbox.ledger.shipments()
    assert (made.state, made.vendor_id) == (ParcelState.REPORTED, str(entry["id"]))
    held = sandbox.mypromo.production.held[int(order.vendor_id)]["shipments"][0]
    assert [float(held[name]) for name in ("height", "width", "depth", "weight")] == [30, 45.5, 20, 1000]
    ProductionPull(VENDOR).run()
    order.refresh_from_db()
    assert (order.state, order.shipments.count()) == (ProductionOrderState.DONE, 1)


def test_parts_are_reported_in_the_order_in_which_they_were_made(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("plain")
    item = order.items.get()
    for n in range(3):
        add_parcel(order, parcel(f"1Z{n}", quantities={item.pk: 1}), actor="anna")
    for push in Push.objects.order_by("-pk"):  # the youngest is tried first
        deliver(push.pk)
    work()
    assert shipped(sandbox) == ["1Z0", "1Z1", "1Z2"]
    item.refresh_from_db()
    assert item.shipped == 3


def test_more_than_remains_is_refused_in_the_vendors_words(make: Make) -> None:
    order = make("plain")
    item = order.items.get()
    errors = refused(
        order,
        parcel(quantities={item.pk: item.quantity + 1}),
        match=f"The given quantity for the item #{item.vendor_id} must not be greater than the remaining quantity "
        f"'{item.quantity}'",
    )
    assert list(errors) == [f"quantities.{item.pk}"]


def test_what_waits_to_be_reported_counts_as_shipped(make: Make) -> None:
    order = make("plain")
    item = order.items.get()
    add_parcel(order, parcel(quantities={item.pk: item.quantity}), actor="bert")
    with pytest.raises(InvalidInput, match="remaining quantity '0'"):
        add_parcel(order, parcel("1Zother", quantities={item.pk: 1}), actor="anna")
    with pytest.raises(InvalidInput, match="name the items"):
        add_parcel(order, parcel("1Zother"), actor="anna")


def test_a_reshipment_needs_items_force_and_a_reason(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("plain")
    item = order.items.get()
    add_parcel(order, parcel(), actor="anna")
    work()
    again = {"quantities": {item.pk: 2}, "force": True}
    with pytest.raises(NotAllowed):
        add_parcel(order, parcel("1Z2", **again, force_reason="lost on the way"), actor="anna")
    refused(order, parcel("1Z2", **again, force_reason=" "), match="reason")
    made = add_parcel(order, parcel("1Z2", **again, force_reason="lost on the way"), actor="anna", may_force=True)
    work()
    made.refresh_from_db()
    assert (made.state, made.force_reason, shipped(sandbox)) == (ParcelState.REPORTED, "lost on the way", [CODE, "1Z2"])


def test_supplied_labels_come_first_and_are_downloaded_before(
    sandbox: Sandbox, make: Make, fetch: Fetch, work: Work
) -> None:
    order = make("label")
    label = order.labels.get()
    named = parcel(label.tracking_code, carrier=label.carrier)
    refused(order, parcel(), match=r"Please use all supplied labels first before creating shipments with own carrier")
    refused(order, named, match="Please download label before creating a shipment for it")
    fetch(label)
    made = add_parcel(order, named, actor="anna")
    work()
    made.refresh_from_db()
    assert (made.label, made.state, shipped(sandbox)) == (label, ParcelState.REPORTED, [label.tracking_code])


def test_the_carrier_of_the_label_has_to_be_the_parcels(make: Make, fetch: Fetch) -> None:
    order = make("label")
    label = fetch(order.labels.get())
    refused(order, parcel(label.tracking_code, carrier="gls"), match="supplied labels first")


def test_labels_may_be_passed_over_with_force_and_a_reason(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("label")
    forced = parcel(force=True, force_reason="the label was torn")
    made = add_parcel(order, forced, actor="anna", may_force=True)
    work()
    made.refresh_from_db()
    assert (made.state, made.force, made.label, shipped(sandbox)) == (ParcelState.REPORTED, True, None, [CODE])


def test_a_label_without_carrier_and_code_is_assigned_by_itself(
    sandbox: Sandbox, make: Make, fetch: Fetch, work: Work
) -> None:
    order = make("open_label")
    label = fetch(order.labels.get())
    made = add_parcel(order, parcel(), actor="anna")
    work()
    made.refresh_from_db()
    assert (made.label, made.state) == (label, ParcelState.REPORTED)


@pytest.mark.parametrize("carrier", ["dp-warenpost", "pigeon", ""])
def test_carriers_that_are_not_offered_are_refused(carrier: str, make: Make) -> None:
    assert "carrier" in refused(make("plain"), parcel(carrier=carrier), match="carriers")


def test_the_carrier_is_compared_without_case(sandbox: Sandbox, make: Make, work: Work) -> None:
    made = add_parcel(make("plain"), parcel(carrier=" UPS "), actor="anna")
    work()
    made.refresh_from_db()
    assert (made.carrier, made.state) == ("ups", ParcelState.REPORTED)


def test_a_tracking_code_rests_for_three_months_with_its_carrier(make: Make, work: Work) -> None:
    add_parcel(make("plain"), parcel(), actor="anna")
    work()
    other = make("plain")
    assert "tracking_code" in refused(other, parcel(), match="used on")
    add_parcel(other, parcel(carrier="gls"), actor="anna")
    ProductionShipment.objects.update(created_at=timezone.now() - timedelta(days=93))
    add_parcel(make("plain"), parcel(), actor="anna")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (parcel(""), "tracking_code"),
        (parcel("1Z\n2"), "tracking_code"),
        (parcel(quantities={}), "quantities"),
        (parcel(quantities={999_999_999: 1}), "quantities"),
        (parcel(sizes=Sizes(height_cm=Decimal(0))), "height_cm"),
        (parcel(sizes=Sizes(weight_g=Decimal(10000001))), "weight_g"),
    ],
)
def test_what_makes_no_parcel_is_refused(asked: ParcelToMake, field: str, make: Make) -> None:
    assert field in refused(make("plain"), asked, match=".")


def test_a_double_click_makes_one_parcel(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("plain")
    first = add_parcel(order, parcel(), actor="anna")
    assert add_parcel(order, parcel(), actor="anna") == first
    work()
    assert add_parcel(order, parcel(), actor="anna") == first
    work()
    assert shipped(sandbox) == [CODE]


@pytest.mark.django_db(transaction=True)
def test_many_people_at_once_report_no_piece_twice(sandbox: Sandbox, make: Make, work: Work) -> None:
    order = make("plain")
    item = order.items.get()
    barrier, outcomes = threading.Barrier(5), []

    def pack(number: int) -> None:
        barrier.wait()
        try:
            asked = parcel(f"1Z{number}", quantities={item.pk: item.quantity})
            outcomes.append(add_parcel(order, asked, actor=f"person {number}"))
        except InvalidInput as refusal:
            outcomes.append(refusal.text)
        connections.close_all()

    threads = [threading.Thread(target=pack, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work()
    assert len([outcome for outcome in outcomes if isinstance(outcome, ProductionShipment)]) == 1
    assert len(shipped(sandbox)) == 1


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
    with pytest.raises(IllegalTransition, match="cannot be undone"):
        withdraw_parcel(made, actor="anna")
    made.refresh_from_db()
    assert made.state == ParcelState.REPORTED


def test_a_parcel_whose_outcome_is_unknown_cannot_be_taken_back(sandbox: Sandbox, make: Make) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    sandbox.faults.add("cut_after", method="POST", path=ADD, times=1)
    deliver(Push.objects.get().pk)
    with pytest.raises(IllegalTransition, match="cannot be undone"):
        withdraw_parcel(made, actor="anna")


def test_a_cancelled_order_ships_nothing(sandbox: Sandbox, make: Make) -> None:
    order = make("plain")
    sandbox.mypromo.production_life.cancel(sandbox.mypromo.production.held[int(order.vendor_id)])
    ProductionPull(VENDOR).run()
    refused(order, parcel(), match="cancelled")


def test_a_delivered_parcel_stays_delivered(sandbox: Sandbox, make: Make, work: Work) -> None:
    made = add_parcel(make("plain"), parcel(), actor="anna")
    work()
    sandbox.clock.advance(30 * 86400)
    ProductionPull(VENDOR).run()
    made.refresh_from_db()
    assert made.delivered is True
