"""What leaves for WooCommerce arrives there once, whatever goes wrong on the way; and orders come in all the same."""

import random
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from backoffice.errors import DomainError
from fulfillment.models import Shipment
from orders.connectors.woocommerce.models import SendingState, WooConnection, WooMessage, WooSending
from orders.connectors.woocommerce.services import sending, writing
from orders.connectors.woocommerce.services.connections import ensure_webhooks
from orders.connectors.woocommerce.services.health import PATIENCE
from orders.connectors.woocommerce.services.pulling import pull, pull_due
from orders.connectors.woocommerce.services.sending import claim, deliver, end_expired_leases, send_due
from orders.models import HoldReason, Order, ShipmentState
from orders.services.lifecycle import hold_order
from tests.orders.woocommerce.conftest import Woo, process

pytestmark = pytest.mark.django_db

FAULTS = ("status", "status_after", "cut_before", "cut_after", "too_many", "broken_json", "truncated", "html")


def ship(order: Order, *, code: str) -> Shipment:
    """Let the vendor send all of the order in a parcel."""
    part = order.vendor_orders.get()
    url = f"https://track.example.com/{code}"
    shipment = Shipment.objects.create(
        order=order, vendor_order=part, vendor_id=code, carrier="DHL", tracking_code=code, tracking_url=url
    )
    order.shipment = ShipmentState.SHIPPED
    order.save(update_fields=["shipment"])
    order.events.create(actor="vendor:mypromo", kind="shipment.sent", params={"carrier": "DHL", "tracking_code": code})
    order.events.create(actor="system", kind="shipment.shipped")
    return shipment


def send_all(tries: int = 400) -> None:
    """Send until nothing waits, whatever the backoffs: what waits is due again once nothing else is."""
    for _number in range(tries):
        WooConnection.objects.filter(retry_at__isnull=False).update(retry_at=None)
        if claimed := claim():
            deliver(claimed)
        elif not WooSending.objects.filter(state=SendingState.NEW).update(next_at=timezone.now()):
            return


def test_a_parcel_and_the_end_of_the_order_arrive_and_nothing_else_of_ours(woo: Woo) -> None:
    bought = woo.app.buy()
    woo.deliver()
    order = Order.objects.get()
    shipment = ship(order, code="JJD001")
    order.events.create(actor="mara", kind="order.remark", params={"text": "canary-internal"})
    assert send_due() == 2
    there = woo.app.orders[bought["id"]]
    [meta] = there["meta_data"]
    assert meta["key"] == "_wc_shipment_tracking_items"
    [item] = meta["value"]
    assert (item["tracking_number"], item["custom_tracking_provider"]) == ("JJD001", "DHL")
    [note] = woo.app.notes[bought["id"]]
    assert note == {
        "id": note["id"],
        "note": f"Shipped, with DHL, tracking code JJD001, https://track.example.com/JJD001 (parcel {shipment.pk})",
        "customer_note": False,
    }
    assert there["status"] == "completed"
    shown = str(there) + str(woo.app.notes)
    assert not [word for word in ("mypromo", "canary", "0.7000", "margin") if word in shown]
    woo.deliver()
    assert Order.objects.count() == 1
    assert set(WooSending.objects.values_list("state", flat=True)) == {SendingState.SENT}


def test_a_held_order_is_on_hold_there_where_that_is_chosen_and_our_own_change_holds_nothing(woo: Woo) -> None:
    WooConnection.objects.update(hold_status="on-hold")
    bought = woo.app.buy()
    woo.deliver()
    order = Order.objects.get()
    hold_order(order, reason=HoldReason.MANUAL, text="Wait", actor="mara")
    send_due()
    assert woo.app.orders[bought["id"]]["status"] == "on-hold"
    woo.sandbox.advance(5)
    woo.app.change(bought["id"])
    woo.deliver()
    assert order.holds.count() == 1


def test_an_order_that_was_cancelled_there_is_not_completed(woo: Woo) -> None:
    bought = woo.app.buy()
    woo.deliver()
    woo.app.orders[bought["id"]]["status"] = "refunded"
    ship(Order.objects.get(), code="JJD002")
    send_due()
    assert woo.app.orders[bought["id"]]["status"] == "refunded"
    assert set(WooSending.objects.values_list("state", flat=True)) == {SendingState.SENT, SendingState.MOOT}


def test_what_a_killed_worker_left_is_done_once(woo: Woo) -> None:
    bought = woo.app.buy()
    woo.deliver()
    ship(Order.objects.get(), code="JJD003")
    row = claim()
    assert row is not None
    sending._write(row)
    assert claim() is None, "what belongs to the same order has to wait"
    WooSending.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    end_expired_leases()
    send_all()
    assert len(woo.app.notes[bought["id"]]) == 1


def test_what_is_refused_is_left_to_people_and_what_is_not_taken_for_days_too(woo: Woo, settings: Settings) -> None:
    bought = woo.app.buy()
    woo.deliver()
    ship(Order.objects.get(), code="JJD004")
    kept = woo.app.orders.pop(bought["id"])
    assert send_due() == 0
    assert WooSending.objects.filter(state=SendingState.FAILED, needs_attention=True).count() == 2
    woo.app.orders[bought["id"]] = kept
    WooSending.objects.update(state=SendingState.NEW, next_at=timezone.now())
    settings.WOOCOMMERCE_HOURS = 0
    woo.sandbox.faults.add("status", vendor="woocommerce", status=503)
    assert send_due() == 0
    assert WooSending.objects.filter(state=SendingState.FAILED).exists()


def test_a_key_that_is_refused_and_a_shop_that_is_silent_are_shown(woo: Woo) -> None:
    fault = woo.sandbox.faults.add("status", vendor="woocommerce", status=500)
    for _number in range(PATIENCE):
        WooConnection.objects.update(retry_at=None)
        pull_due()
    woo.connection.refresh_from_db()
    assert (woo.connection.needs_attention, woo.connection.failures) == (True, PATIENCE)
    woo.sandbox.faults.remove(fault.id)
    WooConnection.objects.update(retry_at=None)
    pull_due()
    woo.connection.refresh_from_db()
    assert (woo.connection.needs_attention, woo.connection.failing_since) == (False, None)
    woo.app.options.consumer_secret = "another"
    pull_due()
    woo.connection.refresh_from_db()
    assert woo.connection.needs_attention
    assert "401" in str(woo.connection.last_failure)


def test_a_webhook_that_was_disabled_is_switched_on_again(woo: Woo) -> None:
    for webhook in woo.app.webhooks.values():
        webhook["status"] = "disabled"
    assert ensure_webhooks(woo.connection) == 3
    assert {webhook["status"] for webhook in woo.app.webhooks.values()} == {"active"}
    assert ensure_webhooks(woo.connection) == 0


def run(woo: Woo, *, orders: int, share: float) -> None:
    """Have so many orders bought and shipped while that share of all requests, both ways, goes wrong."""
    for kind in FAULTS:
        status = 500 if kind.startswith("status") else 200 if kind == "html" else 0
        woo.sandbox.faults.add(kind, vendor="woocommerce", probability=share / len(FAULTS), status=status)
    chance = random.Random(7)
    for number in range(orders):
        bought = woo.app.buy()
        woo.sandbox.advance(number % 3)
        if chance.random() < share:
            woo.app.change(bought["id"], customer_note="again")
    deliveries = list(woo.app.outbox)
    woo.app.outbox.clear()
    lost = [one for one in deliveries if chance.random() >= share]
    lost += [one for one in deliveries if chance.random() < share]
    chance.shuffle(lost)
    for _key, url, headers, body in lost:
        assert woo.post(url, headers, body) == 200
    process()
    for _number in range(200):
        try:
            pull(woo.connection)
            break
        except DomainError:
            continue
    process()
    for order in Order.objects.all():
        ship(order, code=f"CODE-{order.reference}")
    send_all(tries=orders * 20)


def outcome(woo: Woo) -> tuple[int, Counter[int], Counter[int]]:
    """Return the orders here, and how many orders there have how many notes, and how many entries of parcels."""
    notes = Counter(len(notes) for notes in woo.app.notes.values())
    parcels = Counter(sum(len(meta["value"]) for meta in order["meta_data"]) for order in woo.app.orders.values())
    return Order.objects.count(), notes, parcels


def test_forty_orders_with_a_fifth_of_all_requests_failing_become_forty_and_hear_of_each_parcel_once(woo: Woo) -> None:
    run(woo, orders=40, share=0.2)
    assert outcome(woo) == (40, Counter({1: 40}), Counter({1: 40}))
    assert {order["status"] for order in woo.app.orders.values()} == {"completed"}
    assert not WooMessage.objects.filter(needs_attention=True).exists()


@pytest.mark.soak
def test_five_hundred_orders_with_a_fifth_of_all_requests_failing_become_five_hundred(woo: Woo) -> None:
    run(woo, orders=500, share=0.2)
    assert outcome(woo) == (500, Counter({1: 500}), Counter({1: 500}))


def test_without_reading_first_notes_would_be_doubled(woo: Woo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_mark", lambda shipment: f"(parcel {shipment.pk}, {random.random()})")
    run(woo, orders=8, share=0.5)
    _orders, notes, _parcels = outcome(woo)
    assert notes[2] + notes[3] + notes[4] > 0
