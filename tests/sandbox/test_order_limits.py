"""What the document forbids is refused with its field, and what it allows is taken."""

from typing import Any

import pytest

from backoffice.sandbox import Sandbox, running_sandbox
from tests.sandbox.client import PRINT_FILE, RECIPIENT, SKU, Client
from tests.sandbox.shapes import sample

INVALID = "The given data was invalid."


def _refused(merchant: Client, **order: Any) -> set[str]:
    answer = merchant.post("v1/orders", **{"recipient": RECIPIENT, **order})
    assert answer.status_code == 422, answer.text
    assert answer.json()["message"] == INVALID
    assert not merchant.sandbox.ledger.orders
    return set(answer.json()["errors"])


@pytest.mark.parametrize(
    ("field", "longest"),
    [
        *((name, 30) for name in ("firstname", "lastname", "company", "street", "care_of", "district", "phone")),
        *((name, 30) for name in ("fax", "mobile", "vat_id", "city")),
        *((name, 50) for name in ("reference", "commercial_register_entry")),
        ("zip", 10),
    ],
)
@pytest.mark.parametrize("role", ["recipient", "shipper", "export"])
def test_an_address_field_may_be_as_long_as_documented_and_no_longer(
    merchant: Client, role: str, field: str, longest: int
) -> None:
    assert _refused(merchant, **{role: RECIPIENT | {field: "ä" * (longest + 1)}}) == {f"{role}.{field}"}
    merchant.draft(**{role: RECIPIENT | {field: "ä" * longest}})


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"zip": "12"}, {"recipient.zip"}),
        ({"zip": None}, {"recipient.zip"}),
        ({"city": "X"}, {"recipient.city"}),
        ({"city": None}, {"recipient.city"}),
        ({"reference": "x"}, {"recipient.reference"}),
        ({"commercial_register_entry": "x"}, {"recipient.commercial_register_entry"}),
        ({"lastname": "", "company": None}, {"recipient.lastname"}),
        ({"email": "sam"}, {"recipient.email"}),
        ({"email": "a" * 250 + "@b.com"}, {"recipient.email"}),
        ({"country_code": None}, {"recipient.country_code"}),
        ({"country_code": "XX"}, {"recipient.country_code"}),
        ({"country_code": "US"}, {"recipient.state_code"}),
        ({"country_code": "US", "state_code": "ZZ"}, {"recipient.state_code"}),
        ({"street": 7}, {"recipient.street"}),
    ],
)
def test_a_faulty_recipient_is_refused_by_field(merchant: Client, change: dict[str, Any], fields: set[str]) -> None:
    assert _refused(merchant, recipient=RECIPIENT | change) == fields


@pytest.mark.parametrize(
    "change",
    [
        {"company": "", "lastname": "Sample"},
        {"company": "Sample", "lastname": None},
        {"street": None, "care_of": "", "vat_id": "", "reference": None},
        {"country_code": "DEU"},
        {"country_code": "US", "state_code": "CA"},
        {"country_code": "GB", "state_code": None},
    ],
)
def test_a_recipient_within_the_limits_is_taken(merchant: Client, change: dict[str, Any]) -> None:
    merchant.draft(recipient=RECIPIENT | change)


def test_an_order_without_recipient_is_refused(merchant: Client) -> None:
    assert _refused(merchant, recipient=None) == {"recipient"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"complaint": "yes"}, "complaint"),
        ({"callback": {"url": "ftp://shop.example/"}}, "callback.url"),
        ({"callback": {"url": "https://shop.example/", "auth": {"magic": 1}}}, "callback.auth"),
        (
            {"callback": {"url": "https://a.example/", "auth": {"basic": {"username": "u"}}}},
            "callback.auth.basic.password",
        ),
        ({"custom_properties": [{"value": "x"}]}, "custom_properties.0.key"),
        ({"files": [{"url": "https://a.example/x.pdf", "type": "invoice"}]}, "files.0.type"),
        ({"files": [{"url": "https://a.example/", "type": "label", "carrier": "pigeon"}]}, "files.0.carrier"),
    ],
)
def test_a_faulty_order_is_refused_by_field(merchant: Client, fields: dict[str, Any], named: str) -> None:
    assert _refused(merchant, **fields) == {named}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sku": "NOPE"}, "sku"),
        ({"sku": None}, "sku"),
        ({"sku": "MP-F2-C0000003"}, "sku"),
        ({"files": []}, "files"),
        ({"files": [{"url": "http://files.example.com/a4.pdf"}]}, "files.0.url"),
        ({"files": [{"url": "https://"}]}, "files.0.url"),
        ({"quantity": None}, "quantity"),
        ({"quantity": 0}, "quantity"),
        ({"quantity": 49}, "quantity"),
        ({"quantity": 5001}, "quantity"),
        ({"quantity": "100"}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"sku": "TESTPRODUCT123", "quantity": 60}, "quantity"),
        ({"sku": "TESTPRODUCT777", "quantity": 25}, "quantity"),
        ({"amazon_custom": [{"url": "https://zme-caps.amazon.com/t/7"}]}, "amazon_custom"),
        ({"designs": [{"id": 77}]}, "designs.0.id"),
        ({"customs": {"origin": "XX"}}, "customs.origin"),
        ({"customs": {"amount": "10.5"}}, "customs.amount"),
    ],
)
def test_a_faulty_item_is_refused_by_field(merchant: Client, change: dict[str, Any], named: str) -> None:
    order = merchant.draft()
    answer = merchant.add(order, **change)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {named})
    assert merchant.order(order)["items"] == []


@pytest.mark.parametrize("quantity", [50, 100, 200])
def test_quantities_of_the_tiers_can_be_ordered(merchant: Client, quantity: int) -> None:
    assert merchant.add(merchant.draft(), sku="TESTPRODUCT123", quantity=quantity).status_code == 201


def test_the_documented_amazon_item_is_refused(merchant: Client) -> None:
    asked = sample("items.create.amazon.request.json") | {"sku": SKU, "quantity": 100}
    answer = merchant.post(f"v1/orders/{merchant.draft()}/items", **asked)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"amazon_custom"})


def test_files_and_designs_cannot_be_combined(merchant: Client) -> None:
    user = merchant.request("POST", "v1/editor_user").json()["editor_user_hash"]
    asked = {"sku": SKU, "editor_user_hash": user, "return_url": "https://shop.example/"}
    design = merchant.post("v1/designs", **asked).json()["id"]
    merchant.request("POST", f"v1/designs/{design}/submit")
    answer = merchant.add(merchant.draft(), designs=[{"id": design}], sku=None)
    assert (answer.status_code, set(answer.json()["errors"])) == (422, {"files"})


def test_an_order_takes_fifty_items_and_no_more(merchant: Client) -> None:
    order = merchant.draft()
    assert {merchant.add(order, reference=str(n)).status_code for n in range(50)} == {201}
    assert merchant.add(order, reference="51").status_code == 422
    assert len(merchant.order(order)["items"]) == 50


def test_an_order_with_documents_takes_one_item(merchant: Client) -> None:
    order = merchant.draft(files=[{"url": "https://shop.example/slip.pdf", "type": "deliverySlip"}])
    assert [merchant.add(order).status_code for _ in range(2)] == [201, 422]


def test_an_empty_order_cannot_be_submitted(merchant: Client) -> None:
    order = merchant.draft()
    assert merchant.submit(order).status_code == 422
    assert merchant.order(order)["histories"][-1]["text"] == "New order created."


def test_an_order_is_submitted_once_and_then_closed_for_items(sandbox: Sandbox, merchant: Client) -> None:
    order = merchant.place()
    assert merchant.submit(order).status_code == 422
    assert merchant.add(order).status_code == 422
    assert len(sandbox.ledger.physical_orders()[0]["items"]) == 1


def test_a_live_system_refuses_the_fake_flags() -> None:
    with running_sandbox(live=True, manual_clock=True) as sandbox:
        merchant = Client(sandbox)
        fakes = {"fake_preflight": True, "fake_shipment": False}
        assert _refused(merchant, **fakes) == set(fakes)
        merchant.draft()


def test_a_body_that_is_no_json_object_is_refused(merchant: Client) -> None:
    for body in (b"{", b"[]", b'"x"', b"[" * 100_000):
        answer = merchant.request("POST", "v1/orders", data=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400


def test_only_json_is_spoken(merchant: Client) -> None:
    assert merchant.request("POST", "v1/orders", data={"reference": "x"}).status_code == 406
    assert merchant.request("GET", "v1/orders", headers={"Accept": "text/xml"}).status_code == 406


def test_stock_goes_down_with_orders_and_up_again_with_cancellation(merchant: Client) -> None:
    def held() -> int:
        return int(merchant.get("v1/inventory", sku="TESTPRODUCT-stock").json()["data"][0]["stock"]["qty"])

    order = merchant.place(sku="TESTPRODUCT-stock", quantity=500, files=None)
    assert held() == 14_000
    merchant.cancel(order)
    assert held() == 14_500
    assert merchant.add(merchant.draft(), sku="TESTPRODUCT-stock", quantity=14_501, files=None).status_code == 422


def test_print_files_may_lie_on_loopback_without_a_certificate(merchant: Client) -> None:
    local = {**PRINT_FILE, "url": "http://127.0.0.1:9/a4.pdf"}
    assert merchant.add(merchant.draft(), files=[local]).status_code == 201
