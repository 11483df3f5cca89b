"""What becomes of an order after submit, by the sandbox's clock."""

import time
from itertools import pairwise
from typing import Any

import pytest

from backoffice.sandbox import Sandbox, running_sandbox
from tests.sandbox.client import PRINT_FILE, Client


def _texts(order: dict[str, Any]) -> list[str]:
    return [line["text"] for line in order["histories"]]


def _shipped(order: dict[str, Any]) -> list[int]:
    return [row["quantity"] for shipment in order["shipments"] for row in shipment["items"]]


def test_an_order_goes_through_every_state_in_turn(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place()
    seen = [merchant.order(key)["status"]]
    for _ in range(60):
        sandbox.clock.advance(0.25)
        status = merchant.order(key)["status"]
        if status != seen[-1]:
            seen.append(status)
    assert seen == ["PENDING", "PREFLIGHT", "READY", "PROCESSING", "FINISHED"]


def test_a_finished_order_tells_its_history_in_the_documents_words(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place()
    sandbox.clock.advance(60)
    order = merchant.order(key)
    shipment = order["shipments"][0]["id"]
    assert _texts(order) == [
        "New order created.",
        f"Item #{order['items'][0]['id']} added to order #{key}.",
        "Order submitted.",
        'File "a4.pdf": File downloaded.',
        "Order ready for production.",
        "Order is now in production.",
        f"Shipment #{shipment} created.",
        f"Shipment #{shipment} delivered.",
        "Order finished.",
    ]
    ids = [line["id"] for line in order["histories"]]
    assert ids == sorted(set(ids))
    assert order["updated_at"] > order["created_at"]
    assert order["items"][0]["files"][0]["status"] == "DOWNLOADED"
    assert order["items"][0]["status"] == "FINISHED"


def test_a_shipped_order_names_carrier_tracking_and_dates(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place()
    sandbox.clock.advance(60)
    order = merchant.order(key)
    (shipment,) = order["shipments"]
    assert shipment["tracking_id"] in shipment["tracking_url"]
    assert shipment["carrier"] in ("DHL", "UPS", "DPD", "GLS")
    assert (shipment["delivered"], shipment["status"]) == (True, "SHIPPED")
    assert _shipped(order) == [100]
    assert order["shipping_earliest"][11:] == order["shipping_latest"][11:] == "23:59:59.000000Z"
    assert order["shipping_late"] is False


def test_supplied_labels_give_carrier_and_tracking(sandbox: Sandbox, merchant: Client) -> None:
    label = {"url": "https://shop.example/l.pdf", "type": "label", "carrier": "ups", "tracking_code": "1Z999"}
    key = merchant.place(order={"files": [label]})
    sandbox.clock.advance(60)
    order = merchant.order(key)
    assert (order["shipments"][0]["carrier"], order["shipments"][0]["tracking_id"]) == ("UPS", "1Z999")
    assert order["files"][0]["status"] == "DOWNLOADED"


@pytest.mark.parametrize("when", [0, 1.6, 3.1])
def test_an_order_can_be_cancelled_until_production(sandbox: Sandbox, merchant: Client, when: float) -> None:
    key = merchant.place()
    sandbox.clock.advance(when)
    assert merchant.cancel(key).json()["status"] == "CANCELED"
    assert merchant.cancel(key).status_code == 422
    sandbox.clock.advance(60)
    order = merchant.order(key)
    assert (order["status"], order["shipments"]) == ("CANCELED", [])
    assert _texts(order)[-1] == "Order canceled."
    assert sandbox.ledger.physical_orders() == []


@pytest.mark.parametrize("file", [PRINT_FILE, {"url": "https://files.shop.invalid/a4.pdf"}])
def test_a_file_that_cannot_be_downloaded_cancels_the_whole_order(
    sandbox: Sandbox, merchant: Client, file: dict[str, str]
) -> None:
    sku = "SANDBOX-NO-FILE" if file is PRINT_FILE else "MP-F1-C0000003"
    key = merchant.draft()
    merchant.add(key, reference="good")
    merchant.add(key, reference="bad", sku=sku, files=[file])
    merchant.submit(key)
    sandbox.clock.advance(60)
    order = merchant.order(key)
    assert order["status"] == "CANCELED"
    assert _texts(order)[-2].startswith('File "a4.pdf": Download failed.')
    assert _texts(order)[-1] == "Order canceled."
    assert sandbox.ledger.physical_orders() == []


def test_a_transfer_error_cancels_a_ready_order(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place(sku="SANDBOX-TRANSFER-ERROR")
    sandbox.clock.advance(60)
    order = merchant.order(key)
    assert order["status"] == "CANCELED"
    assert "Order ready for production." in _texts(order)


@pytest.mark.parametrize(
    ("sku", "status", "shipped", "delivered"),
    [
        ("SANDBOX-TWO-PARCELS", "FINISHED", [51, 50], [True, True]),
        ("SANDBOX-SHORT", "FINISHED", [60], [True]),
        ("SANDBOX-UNDELIVERED", "FINISHED", [101], [False]),
        ("SANDBOX-FINISH-FIRST", "FINISHED", [101], [True]),
        ("SANDBOX-STUCK", "PROCESSING", [], []),
    ],
)
def test_special_courses_end_as_listed(
    sandbox: Sandbox, merchant: Client, sku: str, status: str, shipped: list[int], delivered: list[bool]
) -> None:
    key = merchant.place(sku=sku, quantity=101)
    sandbox.clock.advance(600)
    order = merchant.order(key)
    assert order["status"] == status
    assert _shipped(order) == shipped
    assert [s["delivered"] for s in order["shipments"]] == delivered


def test_a_finished_order_may_still_be_on_its_way(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place(sku="SANDBOX-FINISH-FIRST")
    for _ in range(100):
        sandbox.clock.advance(0.25)
        if (order := merchant.order(key))["status"] == "FINISHED":
            break
    assert order["shipments"][0]["delivered"] is False


def test_the_late_course_and_every_nth_order_are_late(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.settings.late_every = 3
    keys = [merchant.place(sku="SANDBOX-LATE"), merchant.place(), merchant.place()]
    sandbox.clock.advance(60)
    orders = [merchant.order(key) for key in keys]
    assert [o["shipping_late"] for o in orders] == [True, False, True]
    assert orders[0]["shipping_latest"] < orders[0]["created_at"]


def test_without_fake_shipment_an_order_waits_for_its_fulfiller(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place(order={"fake_shipment": False})
    sandbox.clock.advance(600)
    assert merchant.order(key)["status"] == "PROCESSING"


def test_print_files_are_really_fetched_when_asked_to_and_preflight_is_not_faked() -> None:
    with running_sandbox(manual_clock=True, fetch_files=True) as sandbox:
        merchant = Client(sandbox)
        there = {"url": f"{sandbox.url}media/pen-2f6fde.svg"}
        missing = {"url": f"{sandbox.url}media/nothing.svg"}
        keys = [
            merchant.place(order={"fake_preflight": False}, files=[there]),
            merchant.place(order={"fake_preflight": False}, files=[missing]),
            merchant.place(files=[missing]),
        ]
        sandbox.clock.advance(60)
        assert [merchant.order(key)["status"] for key in keys] == ["FINISHED", "CANCELED", "FINISHED"]
        assert "(HTTP 404)" in _texts(merchant.order(keys[1]))[-2]


def test_a_running_clock_moves_orders_by_itself() -> None:
    with running_sandbox(speed=50) as sandbox:
        merchant = Client(sandbox)
        key = merchant.place()
        deadline = time.monotonic() + 10
        while merchant.order(key)["status"] != "FINISHED" and time.monotonic() < deadline:
            time.sleep(0.02)
        assert merchant.order(key)["status"] == "FINISHED"
        assert sandbox.clock.waiting() == 0


def test_history_numbers_rise_across_orders(sandbox: Sandbox, merchant: Client) -> None:
    keys = [merchant.place() for _ in range(3)]
    sandbox.clock.advance(60)
    lines = [line for key in keys for line in merchant.order(key)["histories"]]
    lines.sort(key=lambda line: line["id"])
    assert len({line["id"] for line in lines}) == len(lines)
    assert all(a["created_at"] <= b["created_at"] for a, b in pairwise(lines))
