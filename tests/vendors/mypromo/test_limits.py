"""What mypromo would refuse is found before it is sent."""

from typing import Any

import pytest
from django.utils import translation

from backoffice.text.translatable import render, serialize
from backoffice.vendors.messages import Credentials, FileLink, OrderToPlace, RemoteLineKind
from backoffice.vendors.mypromo.adapter import MyPromo
from backoffice.vendors.mypromo.limits import ADDRESS_LIMITS
from tests.vendors.mypromo.samples import address, files_line, order


def found(checked: OrderToPlace) -> dict[str, str]:
    return {error.field: error.text for error in MyPromo.check_order(checked)}


def test_the_documented_order_has_no_faults() -> None:
    assert found(order(lines=(files_line(),))) == {}


@pytest.mark.parametrize("role", ["recipient", "shipper", "export"])
@pytest.mark.parametrize("name", [name for name in ADDRESS_LIMITS if name not in ("email", "country_code")])
def test_each_text_of_an_address_fits_exactly_its_limits(name: str, role: str) -> None:
    least, most = ADDRESS_LIMITS[name]
    assert found(order(**{role: address(**{name: "ß" * most})})) == {}
    assert found(order(**{role: address(**{name: "ß" * max(least, 1)})})) == {}
    assert found(order(**{role: address(**{name: "ß" * (most + 1)})})) == {
        f"{role}.{name}": f"Too long: {most + 1} characters, at most {most} are allowed."
    }
    if least > 1:
        assert found(order(**{role: address(**{name: "ß" * (least - 1)})})) == {
            f"{role}.{name}": f"Too short: {least - 1} of at least {least} characters."
        }


@pytest.mark.parametrize("name", ["zip", "city", "country_code"])
def test_what_is_required_is_missed(name: str) -> None:
    assert found(order(recipient=address(**{name: ""}))) == {f"recipient.{name}": "Missing."}


def test_a_last_name_or_a_company_is_needed() -> None:
    assert found(order(recipient=address(company=""))) == {}
    assert found(order(recipient=address(lastname=""))) == {}
    assert set(found(order(recipient=address(lastname="", company="")))) == {"recipient.lastname"}


@pytest.mark.parametrize("code", ["D", "D1", "12", "DEUT", "ÄÖ", "D "])
def test_a_country_is_a_code_of_two_or_three_letters(code: str) -> None:
    assert set(found(order(recipient=address(country_code=code)))) == {"recipient.country_code"}
    assert found(order(recipient=address(country_code="DEU"))) == {}


def test_an_e_mail_address_has_255_characters_at_most_and_is_one() -> None:
    assert set(found(order(recipient=address(email="nobody")))) == {"recipient.email"}
    long = "a" * 60 + "@" + ".".join(["b" * 62] * 4) + ".de"
    assert len(long) > 255
    assert "recipient.email" in found(order(recipient=address(email=long)))


@pytest.mark.parametrize("reference", ["", "1", "r" * 51])
def test_an_order_needs_a_reference_that_fits(reference: str) -> None:
    assert set(found(order(reference=reference))) == {"reference"}


def test_an_address_that_is_not_given_has_no_faults() -> None:
    assert found(order(shipper=None, export=None)) == {}


LINE_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"reference": ""}, "reference"),
    ({"reference": "r" * 51}, "reference"),
    ({"quantity": 0}, "quantity"),
    ({"quantity": -1}, "quantity"),
    ({"sku": ""}, "sku"),
    ({"files": ()}, "files"),
    ({"kind": RemoteLineKind.STOCK}, "files"),
    ({"kind": RemoteLineKind.DESIGN, "files": ()}, "design_id"),
    ({"kind": RemoteLineKind.DESIGN, "design_id": "9"}, "files"),
    ({"custom_properties": {"k" * 256: "v"}}, "custom_properties." + "k" * 256),
    ({"custom_properties": {"k": "v" * 256}}, "custom_properties.k"),
    (
        {"files": (FileLink(url="sftp://h.example.com/a", credentials=Credentials(scheme="header", header="x")),)},
        "files.0.credentials",
    ),
]


@pytest.mark.parametrize(("changes", "field"), LINE_FAULTS, ids=lambda value: value if isinstance(value, str) else "")
def test_faults_of_a_line_are_named_by_their_place(changes: dict[str, Any], field: str) -> None:
    assert set(found(order(lines=(files_line(), files_line(**changes))))) == {f"lines.1.{field}"}


def test_all_faults_are_found_at_once() -> None:
    broken = order(recipient=address(street="x" * 31, zip="1"), lines=(files_line(quantity=0),))
    assert set(found(broken)) == {"recipient.street", "recipient.zip", "lines.0.quantity"}


def test_a_reader_of_german_reads_in_german_what_an_english_clerk_caused() -> None:
    [text] = found(order(recipient=address(street="x" * 31))).values()
    with translation.override("de"):
        assert render(serialize([text])) == ["Zu lang: 31 Zeichen, höchstens 30 sind erlaubt."]
