"""The documented example of an order, field by field, and what their answers lead to."""

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.errors import (
    VendorAuthFailed,
    VendorRejected,
)
from backoffice.vendors.messages import LineToPlace, OrderToPlace, PostalAddress, RemoteLineKind, Sale
from backoffice.vendors.money import from_minor_units, to_minor_units
from backoffice.vendors.sign_customiser.adapter import SignCustomiser
from backoffice.vendors.sign_customiser.payloads import order_payload
from tests.vendors.connections import Outside

FOLDER = Path(__file__).parents[2] / "samples" / "sign-customiser"


def sample(name: str) -> str:
    return (FOLDER / name).read_text()


def example_order(**changes: Any) -> OrderToPlace:
    """Return an order of ours that asks for what the example does."""
    address = PostalAddress(
        firstname="John",
        lastname="Smith",
        street="123 Main St",
        care_of="Suite 4",
        zip="90001",
        city="Los Angeles",
        state_code="CA",
        country_code="US",
    )
    sale = Sale(
        number="SC-1001",
        currency="USD",
        account=42,
        shipping_method="Standard Shipping",
        firstname="John",
        lastname="Smith",
        email="customer@example.com",
        phone="+1 555-123-4567",
    )
    line = LineToPlace(
        reference="1",
        kind=RemoteLineKind.SIGN,
        quantity=2,
        custom_product="your-product-id-123",
        unit_price_gross=Decimal("29.99"),
    )
    given: dict[str, Any] = {"reference": "order-123456", "recipient": address, "sale": sale, "lines": (line,)}
    return OrderToPlace(**(given | changes))


def sandbox_order(product_id: str) -> OrderToPlace:
    line = LineToPlace(
        reference="1",
        kind=RemoteLineKind.SIGN,
        quantity=1,
        custom_product=product_id,
        unit_price_gross=Decimal("100.00"),
    )
    return example_order(lines=(line,))


@pytest.fixture
def sandbox(settings: Settings) -> Iterator[Sandbox]:
    with running_sandbox(manual_clock=True) as sandbox:
        settings.SIGN_CUSTOMISER_URL = sandbox.sign_customiser.public_url + "api"
        settings.SIGN_CUSTOMISER_TOKEN = "sandbox-sign-token"
        settings.VENDOR_READ_TIMEOUT = 0.3
        sandbox.sign_customiser.product_ids.add("sgn_1")
        yield sandbox


def test_our_order_is_the_documented_one() -> None:
    assert order_payload(example_order()) == json.loads(sample("create_order.request.json"))


def test_the_command_line_says_the_same(sandbox: Sandbox, outside: Outside) -> None:
    text = sample("create_order.curl.txt")
    assert json.loads(re.search(r"--data '(.*)'", text, re.DOTALL)[1]) == json.loads(
        sample("create_order.request.json")
    )
    assert "--request POST" in text
    assert "curl https://web.signcustomiser.com/api/v2/orders" in text
    sandbox.sign_customiser.product_ids.add("your-product-id-123")
    SignCustomiser(outside.connection).place_order(example_order())
    assert json.loads(outside.exchanges[0].request) == json.loads(sample("create_order.request.json"))
    assert outside.exchanges[0].url.endswith("/api/v2/orders")


def test_the_sandbox_answers_as_documented_but_for_the_product(sandbox: Sandbox, outside: Outside) -> None:
    sandbox.sign_customiser.product_ids.add("your-product-id-123")
    sandbox.sign_customiser.options.echo_product_ids = False
    placed = SignCustomiser(outside.connection).place_order(example_order())
    assert json.loads(outside.exchanges[0].answer) == json.loads(sample("create_order.answer.json"))
    assert outside.exchanges[0].status == 200
    assert placed.vendor_id == "1"
    assert placed.notes == ("products product-987654321, sent your-product-id-123",)


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("29.99", "USD", 2999),
        ("1980", "JPY", 1980),
        ("12.345", "KWD", 12345),
        ("0.125", "EUR", 13),
        ("3", "CLF", 30000),
    ],
)
def test_amounts_are_whole_numbers_of_the_smallest_unit(amount: str, currency: str, units: int) -> None:
    assert to_minor_units(Decimal(amount), currency=currency) == units
    assert to_minor_units(from_minor_units(units, currency=currency), currency=currency) == units


def test_a_company_and_a_floor_are_not_lost(outside: Outside) -> None:
    recipient = PostalAddress(
        company="Pens & Co", department="Desk 4", street="Main St 1", zip="1", city="X", country_code="DE"
    )
    body = order_payload(example_order(recipient=recipient))
    assert body["shipping_address"]["address_2"] == "Pens & Co, Desk 4"
    # The address names nobody, so the customer's name stands for it.
    assert (body["shipping_address"]["first_name"], body["shipping_address"]["last_name"]) == ("John", "Smith")


def test_a_bill_goes_to_its_own_address() -> None:
    order = example_order()
    invoice = PostalAddress(
        firstname="Ann",
        lastname="Lee",
        street="Bank St 9",
        zip="2",
        city="Y",
        country_code="US",
        email="ann@example.com",
    )
    sale = Sale(**{name: getattr(order.sale, name) for name in Sale.__struct_fields__} | {"invoice": invoice})
    body = order_payload(example_order(sale=sale))
    assert body["billing_address"]["address_1"] == "Bank St 9"
    assert body["billing_address"]["email"] == "ann@example.com"
    assert body["customer"]["first_name"] == "John"


def test_what_is_missing_is_named() -> None:
    order = example_order(
        recipient=PostalAddress(street="x"),
        sale=Sale(number="1", currency="EUR"),
        lines=(LineToPlace(reference="1", kind=RemoteLineKind.SIGN, quantity=0),),
    )
    fields = {error.field for error in SignCustomiser.check_order(order)}
    assert fields == {
        "recipient.zip", "recipient.city", "recipient.country_code", "recipient.firstname", "customer.email",
        "lines.0.custom_product", "lines.0.quantity", "lines.0.tax_percent",
    }  # fmt: skip


def test_an_order_without_its_integration_or_price_never_leaves(outside: Outside, sandbox: Sandbox) -> None:
    adapter = SignCustomiser(outside.connection)
    unpriced = LineToPlace(reference="1", kind=RemoteLineKind.SIGN, quantity=1, custom_product="sgn_1")
    for order in (example_order(sale=Sale(number="1", currency="EUR")), example_order(lines=(unpriced,))):
        with pytest.raises(VendorRejected):
            adapter.place_order(order)
    assert outside.exchanges == []


def test_a_refusal_names_the_fields(sandbox: Sandbox, outside: Outside) -> None:
    with pytest.raises(VendorRejected) as refused:
        SignCustomiser(outside.connection).place_order(sandbox_order("sgn_unknown"))
    assert refused.value.errors[0].field == "products.0.external_id"
    assert sandbox.sign_customiser.ledger.physical_orders() == []


def test_a_wrong_key_is_final_and_asked_once(sandbox: Sandbox, outside: Outside, settings: Settings) -> None:
    settings.SIGN_CUSTOMISER_TOKEN = "wrong"
    with pytest.raises(VendorAuthFailed):
        SignCustomiser(outside.connection).place_order(sandbox_order("sgn_1"))
    assert [exchange.status for exchange in outside.exchanges] == [401]


def test_the_token_goes_to_the_vendor_only_and_into_no_record(sandbox: Sandbox, outside: Outside) -> None:
    adapter = SignCustomiser(outside.connection)
    adapter.place_order(sandbox_order("sgn_1"))
    assert "sandbox-sign-token" not in repr(outside.exchanges)
    assert adapter.client.session.auth.headers("https://elsewhere.example.com/x", token="") == {}


def test_a_webhook_is_changed_by_topic_and_address(sandbox: Sandbox, outside: Outside) -> None:
    adapter = SignCustomiser(outside.connection)
    assert adapter.check() == "OK, 0 webhooks"
    made = adapter.create_webhook(topic="order:created", url="https://shop.example.com/x")
    changed = adapter.update_webhook(made.vendor_id, topic="form:submitted", url="https://shop.example.com/y")
    assert (changed.topic, changed.url) == ("form:submitted", "https://shop.example.com/y")
    assert adapter.list_webhooks() == [changed]


@pytest.mark.parametrize("answer", ['{"order": {}}', '{"order": {"order_id": "77", "new": [1]}, "more": null}'])
def test_answers_that_say_little_are_enough(sandbox: Sandbox, outside: Outside, answer: str) -> None:
    sandbox.faults.add("status_after", status=200, body=answer, path="v2/orders")
    placed = SignCustomiser(outside.connection).place_order(sandbox_order("sgn_1"))
    assert placed.vendor_id == ("77" if "77" in answer else "")


@pytest.mark.parametrize(
    ("order", "vendor_id", "notes"),
    [
        ({"order_id": 5, "external_order_number": 1001, "products": [{"external_id": 7, "price": "29.99"}]}, "5", 1),
        ({"order_id": 5.0, "external_id": 123456, "products": None, "shipping_line": {"title": "Post"}}, "5", 1),
        ({"order_id": None, "external_id": "", "products": {"0": {}}}, "", 0),
    ],
)
def test_an_order_that_was_made_is_not_unknown_for_a_field_of_another_type(
    sandbox: Sandbox, outside: Outside, order: dict[str, Any], vendor_id: str, notes: int
) -> None:
    sandbox.faults.add("status_after", status=200, body=json.dumps({"order": order}), path="v2/orders")
    placed = SignCustomiser(outside.connection).place_order(sandbox_order("sgn_1"))
    assert (placed.vendor_id, len(placed.notes)) == (vendor_id, notes)


def test_a_strangers_odd_webhook_does_not_hide_ours(sandbox: Sandbox, outside: Outside) -> None:
    odd = {"webhook_id": 1, "topic": None, "url": None, "status": 1, "secret": None, "ownerId": 3}
    ours = {"webhook_id": "2", "topic": "order:created", "url": "https://shop.example.com/x", "secret": "s"}
    body = json.dumps({"webhooks": [odd, ours]})
    sandbox.faults.add("status_after", status=200, body=body, path="v2/webhooks")
    first, second = SignCustomiser(outside.connection).list_webhooks()
    assert (first.topic, first.url, first.status) == ("", "", "1")
    assert (second.vendor_id, second.topic, second.secret) == ("2", "order:created", "s")
