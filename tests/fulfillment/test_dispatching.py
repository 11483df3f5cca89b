"""Parcels: refused before the call as the vendor would refuse them, reported once, settled by looking."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.services.sending import deliver
from backoffice.errors import InvalidInput, NotAllowed
from backoffice.sandbox import Sandbox
from fulfillment.models import Carrier, DispatchState, Label, ParcelState, ProductionOrderState, ProductionShipment
from fulfillment.services.dispatching import add_parcel, withdraw_parcel
from fulfillment.services.parcel_rules import ParcelToMake, Sizes
from fulfillment.services.production_pulling import ProductionPull
from fulfillment.services.scanning import what_remains
from tests.fulfillment.conftest import VENDOR, Make
from tests.fulfillment.parcels import CODE, parcel, refused, shipped

pytestmark = pytest.mark.django_db
Work = Callable[[], None]
Fetch = Callable[[Label], Label]


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


def test_an_item_that_the_vendor_cancelled_is_neither_packed_nor_waited_for(make: Make) -> None:
    order = make("several")
    gone, *others = order.items.all()
    order.items.filter(pk=gone.pk).update(state=ProductionOrderState.CANCELLED)
    refused(order, parcel(quantities={gone.pk: 1}), match="must not exceed the remaining")
    made = add_parcel(order, parcel(quantities={item.pk: 1 for item in others}), actor="anna")
    assert what_remains(order) == {item.pk: item.quantity - 1 for item in others if item.quantity > 1}
    withdraw_parcel(made, actor="anna")
    made = add_parcel(order, parcel(), actor="anna")
    assert dict(made.lines.values_list("item", "quantity")) == {item.pk: item.quantity for item in others}
    order.refresh_from_db()
    assert order.dispatch == DispatchState.SHIPPED


def test_an_order_of_which_all_items_were_cancelled_has_nothing_to_report(make: Make) -> None:
    order = make("several")
    order.items.update(state=ProductionOrderState.CANCELLED)
    refused(order, parcel(), match="An empty parcel cannot be reported")


def test_more_than_remains_is_refused_in_the_vendors_words(make: Make) -> None:
    order = make("plain")
    item = order.items.get()
    errors = refused(
        order,
        parcel(quantities={item.pk: item.quantity + 1}),
        match=f"The quantity of item #{item.vendor_id} must not exceed the remaining quantity "
        rf"\({item.quantity}\)",
    )
    assert list(errors) == [f"quantities.{item.pk}"]


def test_what_waits_to_be_reported_counts_as_shipped(make: Make) -> None:
    order = make("plain")
    item = order.items.get()
    add_parcel(order, parcel(quantities={item.pk: item.quantity}), actor="bert")
    with pytest.raises(InvalidInput, match=r"remaining quantity \(0\)"):
        add_parcel(order, parcel("1Zother", quantities={item.pk: 1}), actor="anna")
    with pytest.raises(InvalidInput, match="enter the items"):
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
    refused(order, parcel(), match=r"Use all supplied labels before shipping with your own carrier")
    refused(order, named, match="Fetch the label before reporting a parcel with it")
    fetch(label)
    made = add_parcel(order, named, actor="anna")
    work()
    made.refresh_from_db()
    assert (made.label, made.state, shipped(sandbox)) == (label, ParcelState.REPORTED, [label.tracking_code])


def test_the_carrier_of_the_label_has_to_be_the_parcels(make: Make, fetch: Fetch) -> None:
    order = make("label")
    label = fetch(order.labels.get())
    refused(order, parcel(label.tracking_code, carrier="gls"), match="all supplied labels")


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


@pytest.mark.parametrize("is_listed", [True, False])
def test_the_carrier_that_a_label_names_is_sent_back_whether_it_is_offered_or_not(
    is_listed: bool, sandbox: Sandbox, make: Make, fetch: Fetch, work: Work
) -> None:
    order, other, unnamed = make("label"), make("plain"), make("open_label")
    label, open_label = fetch(order.labels.get()), fetch(unnamed.labels.get())
    carrier = Carrier.objects.filter(key=label.carrier)
    carrier.update(available=False) if is_listed else carrier.delete()
    # The control: for a parcel with a label of one's own, or one that names no carrier, it has to be offered.
    for without in (other, unnamed):
        assert "carrier" in refused(without, parcel(carrier=label.carrier), match="carriers")
    assert open_label.carrier == ""
    made = add_parcel(order, parcel(label.tracking_code, carrier=label.carrier), actor="anna")
    work()
    made.refresh_from_db()
    assert (made.label, made.state, shipped(sandbox)) == (label, ParcelState.REPORTED, [label.tracking_code])


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
