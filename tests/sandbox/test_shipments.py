"""Labels and parcels: every rule of the contract, and the ledger that counts physical effects."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from backoffice.sandbox import Sandbox
from tests.sandbox.client import SKU, Client
from tests.sandbox.receiver import receiving
from tests.sandbox.shapes import differences, sample

LABELS_FIRST = sample("production_orders.add_shipment.400-1.json")
DOWNLOAD_FIRST = sample("production_orders.add_shipment.400-2.json")


def _make(sandbox: Sandbox, kind: str, **options: Any) -> int:
    (key,) = sandbox.mypromo.examples.make(1, kind=kind, **options)
    return key


def _read(client: Client, key: int) -> dict[str, Any]:
    return dict(client.get(f"v1/production_orders/{key}").json())


def _ship(client: Client, key: int, carrier: str = "UPS", code: str = "1Z1", **fields: Any) -> tuple[int, Any]:
    answer = client.post(f"v1/production_orders/{key}/add_shipment", carrier=carrier, tracking_code=code, **fields)
    return answer.status_code, answer.json()


def _labels(client: Client, key: int) -> list[dict[str, Any]]:
    return [f for f in _read(client, key)["files"] if f["type"] == "label"]


def _download(client: Client, label: dict[str, Any]) -> bytes:
    answer = client.get(label["url"].removeprefix(client.sandbox.url))
    assert answer.status_code == 200, answer.text
    return answer.content


def test_a_parcel_without_items_ships_the_whole_and_finishes_both_orders(
    sandbox: Sandbox, merchant: Client, fulfiller: Client
) -> None:
    order = merchant.place(order={"fake_shipment": False})
    sandbox.clock.advance(10)
    request = sample("production_orders.add_shipment.request.json")
    del request["production_order_items"]
    answer = fulfiller.post("v1/production_orders/1/add_shipment", **request)
    assert answer.status_code == 201
    assert differences(sample("production_orders.add_shipment.201.json"), answer.json()) == []
    assert (answer.json()["delivered"], answer.json()["delivery_late"]) == (None, None)
    made = _read(fulfiller, 1)
    assert differences(sample("production_orders.get.200.json"), made) == []
    assert made["status"] == made["production_order_items"][0]["status"] == "FINISHED"
    (shipment,) = made["shipments"]
    assert (shipment["tracking_id"], shipment["carrier"], shipment["delivered"]) == ("1Z123891378124", "ups", False)
    read = merchant.order(order)
    assert differences(sample("orders.get.200.json"), read) == []
    assert read["status"] == read["items"][0]["status"] == "FINISHED"
    (parcel,) = read["shipments"]
    assert (parcel["id"], parcel["carrier"], parcel["tracking_id"]) == (shipment["id"], "UPS", "1Z123891378124")
    assert [(i["id"], i["quantity"]) for i in parcel["items"]] == [(read["items"][0]["id"], 100)]
    sandbox.clock.advance(10)
    assert merchant.order(order)["shipments"][0]["delivered"] is True
    assert _read(fulfiller, 1)["shipments"][0]["delivered"] is True


def test_the_merchant_is_called_back_for_each_parcel(sandbox: Sandbox, merchant: Client, fulfiller: Client) -> None:
    with receiving() as receiver:
        merchant.place(order={"fake_shipment": False, "callback": {"url": receiver.url}})
        sandbox.clock.advance(10)
        _ship(fulfiller, 1, production_order_items=[{"id": 1, "quantity": 60}])
        assert sandbox.callbacks.wait()
        _ship(fulfiller, 1, code="1Z2", production_order_items=[{"id": 1, "quantity": 40}])
        assert sandbox.callbacks.wait()
    assert receiver.statuses()[:2] == ["PROCESSING", "PROCESSING"]
    assert sorted(receiver.statuses()[2:]) == ["FINISHED", "PROCESSING"]
    assert max(len(body["shipments"]) for body in receiver.bodies) == 2


def test_parts_are_shipped_up_to_the_remaining_quantity(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "plain")
    (item,) = _read(fulfiller, key)["production_order_items"]
    quantity = item["quantity"]
    part = [{"id": item["id"], "quantity": quantity - 1}]
    assert _ship(fulfiller, key, production_order_items=part)[0] == 201
    assert _read(fulfiller, key)["status"] == "PENDING"
    status, answer = _ship(fulfiller, key, code="1Z2", production_order_items=part)
    sentence = sample("production_orders.add_shipment.400-3.json")["message"]
    expected = sentence.replace("#61", f"#{item['id']}").replace("'5'", "'1'")
    assert (status, answer) == (400, {"message": expected})
    assert _ship(fulfiller, key, code="1Z2", production_order_items=part, force=True)[0] == 201
    assert _read(fulfiller, key)["status"] == "FINISHED"
    shipped = [s["items"][0]["quantity"] for s in sandbox.ledger.shipments()]
    assert shipped == [quantity - 1, quantity - 1]


def test_a_further_parcel_needs_items(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "plain")
    assert _ship(fulfiller, key)[0] == 201
    status, answer = _ship(fulfiller, key, code="1Z2", force=True)
    assert status == 400
    assert "production_order_items" in answer["message"]
    assert len(sandbox.ledger.shipments()) == 1


def test_supplied_labels_come_first_and_have_to_be_downloaded(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "two_labels")
    first, second = _labels(fulfiller, key)
    assert (first["carrier"], first["status"]) == ("ups", "PENDING")
    (item,) = _read(fulfiller, key)["production_order_items"]
    one: dict[str, Any] = {"production_order_items": [{"id": item["id"], "quantity": 1}]}
    assert _ship(fulfiller, key, code="OWN", **one) == (400, LABELS_FIRST)
    assert _ship(fulfiller, key, "dhl", first["tracking_code"], **one) == (400, LABELS_FIRST)
    assert _ship(fulfiller, key, code=first["tracking_code"], **one) == (400, DOWNLOAD_FIRST)
    assert _ship(fulfiller, key, code=first["tracking_code"], force=True, **one) == (400, DOWNLOAD_FIRST)
    content = _download(fulfiller, first)
    assert content.startswith(b"%PDF-")
    assert first["tracking_code"].encode() in content
    assert b"/MediaBox [0 0 298 420]" in content
    assert _labels(fulfiller, key)[0]["status"] == "DOWNLOADED"
    assert _ship(fulfiller, key, code=first["tracking_code"], **one)[0] == 201
    assert _ship(fulfiller, key, code="OWN", **one) == (400, LABELS_FIRST)
    _download(fulfiller, second)
    assert _ship(fulfiller, key, code=second["tracking_code"].lower(), **one) == (400, LABELS_FIRST)
    assert _ship(fulfiller, key, code=second["tracking_code"], **one)[0] == 201
    assert _ship(fulfiller, key, code="OWN", **one)[0] == 201
    assert [s["tracking_code"] for s in sandbox.ledger.shipments()] == [
        first["tracking_code"],
        second["tracking_code"],
        "OWN",
    ]


def test_force_leaves_supplied_labels_unused(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "label")
    assert _ship(fulfiller, key, code="OWN", force=True)[0] == 201
    assert sandbox.ledger.shipments()[0]["force"] is True
    assert not sandbox.ledger.label_downloads()


def test_a_label_without_carrier_and_code_is_assigned(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "open_label")
    (label,) = _labels(fulfiller, key)
    assert (label["carrier"], label["tracking_code"]) == (None, None)
    assert _ship(fulfiller, key, "dhl", "MINE") == (400, DOWNLOAD_FIRST)
    _download(fulfiller, label)
    assert _ship(fulfiller, key, "dhl", "MINE")[0] == 201
    (label,) = _labels(fulfiller, key)
    assert (label["carrier"], label["tracking_code"]) == ("dhl", "MINE")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("carrier", None),
        ("carrier", "pigeon"),
        ("carrier", "royal-mail"),  # known, not available
        ("tracking_code", None),
        ("tracking_code", 5),
        ("height", "30"),
        ("weight", -1),
        ("force", "yes"),
        ("production_order_items", [{"id": 999, "quantity": 1}]),
        ("production_order_items", [{"id": [], "quantity": 1}]),
        ("production_order_items", [{"id": 1, "quantity": 0}]),
        ("production_order_items", [{"id": 1, "quantity": True}]),
        ("production_order_items", {}),
    ],
)
def test_what_makes_no_sense_ships_nothing(sandbox: Sandbox, fulfiller: Client, field: str, value: Any) -> None:
    key = _make(sandbox, "plain")
    body = {"carrier": "UPS", "tracking_code": "1Z1", field: value}
    answer = fulfiller.post(f"v1/production_orders/{key}/add_shipment", **body)
    assert answer.status_code == 422
    assert next(iter(answer.json()["errors"])).startswith(field)
    assert not sandbox.ledger.shipments()
    assert _read(fulfiller, key)["shipments"] == []


def test_a_code_is_used_once_in_three_months_with_a_carrier(sandbox: Sandbox, fulfiller: Client) -> None:
    one, two, three, four = (_make(sandbox, "plain") for _ in range(4))
    assert _ship(fulfiller, one)[0] == 201
    assert _ship(fulfiller, two)[0] == 400
    assert _ship(fulfiller, two, "dhl")[0] == 201
    sandbox.settings.change(tracking_reusable=True)
    assert _ship(fulfiller, three)[0] == 201
    sandbox.settings.change(tracking_reusable=False)
    sandbox.clock.advance(91 * 86_400)
    assert _ship(fulfiller, four)[0] == 201


def test_the_name_of_the_tracking_field_can_be_the_other_one(sandbox: Sandbox, fulfiller: Client) -> None:
    path = f"v1/production_orders/{_make(sandbox, 'plain')}/add_shipment"
    assert fulfiller.post(path, carrier="ups", tracking_id="1Z1").status_code == 422
    sandbox.settings.change(tracking_name="tracking_id")
    assert fulfiller.post(path, carrier="ups", tracking_code="1Z1").status_code == 422
    sandbox.settings.change(tracking_name="either")
    assert fulfiller.post(path, carrier="ups", tracking_id="1Z1").json()["tracking_code"] == "1Z1"


def test_each_download_of_a_label_is_counted(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "two_labels")
    first, second = _labels(fulfiller, key)
    assert len({_download(fulfiller, first) for _ in range(3)}) == 1
    assert sandbox.ledger.label_downloads() == {first["id"]: 3}
    assert sandbox.ledger.as_dict()["label_downloads"] == {first["id"]: 3}
    nobody = fulfiller.request("GET", second["url"].removeprefix(sandbox.url), headers={"Authorization": ""})
    assert nobody.status_code == 401
    assert sandbox.ledger.label_downloads() == {first["id"]: 3}


def test_a_download_whose_answer_is_lost_counts_all_the_same(sandbox: Sandbox, fulfiller: Client) -> None:
    (label,) = _labels(fulfiller, _make(sandbox, "label"))
    sandbox.faults.add("truncated", path="^v1/1/", times=1)
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        _download(fulfiller, label)
    assert sandbox.ledger.label_downloads() == {label["id"]: 1}


def test_a_generic_label_exists_only_where_it_is_announced(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "plain")
    answer = fulfiller.get(f"v1/production_orders/{key}/generic_label")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not found."})
    assert not sandbox.ledger.generic_labels()


def test_a_generic_label_is_written_as_documented_and_counted(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "generic")
    assert [(f["type"], f["status"]) for f in _read(fulfiller, key)["files"]] == [("labelGeneric", "PENDING")]
    path = f"v1/production_orders/{key}/generic_label"
    answers = [fulfiller.get(path) for _ in range(2)]
    assert [a.status_code for a in answers] == [200, 200]
    label = answers[0].json()
    assert label == answers[1].json()
    assert differences(sample("production_orders.generic_label.200.json"), label) == []
    assert label["status"] == "DOWNLOADED"
    assert sandbox.ledger.generic_labels() == {key: 2}
    assert not sandbox.ledger.label_downloads()
    assert label["tracking_code"].encode() in _download(fulfiller, label)
    assert sandbox.ledger.label_downloads() == {label["id"]: 1}
    files = _read(fulfiller, key)["files"]
    assert [(f["type"], f["status"]) for f in files] == [("labelGeneric", "FORWARDING"), ("label", "DOWNLOADED")]
    assert _ship(fulfiller, key, "ups", "OWN") == (400, LABELS_FIRST)
    assert _ship(fulfiller, key, label["carrier"], label["tracking_code"])[0] == 201


def test_own_labels_may_be_used_instead_of_the_generic_one(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "generic")
    assert _ship(fulfiller, key, "ups", "OWN")[0] == 201
    assert not sandbox.ledger.generic_labels()


def test_the_merchant_is_asked_once_for_its_generic_label(sandbox: Sandbox, fulfiller: Client) -> None:
    with receiving() as receiver:
        home = receiver.url.removesuffix("/callback")
        answer = f'{{"url": "{home}/label.pdf", "carrier": "UPS", "tracking_code": "1ZGENERIC"}}'
        receiver.files |= {"/label": answer.encode(), "/label.pdf": b"%PDF-1.7 theirs"}
        key = _make(sandbox, "generic", generic_url=f"{home}/label")
        label = fulfiller.get(f"v1/production_orders/{key}/generic_label").json()
        fulfiller.get(f"v1/production_orders/{key}/generic_label")
        assert (label["carrier"], label["tracking_code"]) == ("ups", "1ZGENERIC")
        assert _download(fulfiller, label) == b"%PDF-1.7 theirs"
    assert [path for path, _ in receiver.fetched] == ["/label", "/label.pdf"]


@pytest.mark.parametrize("answer", [None, b"{", b"[]", b'{"url": "x", "carrier": "pigeon", "tracking_code": "1"}'])
def test_a_merchant_without_a_usable_generic_label_is_a_refusal(
    sandbox: Sandbox, fulfiller: Client, answer: bytes | None
) -> None:
    with receiving() as receiver:
        if answer is not None:
            receiver.files["/label"] = answer
        key = _make(sandbox, "generic", generic_url=receiver.url.replace("/callback", "/label"))
        refused = fulfiller.get(f"v1/production_orders/{key}/generic_label")
    assert refused.status_code == 400
    assert not sandbox.ledger.generic_labels()
    assert [f["type"] for f in _read(fulfiller, key)["files"]] == ["labelGeneric"]


def test_parcels_reported_at_once_never_exceed_what_was_ordered(sandbox: Sandbox, fulfiller: Client) -> None:
    key = _make(sandbox, "plain")
    (item,) = _read(fulfiller, key)["production_order_items"]
    items = [{"id": item["id"], "quantity": item["quantity"]}]

    def ship(number: int) -> int:
        client = Client(sandbox, account="2", secret="sandbox-fulfiller-secret")
        return _ship(client, key, code=f"1Z{number}", production_order_items=items)[0]

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(ship, range(8)))
    assert statuses == [201] + [400] * 7
    assert len(sandbox.ledger.shipments()) == 1


def test_a_merchants_own_documents_reach_the_fulfiller(sandbox: Sandbox, merchant: Client, fulfiller: Client) -> None:
    files = [
        {"url": "https://shop.example/slip.pdf", "type": "deliverySlip"},
        {"url": "https://shop.example/l.pdf", "type": "label", "carrier": "dhl", "tracking_code": "0034"},
    ]
    merchant.place(order={"fake_shipment": False, "files": files}, sku=SKU)
    sandbox.clock.advance(10)
    slip, label = _read(fulfiller, 1)["files"]
    assert (slip["type"], slip["status"], slip["carrier"]) == ("deliverySlip", "DOWNLOADED", None)
    assert (label["carrier"], label["tracking_code"], label["status"]) == ("dhl", "0034", "PENDING")
