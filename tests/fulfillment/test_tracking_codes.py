"""What a code at the dispatch station is: a label's, however it was scanned; never an order's or an article's."""

import csv
from pathlib import Path

import pytest
from django.db import connection

from backoffice.errors import InvalidInput
from fulfillment.models import Carrier, Label, ParcelState, ProductionOrder, ProductionShipment
from fulfillment.services.dispatching import add_parcel
from fulfillment.services.parcel_rules import UNUSUAL_CODE, ParcelToMake
from fulfillment.services.scanning import ScanKind, confirm_scan
from fulfillment.services.tracking_codes import clean_code, find_label, is_usual_code
from orders.models import VendorOrder
from tests.api.storefront import CARD, make_catalog
from tests.fulfillment.test_worklist import make_order
from tests.orders.rows import make_order as make_customers_order

pytestmark = pytest.mark.django_db
_SAMPLE = Path("tests/samples/reports/scanned-codes/codes.csv")
SCANNED = list(csv.DictReader(_SAMPLE.read_text().splitlines(), delimiter=";"))
GOOD = "00340434161094042557"


@pytest.fixture
def order() -> ProductionOrder:
    for key in ("dhl", "ups", "freight"):
        Carrier.objects.create(key=key, name=key.upper(), available=True)
    return make_order(1, reference="P-00009", sku="MUG")


def make_label(order: ProductionOrder, code: str) -> Label:
    number = str(Label.objects.count() + 1)
    return Label.objects.create(
        production_order=order, kind="supplied", state="kept", vendor_id=number, carrier="dhl", tracking_code=code
    )


def refused(order: ProductionOrder, code: str, **more: object) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as refusal:
        add_parcel(order, ParcelToMake(str(more.pop("carrier", "dhl")), code, **more), actor="anna")
    assert not ProductionShipment.objects.exists()
    return refusal.value.errors


@pytest.mark.parametrize("case", SCANNED, ids=[case["scanned"] for case in SCANNED])
def test_a_code_in_groups_or_within_a_longer_one_finds_its_label(case: dict[str, str], order: ProductionOrder) -> None:
    label = make_label(order, case["label code"])
    make_label(make_order(2), "99999999999999")
    scan = confirm_scan(case["scanned"], actor="anna")
    assert (scan.kind, scan.parcel and scan.parcel.label) == (ScanKind.CONFIRMED, label)
    assert confirm_scan(case["scanned"], actor="bert").kind == ScanKind.ALREADY
    assert ProductionShipment.objects.count() == 1


def test_a_label_that_is_written_in_groups_is_found_and_reported_as_it_is_written(order: ProductionOrder) -> None:
    make_label(order, "0034 0434 1610 9404 2557")
    scan = confirm_scan(GOOD, actor="anna")
    assert scan.parcel is not None
    assert scan.parcel.tracking_code == "0034 0434 1610 9404 2557", "the vendor compares it with the label's"


def test_a_bar_code_that_contains_the_codes_of_two_labels_is_nobodys(order: ProductionOrder) -> None:
    make_label(order, "800925989385163")
    make_label(make_order(2), "0925989385163")
    assert find_label("1071804952390002087800800925989385163") is None
    assert confirm_scan("1071804952390002087800800925989385163", actor="anna").kind == ScanKind.UNKNOWN


def test_labels_are_found_by_an_index_however_many_there_are(order: ProductionOrder) -> None:
    label = make_label(order, GOOD)
    others = [Label(production_order=order, kind=label.kind, vendor_id=f"x{number}", tracking_code=f"{number:020}")
              for number in range(1000)]  # fmt: skip
    Label.objects.bulk_create(others)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fulfillment_label")
        plan = Label.objects.with_code(GOOD).explain()
    assert "label_bare_code" in plan


@pytest.mark.parametrize("code", ["P-00009", "P-00008", "1", "MUG", CARD, "WEB-100001", "SHOP-100001", "WEB-100001-g1"])
def test_the_code_of_an_order_or_an_article_is_never_a_tracking_code(code: str, order: ProductionOrder) -> None:
    make_order(2, reference="P-00008")
    make_catalog()
    customers = make_customers_order()
    VendorOrder.objects.create(order=customers, vendor="mypromo", reference="WEB-100001-g1", part=1)
    for carrier in ("dhl", "freight"):
        errors = refused(order, code, carrier=carrier, code_is_confirmed=True)
        assert errors.keys() == {"tracking_code"}
        assert code in errors["tracking_code"][0]


def test_a_code_that_looks_like_none_of_its_carrier_is_asked_about(order: ProductionOrder) -> None:
    errors = refused(order, "4006381333931")  # the number of an article, as on its package
    assert errors.keys() == {UNUSUAL_CODE}
    assert "DHL" in errors[UNUSUAL_CODE][0]
    parcel = add_parcel(order, ParcelToMake("dhl", "4006381333931", code_is_confirmed=True), actor="anna")
    assert parcel.tracking_code == "4006381333931"


def test_a_typed_code_is_kept_without_its_spaces(order: ProductionOrder) -> None:
    parcel = add_parcel(order, ParcelToMake("dhl", "0034 0434 1610\u00a09404 2557"), actor="anna")
    assert parcel.tracking_code == GOOD


@pytest.mark.parametrize("code", ["", " ", "-", "\u2800", "]C1", "\u200b"])
def test_what_shows_no_code_is_none(code: str, order: ProductionOrder) -> None:
    assert clean_code(code) == ""
    order.shipments.create(vendor_id="1", state=ParcelState.REPORTED)  # one of which no code is known
    assert confirm_scan(code, actor="anna").kind == ScanKind.UNKNOWN


def test_a_scanned_code_is_spelled_as_a_typed_one() -> None:
    assert clean_code("]C1\x1d Gro\u0308\u00dfe-1\u200b\r\n") == "Gr\u00f6\u00dfe-1"


@pytest.mark.parametrize(
    ("carrier", "codes"),
    {
        "dhl": (GOOD, "JD014600003450000000", "JJD000390007882823100", "1234567890", "RR123456785DE"),
        "ups": ("1Z999AA10123456784", "1z999aa10123456784"),
        "dpd": ("01234567890123", "01234567890123X"),
        "dpd-uk": ("15501234567890", "1234567890"),
        "fedex": ("800925989385163", "123456789012"),
        "gls": ("ZZ7KQ2M1", "50512345678"),
        "hermes": ("H1000730000123456789", "12345678901234"),
        "royal-mail": ("JX123456789GB",),
        "usps": ("9400111899223197428490", "RR123456785US"),
        "freight": ("anything at all",),
    }.items(),
)
def test_codes_of_carriers_are_known(carrier: str, codes: tuple[str, ...]) -> None:
    assert [is_usual_code(code, carrier=carrier) for code in codes] == [True] * len(codes)
    if carrier != "freight":
        assert not is_usual_code("P-00008", carrier=carrier)
