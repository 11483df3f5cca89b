"""Every limit, at its edge and one beyond."""

from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from backoffice.accounts.models import Shop
from backoffice.vendors.abilities import TakesOrders
from backoffice.vendors.registry import vendor_type
from catalog.models import Variant
from orders.services.preflight.address_checks import split_street
from tests.api.storefront import CARD, PEN, SIGN, Storefront, build_order, make_catalog, make_storefront

LIMITS = vendor_type("mypromo", TakesOrders).ADDRESS_LIMITS
PLAIN = sorted(set(LIMITS) - {"country_code", "email"})
FULL_ADDRESS = {"company": "Firma", "street": "Weg 1", "zip": "10115", "city": "Berlin", "country_code": "DE"}


@pytest.fixture
def storefront(db: None) -> Storefront:
    return make_storefront()


@pytest.fixture(autouse=True)
def catalog(db: None) -> dict[str, Variant]:
    return make_catalog()


def complaints(storefront: Storefront, **changes: Any) -> dict[str, list[str]]:
    """Return what stands against the order with these changes; empty when it is taken."""
    answer = storefront.place(build_order(**changes))
    assert answer.status_code in {201, 422, 400}, answer.content
    return {} if answer.status_code == 201 else answer.json()["errors"]


@pytest.mark.parametrize("role", ["recipient", "shipper", "export"])
@pytest.mark.parametrize("name", PLAIN)
def test_an_address_field_is_taken_at_its_limit_and_refused_beyond(
    storefront: Storefront, role: str, name: str
) -> None:
    _least, most = LIMITS[name]
    assert complaints(storefront, **{role: FULL_ADDRESS | {name: "x" * most}}) == {}
    errors = complaints(storefront, **{"reference": "other", role: FULL_ADDRESS | {name: "x" * (most + 1)}})
    assert list(errors) == [f"{role}.{name}"]
    assert str(most) in errors[f"{role}.{name}"][0]
    assert str(most + 1) in errors[f"{role}.{name}"][0]


@pytest.mark.parametrize("name", [name for name in PLAIN if LIMITS[name][0] > 1])
def test_an_address_field_is_taken_at_its_least_and_refused_below(storefront: Storefront, name: str) -> None:
    least, _most = LIMITS[name]
    assert complaints(storefront, recipient=FULL_ADDRESS | {name: "x" * least}) == {}
    errors = complaints(storefront, reference="other", recipient=FULL_ADDRESS | {name: "x" * (least - 1)})
    assert list(errors) == [f"recipient.{name}"]


@pytest.mark.parametrize("name", ["zip", "city", "country_code"])
def test_what_every_address_needs_is_missed(storefront: Storefront, name: str) -> None:
    assert list(complaints(storefront, recipient=FULL_ADDRESS | {name: None})) == [f"recipient.{name}"]


def test_an_address_needs_a_last_name_or_a_company(storefront: Storefront) -> None:
    assert "recipient.lastname" in complaints(storefront, recipient=FULL_ADDRESS | {"company": None})
    assert complaints(storefront, recipient=FULL_ADDRESS | {"company": None, "lastname": "G"}) == {}


def test_lengths_count_characters_not_bytes(storefront: Storefront) -> None:
    assert complaints(storefront, **{"recipient.street": "ß" * 30}) == {}


def test_the_invoice_address_is_not_the_vendors_business_but_must_fit_our_columns(storefront: Storefront) -> None:
    long = {"company": "x" * 200, "street": "y" * 200, "zip": "1", "country_code": "DE"}
    assert complaints(storefront, invoice_address=long) == {}
    errors = complaints(storefront, reference="other", invoice_address=long | {"company": "x" * 201})
    assert list(errors) == ["invoice_address.company"]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("reference", 50),
        ("shipping_method", 100),
        ("customer.firstname", 100),
        ("customer.lastname", 100),
        ("customer.phone", 50),
        ("lines.0.reference", 50),
        ("lines.0.name", 500),
        ("lines.0.files.0.type", 64),
        ("lines.0.customs.description", 200),
        ("lines.0.customs.number", 50),
        ("lines.0.custom_properties", 50),
        ("custom_properties", 50),
    ],
)
def test_texts_are_taken_as_wide_as_our_columns_and_refused_beyond(
    storefront: Storefront, path: str, most: int
) -> None:
    def value(length: int) -> Any:
        return {str(n): "v" for n in range(length)} if path.endswith("properties") else "x" * length

    assert complaints(storefront, **{"reference": "first", path: value(most)}) == {}
    errors = complaints(storefront, **{"reference": "second", path: value(most + 1)})
    assert len(errors) == 1
    assert str(most) in str(errors)


@pytest.mark.parametrize("length", [255, 256])
def test_custom_properties_are_limited_in_key_and_value(storefront: Storefront, length: int) -> None:
    for name, properties in {"a": {"k" * length: "v"}, "b": {"k": "v" * length}}.items():
        assert bool(complaints(storefront, reference=f"R{name}", custom_properties=properties)) == (length > 255)


@pytest.mark.parametrize(("count", "fine"), [(0, False), (1, True), (200, True), (201, False)])
def test_an_order_has_one_to_two_hundred_lines(storefront: Storefront, count: int, fine: bool) -> None:
    line = {"sku": PEN, "quantity": 10, "unit_price": "1"}
    assert (complaints(storefront, lines=[line] * count) == {}) is fine


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        ("0", True), ("0.00", True), ("9999999999.99", True), ("10000000000", False), ("1.0001", False),
        ("-0.01", False), ("1e5", False), ("NaN", False), ("", False), (".5", False), ("1.", False), ("١", False),
        (" 1 ", True), ("1 0", False), ("1,5", False),
    ],
)  # fmt: skip
def test_a_total_is_an_amount_with_three_decimals_at_most(storefront: Storefront, text: str, fine: bool) -> None:
    assert (complaints(storefront, total=text) == {}) is fine


@pytest.mark.parametrize(
    ("text", "fine"), [("0", True), ("99999999.9999", True), ("100000000", False), ("0.00001", False), ("-1", False)]
)
def test_a_unit_price_is_an_amount_with_four_decimals(storefront: Storefront, text: str, fine: bool) -> None:
    assert (complaints(storefront, **{"lines.0.unit_price": text}) == {}) is fine


@pytest.mark.parametrize(
    ("sku", "quantity", "fine"),
    [
        (PEN, 9, False), (PEN, 10, True), (PEN, 1000, True), (PEN, 1001, False), (SIGN, 1, True), (SIGN, 2, False),
        (SIGN, 100, True), (SIGN, 101, False), (CARD, 1, True), (CARD, 200_000, True), (CARD, 200_001, False),
        (CARD, 0, False), (CARD, 2_147_483_648, False), (CARD, 1.5, False), (CARD, "1", False), (CARD, True, False),
    ],
)  # fmt: skip
def test_quantities_keep_to_the_rules_of_the_variant(
    storefront: Storefront, sku: str, quantity: Any, fine: bool
) -> None:
    files = [] if sku == PEN else [{"url": "https://files.example.com/a.pdf"}]
    line = {"sku": sku, "quantity": quantity, "unit_price": "1", "files": files}
    assert list(complaints(storefront, lines=[line])) == ([] if fine else ["lines[0].quantity"])


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"gone_at": timezone.now()}, "no longer"),
        ({"test_product": True}, "test product"),
        ({"active": False}, "not active"),
        ({"orderable": False}, "cannot be produced"),
    ],
)
def test_what_cannot_be_made_cannot_be_ordered(storefront: Storefront, fields: dict[str, Any], word: str) -> None:
    Variant.objects.filter(sku=CARD).update(**fields)
    errors = complaints(storefront)
    assert list(errors) == ["lines[0].sku"]
    assert word in errors["lines[0].sku"][0]


def test_printed_goods_need_files_or_a_design_and_stock_takes_none(storefront: Storefront) -> None:
    file = {"url": "https://files.example.com/a.pdf"}
    base = {"quantity": 10, "unit_price": "1"}
    assert list(complaints(storefront, lines=[base | {"sku": CARD}])) == ["lines[0].files"]
    assert list(complaints(storefront, lines=[base | {"sku": PEN, "files": [file]}])) == ["lines[0].files"]
    assert list(complaints(storefront, lines=[base | {"design_id": 9, "files": [file]}])) == ["lines[0].files"]
    assert list(complaints(storefront, lines=[base])) == ["lines[0].sku"]
    assert complaints(storefront, lines=[base | {"sku": CARD, "design_id": "9"}]) == {}


@pytest.mark.parametrize(
    "url",
    [
        "http://files.example.com/a.pdf", "ftp://files.example.com/a", "file:///etc/passwd", "https://127.0.0.1/a",
        "https://2130706433/", "https://[::ffff:10.0.0.1]/", "https://localhost/a", "https://user:pass@files.example.com/a",
        "https://169.254.169.254/latest", "javascript:alert(1)", "https://", "x", "https://db.internal/",
    ],
)  # fmt: skip
def test_only_public_hosts_by_https_or_sftp_are_taken(storefront: Storefront, url: str) -> None:
    assert list(complaints(storefront, **{"lines.0.files.0.url": url})) == ["lines[0].files[0].url"]
    slip = {"kind": "label", "url": url}
    assert list(complaints(storefront, documents=[slip])) == ["documents[0].url"]


def test_sftp_and_with_the_setting_the_sandboxs_own_addresses_are_taken(storefront: Storefront, settings) -> None:
    assert complaints(storefront, **{"lines.0.files.0.url": "sftp://files.example.com/a.pdf"}) == {}
    settings.ALLOW_PRIVATE_FILE_HOSTS = True
    assert complaints(storefront, **{"reference": "b", "lines.0.files.0.url": "http://127.0.0.1:8100/a.pdf"}) == {}


@pytest.mark.parametrize(
    ("auth", "fine"),
    [
        ({"basic": {"username": "u", "password": "p"}}, True),
        ({"header": "Bearer x"}, True),
        ({}, False),
        ({"basic": {"username": "u", "password": "p"}, "header": "x"}, False),
        ({"basic": {"username": "u"}}, False),
        ({"oauth2": {}}, False),
        ("u:p", False),
    ],
)
def test_credentials_are_basic_or_a_header(storefront: Storefront, auth: Any, fine: bool) -> None:
    assert (complaints(storefront, **{"lines.0.files.0.auth": auth}) == {}) is fine


@pytest.mark.parametrize(
    ("country", "state", "wrong"),
    [
        ("DE", None, None), ("DEU", None, None), ("de", "be", None), ("DE", "XX", "state_code"), ("US", "CA", None),
        ("US", None, "state_code"), ("US", "BE", "state_code"),
        ("XX", None, "country_code"), ("XX", "CA", "country_code"),
    ],
)  # fmt: skip
def test_countries_and_states_are_those_that_can_be_shipped_to(
    storefront: Storefront, country: str, state: str | None, wrong: str | None
) -> None:
    errors = complaints(storefront, **{"recipient.country_code": country, "recipient.state_code": state})
    assert list(errors) == ([f"recipient.{wrong}"] if wrong else [])


def test_the_currency_is_the_shops(storefront: Storefront) -> None:
    Shop.objects.update(on_odd_price="refuse")
    assert list(complaints(storefront, currency="USD")) == ["currency"]


def test_a_recipients_e_mail_address_has_the_form_of_one(storefront: Storefront) -> None:
    assert list(complaints(storefront, **{"recipient.email": "jana"})) == ["recipient.email"]
    assert complaints(storefront, **{"customer.email": None}) == {}


@pytest.mark.parametrize("field", ["description", "number", "origin", "currency", "amount"])
def test_customs_data_is_given_whole(storefront: Storefront, field: str) -> None:
    customs = build_order()["lines"][0]["customs"]
    del customs[field]
    assert list(complaints(storefront, **{"lines.0.customs": customs})) == [f"lines[0].customs.{field}"]


@pytest.mark.parametrize(
    "moment", ["2026-11-20T10:30:00", "20.11.2026", "1999-12-31T23:59:59Z", "9999-12-31T23:59:59Z", 5]
)
def test_the_time_of_placing_is_a_time_with_its_zone_in_our_century(storefront: Storefront, moment: Any) -> None:
    assert complaints(storefront, placed_at=moment)


def test_two_lines_of_one_reference_are_refused(storefront: Storefront) -> None:
    assert complaints(storefront, **{"lines.1.reference": "1"})


# --- A street that is too long ----------------------------------------------------------------------------------------


def test_a_street_that_is_too_long_is_offered_in_two_parts(storefront: Storefront) -> None:
    street = "Wilhelm-Busch-Straße 42, Hinterhaus links"
    answer = storefront.place(build_order(**{"recipient.street": street}))
    assert list(answer.json()["errors"]) == ["recipient.street"]
    suggestion = answer.json()["suggestions"]["recipient"]
    assert suggestion == {"street": "Wilhelm-Busch-Straße 42", "care_of": "Hinterhaus links"}
    mended = {f"recipient.{name}": value for name, value in suggestion.items()}
    assert storefront.place(build_order(**mended)).status_code == 201


def test_nothing_is_offered_when_the_care_of_is_taken_or_no_place_divides_it(storefront: Storefront) -> None:
    taken = storefront.place(build_order(**{"recipient.street": "a " * 18, "recipient.care_of": "c/o"}))
    endless = storefront.place(build_order(**{"recipient.street": "x" * 31}))
    assert "suggestions" not in taken.json()
    assert "suggestions" not in endless.json()


@given(st.text(alphabet="ab ,ß", max_size=80), st.integers(2, 40))
def test_a_divided_street_fits_and_has_lost_no_letter(street: str, limit: int) -> None:
    parts = split_street(street, limit=limit)
    if parts is not None:
        assert all(0 < len(part) <= limit for part in parts)
        assert [c for c in "".join(parts) if c not in " ,"] == [c for c in street if c not in " ,"]
