"""The ledger is the judge: it counts what a real vendor would have charged for."""

from concurrent.futures import ThreadPoolExecutor

from backoffice.sandbox import Sandbox
from tests.sandbox.client import PRINT_FILE, SKU, Client


def test_a_submitted_order_is_held_with_its_lines_and_files(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place(order={"reference": "WEB-7", "reference2": "intent-1"})
    (held,) = sandbox.ledger.physical_orders()
    assert (held["id"], held["reference"], held["reference2"]) == (key, "WEB-7", "intent-1")
    (item,) = held["items"]
    assert (item["sku"], item["quantity"], item["reference"]) == (SKU, 100, "1")
    assert item["files"] == [PRINT_FILE["url"]]
    assert held["created_at"] <= held["submitted_at"]


def test_drafts_and_cancelled_orders_are_not_physical(sandbox: Sandbox, merchant: Client) -> None:
    merchant.draft()
    cancelled, kept = merchant.place(), merchant.place()
    merchant.cancel(cancelled)
    assert [o["id"] for o in sandbox.ledger.physical_orders()] == [kept]
    assert len(sandbox.ledger.orders) == 3
    assert sandbox.ledger.orders[cancelled]["canceled_at"]


def test_the_ledger_follows_the_state_and_never_forgets(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.place()
    sandbox.clock.advance(60)
    assert sandbox.ledger.orders[key]["state"] == "FINISHED"
    states = [e["state"] for e in sandbox.ledger.events if e["event"] == "state"]
    assert states == ["PREFLIGHT", "READY", "PROCESSING", "FINISHED"]
    assert [e["event"] for e in sandbox.ledger.events][:3] == ["created", "item", "submitted"]


def test_refused_items_leave_nothing(sandbox: Sandbox, merchant: Client) -> None:
    key = merchant.draft()
    merchant.add(key, sku="SANDBOX-NO-CONTRACT")
    assert sandbox.ledger.orders[key]["items"] == []
    assert sandbox.ledger.total("POST v1/orders/{id}/items 400") == 1


def test_requests_are_counted_by_method_path_and_status(sandbox: Sandbox, merchant: Client) -> None:
    for key in (merchant.draft(), merchant.draft(), 999):
        merchant.get(f"v1/orders/{key}")
    assert sandbox.ledger.total("GET v1/orders/{id} 200") == 2
    assert sandbox.ledger.total("GET v1/orders/{id} 404") == 1
    assert sandbox.ledger.total("GET v1/orders/{id}") == 3
    assert sandbox.ledger.total("POST v1/orders 201") == 2
    assert sandbox.ledger.total("POST oauth/token") == 1


def test_many_callers_at_once_are_all_counted(sandbox: Sandbox, merchant: Client) -> None:
    def order_some(worker: int) -> list[int]:
        client = Client(sandbox)
        return [client.place(order={"reference": f"W{worker}-{n}"}) for n in range(10)]

    with ThreadPoolExecutor(8) as pool:
        keys = [key for found in pool.map(order_some, range(8)) for key in found]
    assert sorted(keys) == list(range(1, 81))
    held = sandbox.ledger.physical_orders()
    assert len({o["reference"] for o in held}) == len(held) == 80
    assert all(len(o["items"]) == 1 for o in held)
    assert len({o["items"][0]["id"] for o in held}) == 80


def test_orders_are_found_by_exact_reference(sandbox: Sandbox, merchant: Client) -> None:
    for reference in ("WEB-1", "WEB-10", "WEB-1"):
        merchant.draft(reference=reference, reference2=reference.lower())
    assert [o["id"] for o in merchant.get("v1/orders", reference="WEB-1").json()["data"]] == [1, 3]
    assert [o["id"] for o in merchant.get("v1/orders", reference2="web-10").json()["data"]] == [2]
    sandbox.settings.reference_filter = "loose"
    assert len(merchant.get("v1/orders", reference="web-1").json()["data"]) == 3
    sandbox.settings.reference_filter = "ignored"
    assert len(merchant.get("v1/orders", reference="nothing").json()["data"]) == 3


def test_orders_are_found_by_day(sandbox: Sandbox, merchant: Client) -> None:
    merchant.draft()
    today = sandbox.clock.now().date().isoformat()
    sandbox.clock.advance(3 * 86_400)
    later = merchant.draft()
    assert [o["id"] for o in merchant.get("v1/orders", created_to=today).json()["data"]] == [1]
    last = sandbox.clock.now().date().isoformat()
    assert [o["id"] for o in merchant.get("v1/orders", updated_from=last).json()["data"]] == [later]
    assert merchant.get("v1/orders", created_from="22.11.2026").status_code == 422


def test_pictures_are_neither_counted_nor_hit_by_faults(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.faults.add("status", status=500)
    sandbox.settings.rate_limit = 1
    busiest = sandbox.ledger.busiest_minute
    assert [merchant.get("media/pen-2f6fde.svg").status_code for _ in range(3)] == [200, 200, 200]
    assert sandbox.ledger.busiest_minute == busiest
    assert sandbox.ledger.total("GET media/pen-2f6fde.svg 200") == 0
