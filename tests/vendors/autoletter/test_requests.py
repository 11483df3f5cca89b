"""What AutoLetter is sent: the article's example field by field, money digit by digit, one address for all."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from backoffice.vendors.auth import FixedHeader
from backoffice.vendors.autoletter.client import split_endpoint
from backoffice.vendors.autoletter.payloads import order_entry, write_orders
from backoffice.vendors.errors import VendorAuthFailed
from backoffice.vendors.export_messages import ExportLine
from tests.vendors.autoletter.conftest import Speak
from tests.vendors.autoletter.orders import address, order
from tests.vendors.connections import Outside
from tests.vendors.loopback import reply

SAMPLES = Path(__file__).parents[2] / "samples" / "autoletter"
TAKEN = reply(201, "{}")


def test_the_articles_example_is_sent_field_by_field(speak: Speak) -> None:
    vendor, server = speak(TAKEN)
    vendor.export_orders([order()], group="")
    (seen,) = server.seen
    sent, example = json.loads(seen.body), json.loads((SAMPLES / "orders.create.request.json").read_text())
    assert sent == example
    assert [list(entry) for entry in sent] == [list(entry) for entry in example]
    curl = (SAMPLES / "orders.create.curl.txt").read_text()
    assert f"-X {seen.method} https://api.autoletter.eu{seen.path} " in curl
    token = seen.headers["authorization"].removeprefix("Bearer ")
    assert f"Authorization: {seen.headers['authorization'].replace(token, 'YOUR_JWT_TOKEN')}" in curl
    assert f"Content-Type: {seen.headers['content-type']}" in curl


def test_corrected_orders_are_sent_in_the_articles_object(speak: Speak) -> None:
    vendor, server = speak(TAKEN)
    vendor.export_orders([order()], group="", corrected=True)
    example = json.loads((SAMPLES / "orders.update.request.txt").read_text().replace("[...]", "[]"))
    sent = json.loads(server.seen[0].body)
    assert list(sent) == list(example)
    assert sent["allowUpdates"] is example["allowUpdates"] is True
    assert sent["orders"] == json.loads((SAMPLES / "orders.create.request.json").read_text())


@given(st.decimals(min_value=0, max_value=Decimal("9999999999.99"), places=2))
def test_a_total_is_a_number_with_two_decimals_and_no_digit_more(total: Decimal) -> None:
    body = write_orders([order(total=total)], corrected=False).decode()
    assert f'"Total":{total:.2f},' in body


@pytest.mark.parametrize("total", ["1E+3", "0.1", "89.995", "19.90"])
def test_totals_of_any_notation_come_out_plain(total: str) -> None:
    expected = {"1E+3": "1000.00", "0.1": "0.10", "89.995": "90.00", "19.90": "19.90"}[total]
    assert f'"Total":{expected},' in write_orders([order(total=Decimal(total))], corrected=False).decode()


@pytest.mark.parametrize(("currency", "total", "sent"), [("JPY", "1999.000", "1999"), ("KWD", "12.345", "12.345")])
def test_a_total_has_the_decimals_of_its_currency(currency: str, total: str, sent: str) -> None:
    body = write_orders([order(total=Decimal(total), currency=currency)], corrected=False).decode()
    assert f'"Total":{sent},' in body


def test_reference_and_shop_go_along_when_there_are_any() -> None:
    entry = order_entry(order(reference="SHOP-1", shop_id="7"))
    assert (entry["ExternalId"], entry["ShopId"]) == ("SHOP-1", "7")


def test_the_invoice_address_goes_along_only_when_it_is_another(settings: Settings) -> None:
    assert "InvoiceAddress" not in order_entry(order(invoice=address()))
    entry = order_entry(order(invoice=address(street="Am Markt 3 a")))
    assert entry["InvoiceAddress"]["HouseNumber"] == "3 a"
    assert "LetterAddress" not in entry
    settings.AUTOLETTER_LETTERS_TO_INVOICE = True
    assert order_entry(order(invoice=address(street="Am Markt 3 a")))["LetterAddress"]["Street"] == "Am Markt"
    assert "LetterAddress" not in order_entry(order(invoice=address(street="Am Markt 3 a", city="")))


@pytest.mark.parametrize("lack", [{"city": ""}, {"country_code": "Germany"}, {"street": ""}])
def test_an_incomplete_invoice_address_stays_here_and_the_order_goes(lack: dict[str, str]) -> None:
    entry = order_entry(order(invoice=address(**({"street": "X 3"} | lack))))
    assert "InvoiceAddress" not in entry
    assert entry["Address"]["City"]


def test_a_company_without_a_person_stands_where_the_name_is(settings: Settings) -> None:
    nobody = {"firstname": "", "lastname": ""}
    entry = order_entry(order(recipient=address(company="Acme GmbH", **nobody)))["Address"]
    assert (entry["LastName"], "FirstName" in entry, "Company" in entry) == ("Acme GmbH", False, False)
    settings.AUTOLETTER_SEND_COMPANY = True
    entry = order_entry(order(recipient=address(company="Acme GmbH")))["Address"]
    assert (entry["FirstName"], entry["LastName"], entry["Company"]) == ("John", "Smith", "Acme GmbH")
    entry = order_entry(order(recipient=address(company="Acme GmbH", **nobody)))["Address"]
    assert (entry["LastName"], entry["Company"]) == ("Acme GmbH", "Acme GmbH")


def test_an_address_without_a_name_bears_the_customers() -> None:
    entry = order_entry(order(recipient=address(firstname="", lastname=""), firstname="Jana", lastname="Groß"))
    assert (entry["Address"]["FirstName"], entry["Address"]["LastName"]) == ("Jana", "Groß")


def test_care_of_is_not_lost() -> None:
    entry = order_entry(order(recipient=address(care_of="c/o Müller", street="Hauptstraße 42")))["Address"]
    assert (entry["Street"], entry["HouseNumber"]) == ("c/o Müller, Hauptstraße", "42")


def test_products_are_sent_when_switched_on(settings: Settings) -> None:
    line = ExportLine(product_id=1, sku="MUG", name="Mug", quantity=2, unit_price_gross=Decimal("9.9"))
    assert "Products" not in order_entry(order(lines=(line,)))
    settings.AUTOLETTER_SEND_PRODUCTS = True
    body = write_orders([order(lines=(line,))], corrected=False).decode()
    assert '"Products":[{"Sku":"MUG","Name":"Mug","Quantity":2,"Price":9.90}]' in body


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"currency": "CHF"}, "CHF"),
        ({"recipient": address(firstname="", lastname=""), "firstname": "", "lastname": ""}, "name"),
        ({"recipient": address(street="")}, "street"),
        ({"recipient": address(zip=" ")}, "postcode"),
        ({"recipient": address(city="")}, "city"),
        ({"recipient": address(country_code="")}, "country"),
        ({"recipient": address(country_code="Germany")}, "GERMANY"),
    ],
)
def test_what_autoletter_cannot_take_is_said_in_words(changes: dict[str, Any], word: str, speak: Speak) -> None:
    vendor, _server = speak(TAKEN)
    assert word in vendor.find_export_obstacle(order(**changes))
    assert vendor.find_export_obstacle(order()) == ""


@pytest.mark.parametrize(
    "url",
    [
        "https://api.autoletter.eu/v2/orders",
        "https://api.autoletter.eu/v2/orders/",
        "https://api.autoletter.eu",
        "https://host:8443/a/b/c?workspace=7&kind=api",
        "https://host/?id=1",
    ],
)
def test_an_endpoint_is_used_as_it_is_given(url: str) -> None:
    origin, path = split_endpoint(url)
    assert (origin + path).rstrip("/") == url.rstrip("/")
    assert not path.startswith("/")


def test_an_endpoint_with_a_query_is_called_with_it(speak: Speak) -> None:
    vendor, server = speak(TAKEN, path="/import/orders?workspace=7&back=https://shop.example.com/x")
    vendor.export_orders([order()], group="")
    assert server.seen[0].path == "/import/orders?workspace=7&back=https%3A//shop.example.com/x"


def test_a_refused_token_is_final_and_never_recorded(speak: Speak, outside: Outside) -> None:
    vendor, server = speak(reply(401, '{"message": "token expired"}'))
    with pytest.raises(VendorAuthFailed):
        vendor.export_orders([order()], group="")
    assert len(server.seen) == 1
    assert "a.jwt.token-of-the-workspace" not in repr(outside.exchanges)


@pytest.mark.parametrize("status", [404, 405])
def test_a_wrong_address_stops_the_queue_and_names_the_setting(speak: Speak, status: int) -> None:
    vendor, _server = speak(reply(status, '{"message": "Not found."}'))
    with pytest.raises(VendorAuthFailed, match="AUTOLETTER_URL"):
        vendor.export_orders([order(), order(2)], group="")


def test_the_check_makes_no_call_and_says_so(speak: Speak, outside: Outside) -> None:
    vendor, server = speak(TAKEN)
    assert "without sending" in vendor.check()
    assert (server.seen, outside.limiter.events) == ([], [])


def test_a_fixed_key_goes_to_its_own_origin_only_and_is_never_renewed() -> None:
    auth = FixedHeader("https://api.example.com/v2/", name="X-Key", value="secret")
    assert auth.headers("https://api.example.com/other?x=1", token=auth.token()) == {"X-Key": "secret"}
    for url in ("http://api.example.com/", "https://api.example.com:8443/", "https://evil.example.com/"):
        assert auth.headers(url, token="") == {}
    with pytest.raises(VendorAuthFailed):
        auth.renew(stale="")
