"""Batches of prices, stock and SEO texts: refused whole, or applied as documented."""

from copy import deepcopy
from typing import Any

import pytest

from backoffice.sandbox import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.shapes import differences, sample

PRICES = {"currency": "EUR", "buying_prices": [{"qty": 5, "price": 3.1}, {"qty": 1, "price": 4.125}]}
SKU = "TPD123LD02LAXALOP"  # offered in quantities of 1, 5 and 25


def _both(sandbox: Sandbox, scope: str = "*") -> Client:
    return Client(sandbox, account="3", secret="sandbox-both-secret", scope=scope)


def _apply(sandbox: Sandbox, client: Client, path: str, data: list[dict[str, Any]]) -> None:
    answer = client.patch(path, data)
    assert answer.status_code == 200, answer.text
    sandbox.clock.advance(10)


def _documented(name: str) -> dict[str, Any]:
    """Return a documented batch with SKUs that the sandbox sells and a quantity it can hold."""
    request = sample(name)
    skus = {"TESTPRODUCT-CUSTOMIZE": "TESTPRODUCT123", "TESTPRODUCT-STOCK": "TESTPRODUCT-stock"}
    for row in request["data"]:
        row["sku"] = skus.get(row["sku"], row["sku"])
    return dict(request)


@pytest.mark.parametrize(
    ("role", "name"),
    [
        ("merchant", "prices.update.merchant"),
        ("merchant", "inventory.update.merchant"),
        ("merchant", "seo.update"),
        ("fulfiller", "prices.update.fulfiller"),
        ("fulfiller", "inventory.update.fulfiller"),
    ],
)
def test_the_documented_batches_are_taken_and_answered_as_documented(
    request: pytest.FixtureRequest, sandbox: Sandbox, role: str, name: str
) -> None:
    client: Client = request.getfixturevalue(role)
    answer = client.request("PATCH", f"v1/{name.split('.', maxsplit=1)[0]}", json=_documented(f"{name}.request.json"))
    assert (answer.status_code, differences(sample(f"{name}.200.json"), answer.json())) == (200, [])
    assert answer.json()["message"] == sample(f"{name}.200.json")["message"]
    sandbox.clock.advance(10)
    assert client.get("v1/jobs/").json()["data"][0]["status"] == "SUCCESS"


def test_what_a_fulfiller_reads_has_the_documented_shape(fulfiller: Client) -> None:
    for path, example in (("products?lang=DE", "products"), ("inventory", "inventory"), ("prices", "prices")):
        answer = fulfiller.get(f"v1/{path}")
        assert differences(sample(f"{example}.list.fulfiller.200.json"), answer.json()) == []


def test_a_fulfiller_reads_and_writes_its_own_products_only(sandbox: Sandbox, fulfiller: Client) -> None:
    own = {row["sku"] for row in fulfiller.get("v1/prices", pagination="false").json()["data"]}
    other = {row["sku"] for row in _both(sandbox, "FULFILLER").get("v1/prices", pagination="false").json()["data"]}
    assert "TESTPRODUCT123" in own
    assert other
    assert not own & other
    foreign = fulfiller.patch("v1/inventory", [{"sku": min(other), "available": False}])
    assert (foreign.status_code, foreign.json()["errors"][0]["error"]) == (400, "Invalid sku.")


def test_a_merchants_prices_change_only_in_the_quantities_given(sandbox: Sandbox, merchant: Client) -> None:
    before = merchant.row("v1/prices", SKU)
    given = [{"qty": 5, "price": 12.345678901234}]
    _apply(sandbox, merchant, "v1/prices", [{"sku": SKU, "prices": {"currency": "EUR", "retail_prices": given}}])
    after = merchant.row("v1/prices", SKU)
    expected = deepcopy(before)
    expected["prices"]["sales_prices"][1]["price"] = 12.345678901234
    assert after == expected
    place = sandbox.mypromo.catalogue.place(SKU)
    assert place is not None
    product = merchant.get(f"v1/products/{place[0] + 1}").json()
    assert product["variants"][0]["prices"]["sales_prices"] == after["prices"]["sales_prices"]


def test_each_merchant_has_prices_of_its_own(sandbox: Sandbox, merchant: Client) -> None:
    other = _both(sandbox)
    before = other.row("v1/prices", SKU)
    given = {"currency": "EUR", "retail_prices": [{"qty": 1, "price": 99.0}]}
    _apply(sandbox, merchant, "v1/prices", [{"sku": SKU, "prices": given}])
    assert other.row("v1/prices", SKU) == before != merchant.row("v1/prices", SKU)


def test_sales_prices_is_another_name_only_when_it_is_switched_on(sandbox: Sandbox, merchant: Client) -> None:
    row = {"sku": SKU, "prices": {"currency": "EUR", "sales_prices": [{"qty": 1, "price": 99.5}]}}
    assert merchant.patch("v1/prices", [row]).status_code == 400
    sandbox.settings.change(merchant_price_names=["retail_prices", "sales_prices"])
    _apply(sandbox, merchant, "v1/prices", [row])
    assert merchant.row("v1/prices", SKU)["prices"]["sales_prices"][0] == {"qty": 1, "price": 99.5}


def test_a_fulfillers_prices_replace_everything_and_vanished_tiers_are_gone_for_good(
    sandbox: Sandbox, merchant: Client, fulfiller: Client
) -> None:
    mine = {"currency": "EUR", "retail_prices": [{"qty": 25, "price": 77.0}, {"qty": 5, "price": 88.0}]}
    _apply(sandbox, merchant, "v1/prices", [{"sku": SKU, "prices": mine}])
    old = fulfiller.row("v1/prices", SKU)
    _apply(sandbox, fulfiller, "v1/prices", [{"sku": SKU, "prices": PRICES}])
    row = fulfiller.row("v1/prices", SKU)
    assert row["prices"]["purchase_prices"] == [{"qty": 1, "price": 4.125}, {"qty": 5, "price": 3.1}]
    assert row["prices"]["recommended_retail_prices"] == []
    assert row["rules"] == {"order_min_qty": 1, "order_max_qty": 200_000, "tier_price_qty_only": False}
    sales = merchant.row("v1/prices", SKU)["prices"]["sales_prices"]
    assert [tier["qty"] for tier in sales] == [1, 5]
    assert sales[1]["price"] == 88.0

    again = {"currency": "EUR", "buying_prices": old["prices"]["purchase_prices"]}
    _apply(sandbox, fulfiller, "v1/prices", [{"sku": SKU, "prices": again}])
    sales = merchant.row("v1/prices", SKU)["prices"]["sales_prices"]
    assert [tier["qty"] for tier in sales] == [1, 5, 25]
    assert sales[2]["price"] != 77.0


@pytest.mark.parametrize(
    ("rules", "held"),
    [
        (None, (200_000, False)),
        ({"tier_price_qty_only": False}, (200_000, False)),
        ({"tier_price_qty_only": False, "order_max_qty": 6}, (6, False)),
        ({"tier_price_qty_only": False, "order_max_qty": 5}, "Invalid order_max_qty."),
        ({"tier_price_qty_only": True}, (5, True)),
        ({"tier_price_qty_only": True, "order_max_qty": 5}, (5, True)),
        ({"tier_price_qty_only": True, "order_max_qty": 4}, "Invalid order_max_qty."),
        ({"tier_price_qty_only": 1}, "Invalid tier_price_qty_only."),
        ([], "Invalid rules."),
    ],
)
def test_the_rules_of_quantities_are_as_documented(
    sandbox: Sandbox, fulfiller: Client, rules: Any, held: tuple[int, bool] | str
) -> None:
    answer = fulfiller.patch("v1/prices", [{"sku": SKU, "rules": rules, "prices": PRICES}])
    if isinstance(held, str):
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["error"].startswith(held)
        return
    sandbox.clock.advance(10)
    row = fulfiller.row("v1/prices", SKU)["rules"]
    assert (row["order_max_qty"], row["tier_price_qty_only"], row["order_min_qty"]) == (*held, 1)


def test_orders_follow_the_written_tiers(sandbox: Sandbox, merchant: Client, fulfiller: Client) -> None:
    rules = {"tier_price_qty_only": True}
    _apply(sandbox, fulfiller, "v1/prices", [{"sku": SKU, "rules": rules, "prices": PRICES}])
    assert merchant.add(merchant.draft(), sku=SKU, quantity=25).status_code == 422
    assert merchant.add(merchant.draft(), sku=SKU, quantity=5).status_code == 201


def test_a_product_that_is_not_available_keeps_its_stock_and_takes_no_orders(
    sandbox: Sandbox, merchant: Client, fulfiller: Client
) -> None:
    stock = {"managed": True, "is_in_stock": True, "qty": 77}
    _apply(sandbox, fulfiller, "v1/inventory", [{"sku": SKU, "stock": stock}])
    _apply(sandbox, fulfiller, "v1/inventory", [{"sku": SKU, "available": False}])
    row = fulfiller.row("v1/inventory", SKU)
    assert (row["available"], row["stock"]) == (False, {"managed": True, "qty": 77})
    assert merchant.add(merchant.draft(), sku=SKU, quantity=5).status_code == 422
    unmanaged = {"managed": False, "qty": None}
    _apply(sandbox, fulfiller, "v1/inventory", [{"sku_fulfiller": f"F-{SKU}", "available": True, "stock": unmanaged}])
    assert fulfiller.row("v1/inventory", SKU)["stock"] == {"managed": False, "qty": None}
    assert merchant.add(merchant.draft(), sku=SKU, quantity=5).status_code == 201


def test_a_merchants_availability_is_about_its_channels_only(
    sandbox: Sandbox, merchant: Client, fulfiller: Client
) -> None:
    _apply(sandbox, merchant, "v1/inventory", [{"sku": SKU, "available": False}])
    assert merchant.row("v1/inventory", SKU)["available"] is False
    assert fulfiller.row("v1/inventory", SKU)["available"] is True
    assert merchant.add(merchant.draft(), sku=SKU, quantity=5).status_code == 201


def test_texts_are_laid_over_the_defaults_and_reset_by_null(sandbox: Sandbox, merchant: Client) -> None:
    before = merchant.row("v1/seo", SKU)
    texts = {"product_name": "Tasse „Größe“", "meta_title": "Titel"}
    _apply(sandbox, merchant, "v1/seo", [{"sku": SKU, "overwrites": texts}])
    _apply(sandbox, merchant, "v1/seo", [{"sku": SKU, "overwrites": {"meta_title": None}}])
    row = merchant.row("v1/seo", SKU)
    assert row["defaults"] == before["defaults"]
    assert {k: v for k, v in row["overwrites"].items() if v is not None} == {"product_name": "Tasse „Größe“"}
    place = sandbox.mypromo.catalogue.place(SKU)
    assert place is not None
    shown = merchant.get(f"v1/products/{place[0] + 1}").json()["variants"][0]["descriptions"]
    assert (shown["name"], shown["overwritten"]) == ("Tasse „Größe“", True)
    _apply(sandbox, merchant, "v1/seo", [{"sku": SKU, "overwrites": None}])
    assert merchant.row("v1/seo", SKU) == before
    assert [e["values"] for e in sandbox.ledger.of_kind("value")][-1] == {"overwrites": None}


@pytest.mark.parametrize(
    ("role", "path", "wrong", "error"),
    [
        ("merchant", "prices", {"prices": {"currency": "EUR", "retail_prices": [{"qty": 1, "price": "1.5"}]}}, "float"),
        ("merchant", "prices", {"prices": {"currency": "EUR", "retail_prices": [{"qty": 1, "price": -1}]}}, "negative"),
        ("merchant", "prices", {"prices": {"currency": "EUR", "retail_prices": [{"qty": 7, "price": 1.0}]}}, "offered"),
        ("merchant", "prices", {"prices": {"currency": "XAU", "retail_prices": []}}, "Invalid currency."),
        ("merchant", "prices", {}, "No prices specified."),
        ("merchant", "inventory", {"available": 1}, "Invalid available. Not a boolean."),
        ("merchant", "inventory", {"sku": "NOPE", "available": True}, "Invalid sku."),
        ("merchant", "seo", {}, "No overwrites specified."),
        ("merchant", "seo", {"overwrites": {"title": "x"}}, "Invalid property title."),
        ("fulfiller", "prices", {"prices": {"currency": "EUR", "buying_prices": []}}, "No buying_prices specified."),
        (
            "fulfiller",
            "prices",
            {"prices": {**PRICES, "recommended_retail_prices": [{"qty": 2, "price": 9.5}]}},
            "no buying price",
        ),
        ("fulfiller", "inventory", {"stock": {"managed": True, "qty": -1}}, "Invalid stock. Stock cant be negative."),
        ("fulfiller", "inventory", {"stock": {"managed": True, "qty": None}}, "Invalid stock. Not an integer."),
        ("fulfiller", "inventory", {}, "No availability or stock specified."),
    ],
)
def test_one_wrong_entry_refuses_the_whole_batch(
    request: pytest.FixtureRequest, sandbox: Sandbox, role: str, path: str, wrong: dict[str, Any], error: str
) -> None:
    client: Client = request.getfixturevalue(role)
    goods: dict[str, dict[str, Any]] = {"inventory": {"available": False}, "seo": {"overwrites": None}}
    good = goods.get(path, {})
    if path == "prices":
        name = "retail_prices" if role == "merchant" else "buying_prices"
        good = {"prices": {"currency": "EUR", name: [{"qty": 1, "price": 1.5}]}}
    before = [client.row(f"v1/{path}", sku) for sku in (SKU, "TESTPRODUCT-SAMPLE")]
    answer = client.patch(f"v1/{path}", [{"sku": "TESTPRODUCT-SAMPLE", **good}, {"sku": SKU, **wrong}])
    assert answer.status_code == 400
    assert answer.json()["message"] == "Invalid or missing property. 1 of 2 items have errors."
    example = "seo.update.400.json" if path == "seo" else f"{path}.update.{role}.400.json"
    assert differences(sample(example), answer.json()) == []
    assert error in answer.json()["errors"][0]["error"]
    sandbox.clock.advance(10)
    assert [client.row(f"v1/{path}", sku) for sku in (SKU, "TESTPRODUCT-SAMPLE")] == before
    assert client.get("v1/jobs/").status_code == 404


def test_a_batch_has_at_most_500_entries(sandbox: Sandbox, merchant: Client) -> None:
    row = {"sku": SKU, "available": False}
    refused = merchant.patch("v1/inventory", [row] * 501)
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["data"])
    assert merchant.patch("v1/inventory", []).status_code == 422
    assert not sandbox.ledger.of_kind("job")
    assert merchant.patch("v1/inventory", [row] * 500).status_code == 200


@pytest.mark.parametrize(("scope", "expected"), [("*", "fulfiller"), ("FULFILLER", "fulfiller"), ("MERCHANT", "")])
def test_the_scope_decides_for_whom_an_account_with_both_roles_writes(
    sandbox: Sandbox, scope: str, expected: str
) -> None:
    both = _both(sandbox, scope)
    query = {"sku_fulfiller": ""} if scope == "*" else {}
    own = _both(sandbox, "FULFILLER").get("v1/prices").json()["data"][0]["sku"]
    before = both.get("v1/inventory", sku=own, **query).json()["data"][0]
    assert ("sku_fulfiller" in before) == bool(expected)
    answer = both.patch("v1/inventory", [{"sku": own, "stock": {"managed": True, "qty": 3}}])
    if not expected:
        assert answer.status_code == 400  # a merchant has no stock to write, and gave no availability
        return
    sandbox.clock.advance(10)
    assert both.get("v1/inventory", sku=own, **query).json()["data"][0]["stock"] == {"managed": True, "qty": 3}


def test_a_merchant_cannot_write_what_is_the_fulfillers(sandbox: Sandbox, merchant: Client) -> None:
    before = merchant.row("v1/prices", SKU)
    assert merchant.patch("v1/prices", [{"sku": SKU, "prices": PRICES}]).status_code == 400
    assert merchant.row("v1/prices", SKU) == before


def test_texts_are_the_merchants_alone(fulfiller: Client) -> None:
    assert fulfiller.get("v1/seo").status_code == 403
    assert fulfiller.patch("v1/seo", [{"sku": SKU, "overwrites": None}]).status_code == 403


def test_both_skus_in_one_entry_can_be_refused(sandbox: Sandbox, fulfiller: Client) -> None:
    row = {"sku": SKU, "sku_fulfiller": "anything", "available": True}
    assert fulfiller.patch("v1/inventory", [row]).status_code == 200
    sandbox.settings.change(ensure_one_sku=True)
    assert fulfiller.patch("v1/inventory", [row]).status_code == 400


def test_written_prices_can_be_rounded_by_the_vendor(sandbox: Sandbox, merchant: Client) -> None:
    sandbox.settings.change(price_digits=2)
    given = {"currency": "EUR", "retail_prices": [{"qty": 1, "price": 1.2345}]}
    _apply(sandbox, merchant, "v1/prices", [{"sku": SKU, "prices": given}])
    assert merchant.row("v1/prices", SKU)["prices"]["sales_prices"][0]["price"] == 1.23
