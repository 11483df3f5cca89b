"""Production orders: made of a merchant's order, written as documented, called back."""

from pathlib import Path
from typing import Any

import pytest
import requests

from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.sandbox.mypromo.production_examples import KINDS
from tests.sandbox.client import SKU, Client
from tests.sandbox.receiver import receiving
from tests.sandbox.shapes import differences, sample


def _make(sandbox: Sandbox, kind: str) -> int:
    (key,) = sandbox.mypromo.examples.make(1, kind=kind)
    return key


def _read(client: Client, key: int) -> dict[str, Any]:
    answer = client.get(f"v1/production_orders/{key}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_order_without_fake_shipment_becomes_a_production_order(
    sandbox: Sandbox, merchant: Client, fulfiller: Client
) -> None:
    shown = {"fake_shipment": False, "reference2": "R2", "express_production": True}
    key = merchant.place(order=shown, sku=SKU, quantity=100)
    assert fulfiller.get("v1/production_orders").json()["data"] == []
    sandbox.clock.advance(6)
    order = merchant.order(key)
    (made,) = fulfiller.get("v1/production_orders").json()["data"]
    same = ("reference", "reference2", "express_production", "shipping_earliest", "shipping_latest", "recipient")
    assert {name: made[name] for name in same} == {name: order[name] for name in same}
    assert (made["order_id"], made["status"], made["generic_label"]) == (key, "PENDING", False)
    (item,) = made["production_order_items"]
    assert (item["sku"], item["quantity"], item["order_item_id"]) == (SKU, 100, order["items"][0]["id"])
    sandbox.clock.advance(10)
    made = _read(fulfiller, made["id"])
    assert made["status"] == made["production_order_items"][0]["status"] == "PROCESSING"
    assert [line["text"] for line in made["histories"]][:2] == [
        "Production-Order created.",
        "Production-Order is now pending.",
    ]


def test_orders_that_are_shipped_by_the_sandbox_reach_no_fulfiller(
    sandbox: Sandbox, merchant: Client, fulfiller: Client
) -> None:
    merchant.place()
    sandbox.clock.advance(60)
    assert fulfiller.get("v1/production_orders").json()["data"] == []


def test_an_order_of_two_fulfillers_is_split(sandbox: Sandbox, merchant: Client, fulfiller: Client) -> None:
    other = Client(sandbox, account="3", secret="sandbox-both-secret")
    numbers = sandbox.mypromo.catalogue.numbers_of(2)
    theirs = next(v for n in numbers for v in sandbox.mypromo.catalogue.product(n).variants if v.has_contract)
    sandbox.mypromo.catalogue.change(theirs.sku, stock=None, active=True)
    order = merchant.draft(fake_shipment=False)
    merchant.add(order)
    added = merchant.add(order, sku=theirs.sku, quantity=theirs.quantities[0], reference="2")
    assert added.ok, added.text
    merchant.submit(order)
    sandbox.clock.advance(10)
    parts = [client.get("v1/production_orders").json()["data"] for client in (fulfiller, other)]
    assert [[item["sku"] for item in part["production_order_items"]] for (part,) in parts] == [[SKU], [theirs.sku]]
    ship = {"carrier": "dhl", "tracking_code": "A"}
    assert fulfiller.post(f"v1/production_orders/{parts[0][0]['id']}/add_shipment", **ship).status_code == 201
    assert merchant.order(order)["status"] == "PROCESSING"
    assert other.post(f"v1/production_orders/{parts[1][0]['id']}/add_shipment", **ship).status_code == 201
    assert merchant.order(order)["status"] == "FINISHED"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_production_order_has_the_documented_shape(
    sandbox: Sandbox, fulfiller: Client, kind: str
) -> None:
    key = _make(sandbox, kind)
    read = _read(fulfiller, key)
    assert differences(sample("production_orders.get.200.json"), read) == []
    assert fulfiller.get("v1/production_orders").json()["data"] == [read]
    assert read["shipping_late"] == int(kind == "late")
    assert isinstance(read["shipping_late"], int)
    assert read["clients"][0]["id"] == "id"
    sandbox.settings.change(client_id_is_word=False)
    assert _read(fulfiller, key)["clients"][1]["id"] == 1


def test_the_list_has_the_documented_shape_and_at_most_15_a_page(sandbox: Sandbox, fulfiller: Client) -> None:
    made = sandbox.mypromo.examples.make(len(KINDS) * 2)
    listed = fulfiller.get("v1/production_orders", per_page=100).json()
    assert differences(sample("production_orders.list.200.json"), listed) == []
    assert (len(listed["data"]), listed["meta"]["total"]) == (15, len(made))
    everything = fulfiller.get("v1/production_orders", pagination="false").json()["data"]
    assert [row["id"] for row in everything] == made
    assert any(len(row["production_order_items"]) == 3 for row in everything)
    assert any(row["complaint"] for row in everything)


def test_production_orders_are_found_by_day(sandbox: Sandbox, fulfiller: Client) -> None:
    first = _make(sandbox, "plain")
    today = sandbox.clock.now().date().isoformat()
    sandbox.clock.advance(3 * 86_400)
    last = sandbox.clock.now().date().isoformat()
    second = _make(sandbox, "plain")

    def found(**query: str) -> list[int]:
        return [row["id"] for row in fulfiller.get("v1/production_orders", **query).json()["data"]]

    assert found(created_to=today) == [first]
    assert found(created_from=last) == found(updated_from=last) == [second]
    assert fulfiller.get("v1/production_orders", created_from="22.11.2026").status_code == 422


def test_production_orders_are_their_fulfillers_alone(sandbox: Sandbox, merchant: Client, fulfiller: Client) -> None:
    key = _make(sandbox, "label")
    other = Client(sandbox, account="3", secret="sandbox-both-secret")
    label = _read(fulfiller, key)["files"][1]["url"].removeprefix(sandbox.url)
    for path in (f"v1/production_orders/{key}", f"v1/production_orders/{key}/generic_label", label):
        assert merchant.get(path).status_code == 403
        assert other.get(path).status_code == 404
    assert other.post(f"v1/production_orders/{key}/add_shipment", carrier="dhl", tracking_code="1").status_code == 404
    assert not sandbox.ledger.label_downloads()
    assert not sandbox.ledger.shipments()


def test_files_are_protected_pdfs(sandbox: Sandbox, fulfiller: Client) -> None:
    made = [_read(fulfiller, key) for key in sandbox.mypromo.examples.make(len(KINDS))]
    files = [f for row in made for f in row["files"] if f["type"] == "deliverySlip"]
    files += [f for row in made for item in row["production_order_items"] for f in item["files"]]
    assert len(files) > len(KINDS)
    for file in files:
        path = file["url"].removeprefix(sandbox.url)
        answer = fulfiller.get(path)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF-")
        assert answer.content.rstrip().endswith(b"%%EOF")
        assert fulfiller.get(path).content == answer.content
        assert fulfiller.request("GET", path, headers={"Authorization": ""}).status_code == 401
    assert not sandbox.ledger.label_downloads()
    assert fulfiller.get("v1/download/999/p/1").status_code == 404
    assert fulfiller.get("v1/download/999/poi/1").status_code == 404
    assert fulfiller.get("v1/1/nolabel").status_code == 404


def test_a_fulfiller_sees_the_previews_of_the_designs_it_makes(sandbox: Sandbox, fulfiller: Client) -> None:
    (item,) = _read(fulfiller, _make(sandbox, "design"))["production_order_items"]
    (design,) = item["designs"]
    assert (item["type"], len(item["files"])) == ("DESIGNS", 1)
    assert fulfiller.get(design["preview_url"].removeprefix(sandbox.url)).content.startswith(b"%PDF-")
    assert fulfiller.get(f"v1/designs/{design['id'] + 1}/preview").status_code == 404


def test_merchants_files_on_loopback_are_passed_on(sandbox: Sandbox, merchant: Client, fulfiller: Client) -> None:
    with receiving() as receiver:
        receiver.files["/print.pdf"] = b"%PDF-1.7 mine"
        sandbox.settings.change(fetch_files=True)
        file = {"url": receiver.url.replace("/callback", "/print.pdf"), "auth": {"header": "Bearer x"}}
        merchant.place(order={"fake_shipment": False}, files=[file])
        sandbox.clock.advance(10)
        (made,) = fulfiller.get("v1/production_orders").json()["data"]
        url = made["production_order_items"][0]["files"][0]["url"]
        assert fulfiller.get(url.removeprefix(sandbox.url)).content == b"%PDF-1.7 mine"
        assert receiver.fetched == [("/print.pdf", "Bearer x")]
        del receiver.files["/print.pdf"]
        assert fulfiller.get(url.removeprefix(sandbox.url)).status_code == 400


def test_the_fulfiller_is_called_back_on_every_change_of_state(sandbox: Sandbox, fulfiller: Client) -> None:
    with receiving() as receiver:
        sandbox.settings.change(fulfiller_callback_url=receiver.url, fulfiller_callback_auth={"header": "X-Key: k"})
        key = _make(sandbox, "plain")
        sandbox.clock.advance(10)
        assert sandbox.callbacks.wait()
        fulfiller.post(f"v1/production_orders/{key}/add_shipment", carrier="ups", tracking_code="1Z1")
        assert sandbox.callbacks.wait()
        read = _read(fulfiller, key)
        sandbox.clock.advance(60)
        assert sandbox.callbacks.wait()
    # Those of one moment may overtake one another.
    assert sorted(receiver.statuses()[:2]) == ["PENDING", "PROCESSING"]
    assert receiver.statuses()[2:] == ["FINISHED"]
    assert [headers["X-Key"] for headers in receiver.headers] == ["k"] * 3
    assert read["histories"].pop()["text"] == f"Callback for production order #{key} sent. (HTTP 200)"
    assert receiver.bodies[-1] == read


def test_production_orders_are_made_and_given_up_over_http(sandbox: Sandbox, fulfiller: Client) -> None:
    url = sandbox.control_url + "production_orders"
    made = requests.post(url, json={"count": 3, "kind": "label"}, timeout=10).json()["ids"]
    assert [row["id"] for row in requests.get(url, timeout=10).json()] == made
    assert requests.post(url, json={"kind": "magic"}, timeout=10).status_code == 400
    assert requests.post(f"{url}/{made[0]}", json={"cancel": True}, timeout=10).status_code == 200
    assert _read(fulfiller, made[0])["status"] == "CANCELED"
    order = sandbox.mypromo.production.held[made[0]]["order_id"]
    assert sandbox.mypromo.store.held[order]["status"] == "CANCELED"
    refused = fulfiller.post(f"v1/production_orders/{made[0]}/add_shipment", carrier="ups", tracking_code="1Z1")
    assert refused.status_code == 422
    values = requests.get(sandbox.control_url + "values", params={"sku": SKU}, timeout=10).json()
    assert values["purchase_prices"]
    assert requests.get(sandbox.control_url + "jobs", timeout=10).json() == []


def test_a_second_run_goes_on_with_production_orders(tmp_path: Path) -> None:
    state = tmp_path / "mypromo.json"
    account = {"account": "2", "secret": "sandbox-fulfiller-secret"}
    with running_sandbox(manual_clock=True, state=state, late_every=0) as first:
        fulfiller = Client(first, **account)
        first.mypromo.examples.make(len(KINDS))
        fulfiller.get("v1/production_orders/6/generic_label")
        shipped = fulfiller.post("v1/production_orders/1/add_shipment", carrier="ups", tracking_code="1Z1")
        assert shipped.status_code == 201
        before = fulfiller.get("v1/production_orders", per_page=15).text.replace(first.url, "")
        ledger = first.ledger.as_dict()
    with running_sandbox(manual_clock=True, state=state, late_every=0) as second:
        fulfiller.sandbox = second
        after = fulfiller.get("v1/production_orders", per_page=15).text
        assert after.replace(second.url, "").replace(first.url, "") == before  # a design keeps its first address
        assert {**second.ledger.as_dict(), "requests": 0} == {**ledger, "requests": 0, "busiest_minute": 1}
        second.clock.advance(60)
        assert _read(fulfiller, 2)["status"] == "PROCESSING"
        assert _read(fulfiller, 1)["shipments"][0]["delivered"] is True
        assert _make(second, "plain") == len(KINDS) + 1


def test_the_examples_are_as_awkward_as_real_orders(sandbox: Sandbox, fulfiller: Client) -> None:
    made = [_read(fulfiller, key) for key in sandbox.mypromo.examples.make(len(KINDS) * 4)]
    items = [item for row in made for item in row["production_order_items"]]
    assert {item["type"] for item in items} == {"FILES", "DESIGNS", "STOCK"}
    assert max(len(item["name"]) for item in items) > 100
    assert len({row["recipient"]["country_code"] for row in made}) == 4
    assert max(len(row["recipient"]["street"]) for row in made) == 30
    assert {f["type"] for row in made for f in row["files"]} == {"deliverySlip", "label", "labelGeneric"}
    assert sandbox.mypromo.examples.make(2, fulfiller=2)
