"""Every answer has the keys and types of the documented example."""

from typing import Any

import pytest

from backoffice.sandbox import Sandbox
from tests.sandbox.client import PRINT_FILE, RECIPIENT, SKU, Client
from tests.sandbox.shapes import differences, sample

AUTH = {"oauth2": {"client_id": "id", "client_secret": "x", "auth_url": "https://shop.example/auth"}}
AUTH["oauth2"]["grant_type"] = "client_credentials"


def _documented_order() -> dict[str, Any]:
    order = sample("orders.create.request.json")
    order["reference"] = "WEB-1"
    for role in ("shipper", "recipient", "export"):
        order[role]["reference"] = "ref"
    order["fake_preflight"] = order["fake_shipment"] = True
    return dict(order)


@pytest.mark.parametrize(
    ("path", "example"),
    [
        ("v1/status", "status.200.json"),
        ("v1/products?lang=DE", "products.list.merchant.200.json"),
        ("v1/inventory", "inventory.list.merchant.200.json"),
        ("v1/prices", "prices.list.merchant.200.json"),
        ("v1/seo", "seo.list.200.json"),
        ("v1/countries?per_page=15", "countries.list.200.json"),
        ("v1/states?per_page=15", "states.list.200.json"),
        ("v1/carriers?per_page=15", "carriers.list.200.json"),
        ("v1/countries/50", "countries.get.0.json"),
        ("v1/states/2", "states.get.0.json"),
        ("v1/carriers/8", "carriers.get.0.json"),
        ("v1/products/1", "products.get.200.json"),
    ],
)
def test_reads_have_the_documented_shape(merchant: Client, path: str, example: str) -> None:
    answer = merchant.get(path)
    assert answer.status_code == 200
    assert differences(sample(example), answer.json()) == []


def test_every_product_of_the_catalogue_has_the_documented_shape(merchant: Client) -> None:
    example = sample("products.list.merchant.200.json")["data"][0]
    products = merchant.get("v1/products", pagination="false", lang="DE").json()["data"]
    assert len(products) > 60
    assert [line for product in products for line in differences(example, product)] == []


def test_every_product_by_id_has_the_documented_shape(merchant: Client) -> None:
    example = sample("products.get.200.json")
    answers = [merchant.get(f"v1/products/{key}").json() for key in range(1, 81)]
    assert [line for answer in answers for line in differences(example, answer)] == []


def test_the_first_pages_of_countries_and_carriers_are_the_documented_ones(merchant: Client) -> None:
    for path, name in (("v1/countries", "countries"), ("v1/states", "states"), ("v1/carriers", "carriers")):
        answer = merchant.get(path, per_page=15).json()
        assert answer["data"] == sample(f"{name}.list.200.json")["data"]
    for path, name in (("v1/countries/50", "countries"), ("v1/states/2", "states")):
        assert merchant.get(path).json() == sample(f"{name}.get.0.json")


def test_the_token_answers_are_the_documented_ones(sandbox: Sandbox, merchant: Client) -> None:
    request = sample("token.request.json")
    refused = merchant.post("oauth/token", **request)
    assert (refused.status_code, refused.json()) == (401, sample("token.401.json"))
    right = {"client_id": "1", "client_secret": "sandbox-merchant-secret"}
    answer = merchant.post("oauth/token", **{**request, **right})
    assert differences(sample("token.200.json"), answer.json()) == []
    assert answer.json()["expires_in"] == sample("token.200.json")["expires_in"]


def test_the_life_of_the_documented_order_is_written_as_documented(sandbox: Sandbox, merchant: Client) -> None:
    created = merchant.post("v1/orders", **_documented_order())
    assert (created.status_code, differences(sample("orders.create.201.json"), created.json())) == (201, [])
    order = created.json()["id"]

    asked = sample("items.create.files.request.json") | {"reference": "1"}
    item = merchant.post(f"v1/orders/{order}/items", **asked)
    assert (item.status_code, differences(sample("items.create.files.201.json"), item.json())) == (201, [])

    submitted = merchant.submit(order)
    assert (submitted.status_code, differences(sample("orders.submit.200.json"), submitted.json())) == (200, [])

    sandbox.clock.advance(60)
    read = merchant.get(f"v1/orders/{order}")
    assert differences(sample("orders.get.200.json"), read.json()) == []
    assert len(read.json()["shipments"]) == 1
    listed = merchant.get("v1/orders", reference="WEB-1")
    assert differences(sample("orders.list.200.json"), listed.json()) == []
    assert listed.json()["data"][0]["shipments"]


def test_answers_never_echo_credentials(merchant: Client) -> None:
    files = [{"url": "https://shop.example/slip.pdf", "type": "deliverySlip"}]
    files[0]["auth"] = {"basic": {"username": "slip-user", "password": "slip-secret"}}  # type: ignore[assignment]
    callback = {"url": "https://shop.example/cb", "auth": {"header": "X-Secret: hook-secret"}}
    order = merchant.draft(files=files, callback=callback)
    item_file = {**PRINT_FILE, "auth": {"basic": {"username": "print-user", "password": "print-secret"}}}
    merchant.add(order, files=[item_file])
    everything = merchant.get("v1/orders").text + merchant.get(f"v1/orders/{order}").text
    assert not [word for word in ("slip-", "hook-secret", "print-user", "print-secret") if word in everything]
    assert merchant.get("v1/orders").json()["data"][0]["items"][0]["files"][0]["authType"] == "basic"


def test_a_cancelled_order_is_written_as_documented(merchant: Client) -> None:
    order = merchant.post("v1/orders", **_documented_order()).json()["id"]
    answer = merchant.cancel(order)
    assert (answer.status_code, differences(sample("orders.cancel.200.json"), answer.json())) == (200, [])
    assert not {"callback", "generic_label", "custom_properties"} & answer.json().keys()


def test_an_order_in_production_cannot_be_cancelled(sandbox: Sandbox, merchant: Client) -> None:
    order = merchant.place()
    sandbox.clock.advance(60)
    before = merchant.order(order)
    answer = merchant.cancel(order)
    assert (answer.status_code, answer.json()) == (422, sample("orders.cancel.422.json"))
    assert merchant.order(order) == before


def test_designs_are_written_as_documented(sandbox: Sandbox, merchant: Client) -> None:
    user = merchant.request("POST", "v1/editor_user")
    assert (user.status_code, differences(sample("editor_user.create.201.json"), user.json())) == (201, [])
    asked = sample("designs.create.request.json") | user.json()
    created = merchant.post("v1/designs", **asked)
    assert (created.status_code, differences(sample("designs.create.201-2.json"), created.json())) == (201, [])
    design = created.json()["id"]
    assert created.json()["return_url"].endswith(f"/{design}/add/upload/{asked['editor_user_hash']}/upload/{design}")
    read = merchant.get(f"v1/designs/{design}").json()
    assert differences(sample("designs.get.200.json"), read) == []
    assert merchant.get(f"v1/designs/{design}/preview").content.startswith(b"%PDF-")

    order = merchant.draft()
    line = sample("items.create.design.request.json") | {"reference": "1", "designs": [{"id": str(design)}]}
    early = merchant.post(f"v1/orders/{order}/items", **line)
    assert early.status_code == 422
    submitted = merchant.request("POST", f"v1/designs/{design}/submit")
    assert differences(sample("designs.submit.200.json"), submitted.json()) == []
    added = merchant.post(f"v1/orders/{order}/items", **line)
    assert (added.status_code, differences(sample("items.create.design.201.json"), added.json())) == (201, [])
    assert added.json()["sku"] == SKU


def test_an_unknown_sku_refuses_the_design_as_documented(merchant: Client) -> None:
    user = merchant.request("POST", "v1/editor_user").json()["editor_user_hash"]
    asked = {"sku": "NOPE", "editor_user_hash": user, "return_url": "https://shop.example/"}
    answer = merchant.post("v1/designs", **asked)
    assert (answer.status_code, answer.json()) == (422, sample("designs.create.422.json"))


def test_stock_items_are_written_as_documented(merchant: Client) -> None:
    order = merchant.draft()
    asked = sample("items.create.stock.request.json") | {"reference": "1"}
    answer = merchant.post(f"v1/orders/{order}/items", **asked)
    assert (answer.status_code, differences(sample("items.create.stock.200.json"), answer.json())) == (200, [])
    assert answer.json()["shipping_late"] is None


def test_a_missing_contract_is_refused_as_documented(merchant: Client) -> None:
    answer = merchant.add(merchant.draft(), sku="SANDBOX-NO-CONTRACT")
    assert (answer.status_code, answer.json()) == (400, sample("items.create.files.400.json"))


def test_what_is_not_there_is_refused_as_documented(merchant: Client) -> None:
    for path in ("v1/products/999999", "v1/products/1999999", "v1/orders/7", "v1/designs/7", "v1/countries/999"):
        answer = merchant.get(path)
        assert (answer.status_code, answer.json()) == (404, sample("products.get.404.json"))


def test_maintenance_is_announced_as_documented(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.settings.maintenance = True
    answer = merchant.get("v1/status")
    assert (answer.status_code, answer.json()) == (503, sample("status.503.json"))


def test_an_order_without_shipper_uses_the_address_kept_at_the_client(merchant: Client) -> None:
    answer = merchant.post("v1/orders", reference="WEB-1", recipient=RECIPIENT).json()
    assert answer["shipper"]["city"] == answer["export"]["city"] == "Hamburg"
    assert answer["callback"] is None
