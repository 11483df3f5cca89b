"""Texts of an order: trimmed and composed when they come in, refused by field where they cannot be kept."""

import json
from pathlib import Path
from typing import Any

import pytest

from orders.marketing.services.exports.messages import orders_to_export
from orders.models import HoldReason, Order, OrderEvent, OrderState
from orders.rules.services.context import read_rule_data
from orders.services.order_message import order_to_place
from tests.api.storefront import PEN, Storefront, build_order

SAMPLES = Path(__file__).parents[1] / "samples" / "reports"
CUSTOMS = {"description": "Pens", "number": "9608", "origin": "DE", "currency": "EUR", "amount": "1.00"}
INVOICE = {"company": "Pens", "state_code": "california", "country_code": "usa"}

pytestmark = pytest.mark.usefixtures("catalog")


def sample(name: str) -> Any:
    return json.loads((SAMPLES / name).read_text())


def pens(**changes: Any) -> dict[str, Any]:
    """Return an order of a stock item, which every vendor's limits let pass."""
    lines = [{"sku": PEN, "quantity": 100, "unit_price": "1.30"}]
    return build_order(**{"lines": lines, **changes})


@pytest.mark.parametrize(("field", "value"), sample("blank-fields/fields.json"))
def test_blanks_are_no_text(storefront: Storefront, field: str, value: str | None):
    answer = storefront.place(pens(**{f"recipient.{field}": value}))
    if field == "street" or value == "-----":
        assert answer.status_code == 201, answer.content
        order = Order.objects.get()
        hold = order.holds.get()
        assert (order.state, hold.reason, list(hold.errors)) == (
            OrderState.HELD, HoldReason.BAD_ADDRESS, [f"recipient.{field}"],
        )  # fmt: skip
    else:
        assert answer.status_code == 422
        assert list(answer.json()["errors"]) == [f"recipient.{field}"]
        assert not Order.objects.exists()


@pytest.mark.parametrize("dash", ["-", "--", "\u2013", ".", " . ", "…"])
def test_a_mandatory_field_of_dashes_is_missing(storefront: Storefront, dash: str):
    answer = storefront.place(pens(**{"recipient.lastname": dash, "recipient.city": dash, "reference": dash}))
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["reference"]
    answer = storefront.place(pens(**{"recipient.lastname": dash, "recipient.city": dash}))
    assert sorted(answer.json()["errors"]) == ["recipient.city", "recipient.lastname"]


@pytest.mark.parametrize(("path", "value"), sample("email-with-space/values.json").items())
def test_what_surrounds_a_text_is_taken_off(storefront: Storefront, path: str, value: str):
    at = path.replace("[", ".").replace("]", "")
    changes: dict[str, Any] = {at: value}
    if "state" in path:
        changes |= {"recipient.country_code": "us", "recipient.state_code": "ca "}
    elif "sku" in path:
        changes = {at: f"{PEN} "}
    answer = storefront.place(pens(**changes))
    assert answer.status_code == 201, answer.content
    order = Order.objects.get()
    address = order.addresses.get(role="recipient")
    kept = [order.customer_email, address.email, address.country_code, address.state_code, order.lines.get().sku]
    assert kept == [text.strip() for text in kept]
    assert not order.holds.exists()


def test_references_that_differ_by_spaces_are_one(storefront: Storefront):
    answers = [
        storefront.place(pens(reference=reference, total=f"{number}.00", **{"recipient.firstname": f"No {number}"}))
        for number, reference in enumerate(sample("references-alike/references.json"))
    ]
    assert [answer.status_code for answer in answers] == [201, 409, 201, 201, 400]
    assert answers[1].json()["code"] == "reference_taken"
    assert answers[1].json()["order"] == answers[0].json()["id"]
    assert "reference" in answers[4].json()["errors"]
    assert sorted(Order.objects.values_list("reference", flat=True)) == ["#1001", "RETRY-1", "retry-1"]


def test_references_that_differ_by_composition_are_one(storefront: Storefront):
    assert storefront.place(pens(reference="Gr\u00f6\u00dfe-1")).status_code == 201
    assert storefront.place(pens(reference="Gro\u0308\u00dfe-1\u200b")).status_code == 409
    found = storefront.get("orders/", {"reference": " Gro\u0308\u00dfe-1"}).json()["results"]
    assert [order["reference"] for order in found] == ["Größe-1"]


def test_a_wrong_e_mail_address_of_the_customer_stops_no_production(storefront: Storefront):
    answer = storefront.place(pens(**{"customer.email": "jana@example,com"}))
    assert answer.status_code == 201, answer.content
    order = Order.objects.get()
    assert order.customer_email == "jana@example,com"
    assert not order.holds.exists()
    assert "jana@example,com" in OrderEvent.objects.get(kind="order.remark").params["text"]


UNKEPT = [
    ("Jana\r\nBcc: x", "ine breaks"),
    ("Ja\0na", "NUL"),
    ("Ja\tna", "U+0009"),
    ("Ja\x1bna", "U+001B"),
    ("a\ud83d", "Half"),
]
PATHS = [
    "recipient.street", "invoice_address.company", "customer.lastname", "shipping_method", "lines.0.name",
    "lines.0.sku", "lines.0.customs.description", "lines.0.files.0.url", "documents.0.url",
    "lines.0.files.0.auth.basic.password", "reference", "placed_at", "total",
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [*(("recipient.firstname", *one) for one in UNKEPT), *((path, *UNKEPT[0]) for path in PATHS)],
)
def test_what_cannot_be_kept_is_refused_by_field(storefront: Storefront, path: str, text: str, words: str):
    line = {
        "sku": PEN, "quantity": 10, "unit_price": "1", "customs": {},
        "files": [{"url": "https://a.example.com/1.pdf", "auth": {"basic": {"username": "u", "password": "p"}}}],
    }  # fmt: skip
    body = build_order(lines=[line], invoice_address={}, documents=[{"kind": "label", "url": "https://a.example.com"}])
    *parents, last = path.split(".")
    place: Any = body
    for name in parents:
        place = place[int(name) if name.isdecimal() else name]
    place[last] = text
    answer = storefront.place(body, query="?on_invalid=hold")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    errors = answer.json()["errors"]
    where = "".join(f"[{name}]" if name.isdecimal() else f".{name}" for name in path.split(".")).lstrip(".")
    assert words in errors[where][0]
    assert not Order.objects.exists()


@pytest.mark.parametrize("name", ["x\0y", "x\ud800y", "\ud83d"])
def test_an_odd_name_of_a_field_is_refused_by_its_name(storefront: Storefront, name: str):
    answer = storefront.place(pens(**{name: 1}))
    assert answer.status_code == 400
    assert len(answer.json()["errors"]) == 1
    answer = storefront.place(pens(custom_properties={name: "v"}))
    assert answer.status_code == 400
    assert "custom_properties" in next(iter(answer.json()["errors"]))


def test_a_property_that_is_too_long_is_named_with_its_length(storefront: Storefront):
    answer = storefront.place(pens(custom_properties={"engraving": "x" * 256, "n" * 256: "", "colour": None}))
    errors = answer.json()["errors"]
    assert errors["custom_properties.engraving"] == ["Expected str of length <= 255, got 256"]
    assert errors["custom_properties.colour"] == ["Expected str, got null"]
    assert len(errors) == 3


def test_two_properties_of_one_name_are_refused(storefront: Storefront):
    answer = storefront.place(pens(custom_properties={"engraving": "a", "engraving ": "b"}))
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["custom_properties.engraving "]


def test_a_property_may_have_several_lines(storefront: Storefront):
    assert storefront.place(pens(custom_properties={"engraving": " For Jana\r\nwith love "})).status_code == 201
    assert Order.objects.get().custom_properties == {"engraving": "For Jana\nwith love"}


def test_what_a_shop_escaped_for_the_web_stays_as_it_came(storefront: Storefront):
    assert storefront.place(pens(**{"recipient.lastname": "O&#039;Brien"})).status_code == 201
    assert Order.objects.get().addresses.get(role="recipient").lastname == "O&#039;Brien"


@pytest.mark.parametrize(("written", "kept"), [("de", "DE"), ("DEU", "DE"), ("deu ", "DE"), ("Usa", "US")])
def test_countries_are_kept_by_their_two_letters(storefront: Storefront, written: str, kept: str):
    state = {"recipient.state_code": "us-ca"} if kept == "US" else {}
    customs = CUSTOMS | {"origin": written}
    answer = storefront.place(pens(**{"recipient.country_code": written, "lines.0.customs": customs, **state}))
    assert answer.status_code == 201, answer.content
    order = Order.objects.get()
    address = order.addresses.get(role="recipient")
    assert (address.country_code, address.state_code) == (kept, "CA" if state else "")
    assert order.lines.get().customs["origin"] == kept
    assert answer.json()["recipient"]["country_code"] == kept


def test_every_vendor_gets_a_country_by_its_two_letters(storefront: Storefront):
    changes = {"recipient.country_code": "deu", "invoice_address": INVOICE}
    assert storefront.place(pens(**changes, **{"lines.0.customs": CUSTOMS | {"origin": "chn"}})).status_code == 201
    order = Order.objects.select_related("shop").get()
    wanted = order_to_place(order.vendor_orders.get())
    assert (wanted.recipient.country_code, wanted.lines[0].customs.origin) == ("DE", "CN")
    exported = orders_to_export([order])[order.pk]
    assert (exported.recipient.country_code, exported.invoice.country_code) == ("DE", "US")
    assert read_rule_data([order.pk])[0].country == "DE"


@pytest.mark.parametrize("origin", ["", "XX", "-", "276"])
def test_the_origin_of_goods_is_a_country(storefront: Storefront, origin: str):
    answer = storefront.place(pens(**{"lines.0.customs": CUSTOMS | {"origin": origin}}))
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["lines[0].customs.origin"]


@pytest.mark.parametrize("state", ["AA", "ae", "AP "])
def test_post_offices_of_the_us_military_are_taken(storefront: Storefront, state: str):
    changes = {"recipient.country_code": "US", "recipient.city": "APO", "recipient.zip": "09012"}
    assert storefront.place(pens(**changes, **{"recipient.state_code": state})).status_code == 201
    assert not Order.objects.get().holds.exists()


def test_a_missing_street_is_held_beside_what_is_refused(storefront: Storefront):
    changes = {"recipient.street": None, "recipient.city": None}
    answer = storefront.place(pens(**changes))
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["recipient.city"])
    assert storefront.place(pens(**changes), query="?on_invalid=hold").status_code == 201
    hold = Order.objects.get().holds.get()
    assert sorted(hold.errors) == ["recipient.city", "recipient.street"]


@pytest.mark.parametrize("path", ["designs/a%00b/", "catalog/variants/a%00b/", "catalog/custom-products/a%0Ab/"])
def test_an_address_with_a_control_character_names_nothing(storefront: Storefront, path: str):
    assert storefront.get(path).status_code == 404


def test_what_is_looked_for_is_cleaned_too(storefront: Storefront):
    assert storefront.place(pens()).status_code == 201
    assert storefront.get("orders/", {"number": f" {Order.objects.get().number}\u200b"}).json()["results"]
    for query in ({"search": "a\0b"}, {"reference": "a\nb"}):
        answer = storefront.get("orders/", query)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, list(query))
