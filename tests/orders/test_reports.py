"""`apply_order_report`: whatever comes, however often and in whatever order, the rows end up the same."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from backoffice.engine.models import Push
from backoffice.engine.models.callback import CallbackState
from backoffice.vendors.messages import LineReport, OrderReport, RemoteOrderState, ShippedLine, Version
from orders.models import HoldReason, Order, OrderState, ProductionState, ShipmentState, VendorOrder, VendorOrderState
from orders.services import lateness
from orders.services.lateness import SILENT_DAYS, close_unreported_orders, mark_late_orders
from orders.services.lifecycle import cancel_order
from orders.services.reports.applying import apply_order_report
from orders.services.timeline import describe
from tests.orders.reports import START, journey, parcel, report
from tests.orders.rows import make_order

Sent = Callable[..., VendorOrder]
STORY = journey()


def reported(order: Order) -> dict[str, object]:
    """Return what reports determine; of the timeline only the vendor's events, as ours show when we learned of it."""
    order = Order.objects.get(pk=order.pk)
    return {
        "order": (order.state, order.production, order.shipment, order.late, order.ship_by),
        "vendor_orders": list(
            order.vendor_orders.values_list(
                "state", "vendor_id", "raw_state", "reported_at", "reported_history_id", "reported_rank", "late"
            )
        ),
        "lines": list(order.vendor_orders.values_list("lines__vendor_id", "lines__raw_state")),
        "shipments": sorted(order.shipments.values_list("vendor_id", "tracking_code", "delivered", "lines__quantity")),
        "history": list(order.events.filter(kind="vendor.history").order_by("at").values_list("source_key", "params")),
        "parcels": sorted(
            (event.kind, event.params["tracking_code"])
            for event in order.events.filter(kind__in=["shipment.sent", "shipment.arrived"])
        ),
    }


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.permutations([*STORY, *STORY[3:9]]))
def test_any_order_and_repetition_of_the_same_reports_gives_the_same_rows(sent: Sent, in_story, told) -> None:
    assert _final(sent, told) == in_story


@pytest.fixture
def in_story(sent: Sent) -> dict[str, object]:
    """Return what remains when every report comes once and in time."""
    return _final(sent, STORY)


def _final(sent: Sent, reports: list[OrderReport]) -> dict[str, object]:
    """Return what remains of an order after these reports; it is rolled back, so that the next begins alike."""
    with transaction.atomic():
        vendor_order = sent()
        for item in reports:
            apply_order_report(item, source="callback")
        result = reported(vendor_order.order)
        transaction.set_rollback(True)
    return result


def test_the_story_ends_closed_with_everything_in_its_place(sent: Sent) -> None:
    vendor_order = sent()
    outcomes = [apply_order_report(item, source="callback").state for item in STORY]

    order = Order.objects.get()
    assert set(outcomes) == {CallbackState.APPLIED}
    assert (order.state, order.production, order.shipment) == ("closed", "done", "delivered")
    vendor_order.refresh_from_db()
    assert vendor_order.raw_state == "FINISHED"
    assert order.events.filter(kind="vendor.unknown_word", params__word="DREAMING").count() == 1
    assert order.events.filter(kind="shipment.sent").count() == 2


def test_a_second_run_of_the_same_reports_changes_no_row(sent: Sent, django_assert_num_queries) -> None:
    sent()
    for item in STORY:
        apply_order_report(item, source="callback")
    before = _dump()

    outcomes = [apply_order_report(item, source="callback").state for item in STORY]

    assert _dump() == before
    assert set(outcomes) == {CallbackState.KNOWN, CallbackState.STALE}
    with django_assert_num_queries(2):  # the order, and which parcels it has
        apply_order_report(STORY[-1], source="callback")


def _dump() -> list[object]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Order, VendorOrder, Order.shipments.rel.related_model, Order.events.rel.related_model, Push)
    ]


def test_a_drafts_report_never_counts_as_submitted(sent: Sent) -> None:
    vendor_order = sent()

    apply_order_report(report(RemoteOrderState.DRAFT, step=2), source="poll")

    vendor_order.refresh_from_db()
    assert (vendor_order.state, vendor_order.submitted_at) == (VendorOrderState.DRAFT, None)
    assert vendor_order.order.production == ProductionState.NONE


def test_an_older_report_takes_no_state_back_but_adds_a_parcel_it_knows_of(sent: Sent) -> None:
    vendor_order = sent()
    apply_order_report(report(RemoteOrderState.IN_PRODUCTION, step=10), source="callback")

    outcome = apply_order_report(report(RemoteOrderState.CHECKED, step=9, shipments=(parcel(),)), source="callback")

    vendor_order.refresh_from_db()
    assert outcome.state == CallbackState.APPLIED
    assert (vendor_order.state, vendor_order.reported_history_id) == (VendorOrderState.IN_PRODUCTION, 10)
    assert vendor_order.shipments.count() == 1


def test_reports_of_the_same_second_are_told_apart_by_their_history(sent: Sent) -> None:
    sent()
    newer = report(RemoteOrderState.IN_PRODUCTION, step=6, shipping_late=True)
    older = report(RemoteOrderState.IN_PRODUCTION, step=5, shipping_late=False)
    same = Version(updated_at=newer.version.updated_at, history_id=5, rank=older.version.rank)
    apply_order_report(newer, source="callback")

    outcome = apply_order_report(replace(older, version=same), source="callback")

    assert outcome.state == CallbackState.STALE
    assert VendorOrder.objects.get().late is True


def test_what_was_delivered_stays_delivered(sent: Sent) -> None:
    sent()
    apply_order_report(report(RemoteOrderState.DONE, step=5, shipments=(parcel(delivered=True),)), source="callback")
    apply_order_report(report(RemoteOrderState.DONE, step=6, shipments=(parcel(delivered=False),)), source="callback")

    assert Order.objects.get().shipments.get().delivered is True


def test_three_of_five_shipped_is_partly_shipped_however_finished_the_vendor_calls_it(sent: Sent) -> None:
    sent()
    apply_order_report(
        report(RemoteOrderState.DONE, step=5, shipments=(parcel(quantity=3, delivered=True),)), source="callback"
    )

    order = Order.objects.get()
    assert (order.production, order.shipment, order.state) == ("done", ShipmentState.PARTIAL, OrderState.RELEASED)


def test_a_parcel_without_lines_holds_all_of_its_vendor_order(sent: Sent) -> None:
    sent()
    whole = replace(parcel(), lines=())
    apply_order_report(report(RemoteOrderState.IN_PRODUCTION, step=5, shipments=(whole,)), source="callback")

    assert Order.objects.get().shipment == ShipmentState.SHIPPED


def test_a_cancellation_that_nobody_asked_for_holds_the_order_with_the_vendors_words(sent: Sent) -> None:
    sent()
    apply_order_report(report(RemoteOrderState.CANCELLED, step=4), source="poll")

    order = Order.objects.get()
    hold = order.holds.get()
    assert (order.state, order.production) == (OrderState.HELD, ProductionState.FAILED)
    assert hold.reason == HoldReason.VENDOR_CANCELLED
    assert "Step 4." in hold.text


def test_a_cancellation_that_was_asked_for_ends_the_order_without_a_hold(sent: Sent) -> None:
    vendor_order = sent()
    cancel_order(vendor_order.order, actor="tester", reason="wrong colour")

    apply_order_report(report(RemoteOrderState.CANCELLED, step=4), source="callback")

    order = Order.objects.get()
    assert order.state == OrderState.CANCELLED
    assert not order.holds.exists()


def test_a_report_with_our_reference_is_adopted_only_while_a_request_is_unanswered(sent: Sent) -> None:
    vendor_order = sent(vendor_id="")
    Push.objects.update(state="failed")
    apply_order_report(report(RemoteOrderState.DRAFT, step=1, vendor_id="31"), source="callback")
    vendor_order.refresh_from_db()
    assert vendor_order.vendor_id == ""
    assert vendor_order.abandoned_ids == ["31"]

    Push.objects.filter(kind="orders.place").update(state="unknown")
    apply_order_report(report(RemoteOrderState.DRAFT, step=1, vendor_id="32"), source="callback")
    vendor_order.refresh_from_db()
    assert vendor_order.vendor_id == "32"


def test_an_abandoned_draft_is_never_adopted_again(sent: Sent) -> None:
    vendor_order = sent(vendor_id="")
    vendor_order.abandoned_ids = ["31"]
    vendor_order.save()

    outcome = apply_order_report(report(RemoteOrderState.DRAFT, step=1, vendor_id="31"), source="callback")

    vendor_order.refresh_from_db()
    assert (outcome.state, vendor_order.vendor_id) == (CallbackState.KNOWN, "")


def test_a_parcel_that_comes_with_a_version_that_is_known_is_new_once(sent: Sent) -> None:
    vendor_order = sent()
    known = report(RemoteOrderState.IN_PRODUCTION, step=6)
    apply_order_report(known, source="callback")
    assert apply_order_report(known, source="callback").state == CallbackState.KNOWN

    with_parcel = replace(known, shipments=(parcel(),))
    outcomes = [apply_order_report(with_parcel, source="callback").state for _ in range(2)]

    assert outcomes == [CallbackState.APPLIED, CallbackState.KNOWN]
    assert vendor_order.shipments.count() == 1


def test_an_order_of_nobody_is_an_orphan(sent: Sent) -> None:
    sent()
    outcome = apply_order_report(
        report(RemoteOrderState.DONE, step=1, vendor_id="77", reference="OTHER-1"), source="callback"
    )
    assert outcome.state == CallbackState.ORPHAN


@pytest.mark.parametrize("lines", [1, 12])
def test_a_report_takes_the_same_number_of_queries_however_long_the_order(
    sent: Sent, lines: int, django_assert_num_queries
) -> None:
    sent(*[{} for _ in range(lines)])
    held = tuple(
        LineReport(vendor_id=str(n), reference=str(n), sku="TPD123LD02LAXALOP", quantity=5) for n in range(1, lines + 1)
    )
    packed = tuple(
        ShippedLine(line_vendor_id=line.vendor_id, reference=line.reference, sku=line.sku, quantity=5) for line in held
    )
    box = replace(parcel(), lines=packed)
    full = report(RemoteOrderState.IN_PRODUCTION, step=8, lines=held, shipments=(box,))
    with django_assert_num_queries(28):
        assert apply_order_report(full, source="callback").state == CallbackState.APPLIED


def test_all_that_is_late_or_silent_is_worked_off_in_one_run_however_many(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lateness, "_BATCH", 2)
    for _ in range(5):
        make_order()
    long_ago = timezone.now() - timedelta(days=SILENT_DAYS + 1)
    Order.objects.update(state="released", production="sent", ship_by=long_ago)
    assert mark_late_orders() == 5
    Order.objects.update(production="done", shipment="shipped", updated_at=long_ago)
    assert close_unreported_orders() == 5


def test_an_order_becomes_late_when_its_day_passes_and_is_told_once(sent: Sent) -> None:
    sent()
    apply_order_report(
        report(RemoteOrderState.IN_PRODUCTION, step=6, shipping_latest=timezone.now() + timedelta(days=1)),
        source="callback",
    )
    assert mark_late_orders() == 0

    tomorrow = timezone.now() + timedelta(days=2)
    assert mark_late_orders(now=tomorrow) == 1
    assert mark_late_orders(now=tomorrow) == 0
    assert Order.objects.get().late


def test_an_order_whose_delivery_nobody_reports_is_closed_after_long_silence(sent: Sent) -> None:
    sent()
    apply_order_report(report(RemoteOrderState.DONE, step=6, shipments=(parcel(),)), source="callback")
    assert close_unreported_orders() == 0

    assert close_unreported_orders(now=timezone.now() + timedelta(days=SILENT_DAYS + 1)) == 1
    assert Order.objects.get().state == OrderState.CLOSED


def test_times_of_the_vendor_are_kept_for_its_history(sent: Sent) -> None:
    VendorOrder.objects.filter(pk=sent().pk).update(created_at=START)
    apply_order_report(report(RemoteOrderState.SUBMITTED, step=3), source="callback")

    times = Order.objects.get().events.filter(kind="vendor.history").values_list("at", flat=True)
    assert list(times) == [START + timedelta(seconds=n) for n in (1, 2, 3)]


@pytest.mark.parametrize("behind", [timedelta(seconds=0), timedelta(seconds=5), timedelta(days=400)])
def test_the_timeline_begins_with_our_lines_whatever_the_vendors_clock_says(sent: Sent, behind: timedelta) -> None:
    row = sent()
    order = row.order
    order.events.create(kind="order.received", actor="shop:WEB", at=order.created_at)
    said = [
        replace(entry, at=row.created_at - behind) for entry in report(RemoteOrderState.SUBMITTED, step=3).histories
    ]
    # The newest first, and in two reports: each line has the same place whenever it comes.
    for some in (said[:1], said[::-1]):
        apply_order_report(report(RemoteOrderState.SUBMITTED, step=3, histories=tuple(some)), source="poll")

    events = list(order.events.order_by("at", "pk"))
    assert events[0].kind == "order.received"
    history = [event for event in events if event.kind == "vendor.history"]
    assert [event.params["text"] for event in history] == ["Step 1.", "Step 2.", "Step 3."]
    assert events.index(history[0]) > [event.kind for event in events].index("order.released")
    assert ("time at the vendor" in describe(history[0])) == (behind > timedelta(minutes=1))
