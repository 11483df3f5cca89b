"""What a code at the dispatch station is: a label's, however it was scanned; never an order's or an article's."""

import csv
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.errors import InvalidInput
from catalog.models import Variant
from fulfillment.admin.production_page.timeline import describe
from fulfillment.models import Carrier, Label, ParcelState, ProductionItem, ProductionOrder, ProductionShipment
from fulfillment.services.carrier_codes import is_usual_code, name_carrier
from fulfillment.services.dispatching import add_parcel
from fulfillment.services.parcel_rules import UNUSUAL_CODE, ParcelToMake
from fulfillment.services.scanning import ScanKind, confirm_scan
from fulfillment.services.tracking_codes import clean_code, find_label
from orders.models import VendorOrder
from tests.api.storefront import CARD, make_catalog
from tests.fulfillment.test_worklist import make_order
from tests.orders.rows import make_order as make_customers_order

pytestmark = pytest.mark.django_db
_SAMPLE = Path("tests/samples/reports/scanned-codes/codes.csv")
SCANNED = list(csv.DictReader(_SAMPLE.read_text().splitlines(), delimiter=";"))
GOOD, GROUPED = "00340434161094042557", "0034 0434 1610 9404 2557"


@pytest.fixture
def order() -> ProductionOrder:
    for key in ("dhl", "dpd", "ups", "freight"):
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
    assert not Push.objects.exists()
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
    make_label(order, GROUPED)
    scan = confirm_scan(GOOD, actor="anna")
    assert scan.parcel is not None
    assert scan.parcel.tracking_code == GROUPED, "the vendor compares it with the label's"


def later(days: int) -> None:
    """Let so many days pass for what was made until now."""
    ProductionShipment.objects.update(created_at=timezone.now() - timedelta(days=days))


@pytest.mark.parametrize("kept", [GOOD, GROUPED])
@pytest.mark.parametrize("given", [GOOD, GROUPED])
def test_a_part_under_a_label_is_reported_once_however_its_code_is_written(
    kept: str, given: str, order: ProductionOrder
) -> None:
    make_label(order, kept)
    part = ParcelToMake("dhl", given, quantities={order.items.get().pk: 2})
    parcel = add_parcel(order, part, actor="anna")
    assert add_parcel(order, part, actor="anna") == parcel, "a double click"
    with pytest.raises(InvalidInput, match="already used on"):
        add_parcel(order, part, actor="bert")
    assert (ProductionShipment.objects.count(), Push.objects.count()) == (1, 1)


def test_another_part_under_another_label_in_groups_is_another_parcel(order: ProductionOrder) -> None:
    item = order.items.get()
    for code in (GROUPED, "0034 0434 1610 9404 2564"):
        make_label(order, code)
        add_parcel(order, ParcelToMake("dhl", code, quantities={item.pk: 2}), actor="anna")
    assert (ProductionShipment.objects.count(), Push.objects.count()) == (2, 2)


def test_a_code_in_groups_rests_for_three_months_as_any_other(order: ProductionOrder) -> None:
    make_label(order, GROUPED)
    confirm_scan(GOOD, actor="anna")
    other = make_order(2)
    make_label(other, GOOD)
    later(91)
    with pytest.raises(InvalidInput, match="already used on"):
        add_parcel(other, ParcelToMake("dhl", GOOD), actor="anna")
    later(93)
    assert add_parcel(other, ParcelToMake("dhl", GOOD), actor="anna").tracking_code == GOOD


def test_a_code_that_comes_back_confirms_the_label_that_has_it_now(order: ProductionOrder) -> None:
    make_label(order, GOOD)
    old = confirm_scan(GOOD, actor="anna").parcel
    label = make_label(make_order(2), GROUPED)
    with pytest.raises(InvalidInput, match="already used on"):  # the other order is named, and nothing is made
        confirm_scan(GOOD, actor="anna")
    later(200)
    scan = confirm_scan(GOOD, actor="anna")
    assert scan.kind == ScanKind.CONFIRMED
    assert scan.parcel is not None
    assert (scan.parcel.label, scan.parcel == old) == (label, False)
    again = confirm_scan(GOOD, actor="bert")
    assert (again.kind, again.parcel) == (ScanKind.ALREADY, scan.parcel)


def test_an_old_parcel_is_named_where_nothing_else_has_its_code(order: ProductionOrder) -> None:
    parcel = add_parcel(order, ParcelToMake("dhl", GOOD), actor="anna")
    later(200)
    scan = confirm_scan(GROUPED, actor="anna")
    assert (scan.kind, scan.parcel) == (ScanKind.ALREADY, parcel)


@pytest.mark.parametrize("changes", [{"state": "cancelled"}, {"dispatch": "shipped"}])
def test_an_unused_label_of_an_order_that_has_ended_hides_no_parcel(
    changes: dict[str, str], order: ProductionOrder
) -> None:
    make_label(order, GOOD)
    make_label(make_order(2, **changes), GOOD)
    parcel = confirm_scan(GOOD, actor="anna").parcel
    again = confirm_scan(GOOD, actor="anna")
    assert (again.kind, again.parcel) == (ScanKind.ALREADY, parcel)


def test_parcels_are_found_by_an_index_however_their_codes_are_written(order: ProductionOrder) -> None:
    others = [
        ProductionShipment(production_order=order, carrier="dhl", tracking_code=f"{number:020}", made_by="anna")
        for number in range(1000)
    ]
    ProductionShipment.objects.bulk_create(others)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE fulfillment_productionshipment")
    assert "parcel_bare_code" in ProductionShipment.objects.with_code(GOOD, "1").explain()


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


OURS = (
    *("P-00009", "P-00008", "1", "MUG", CARD, "WEB-100001", "SHOP-100001", "WEB-100001-g1"),
    *("p-00008", "web-100001", "PO-4711", "990017", "880055", "CAP-RED", "OUR-CAP", "4006381333931"),
)


@pytest.mark.parametrize("code", OURS)
def test_the_code_of_an_order_or_an_article_is_never_a_tracking_code(code: str, order: ProductionOrder) -> None:
    next_order = make_order(2, reference="P-00008", reference2="PO-4711", order_vendor_id="990017", sku="CAP-RED")
    ProductionItem.objects.filter(production_order=next_order).update(sku_fulfiller="OUR-CAP")
    make_catalog()
    Variant.objects.filter(sku=CARD).update(gtin="4006381333931")
    customers = make_customers_order()
    VendorOrder.objects.create(order=customers, vendor="mypromo", reference="WEB-100001-g1", vendor_id="880055", part=1)
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


def test_the_label_of_the_next_order_is_not_taken_for_this_one(order: ProductionOrder) -> None:
    make_label(make_order(2, reference="P-00008"), GOOD)
    (text,) = refused(order, "0034 0434 1610 9404 2557", code_is_confirmed=True)["tracking_code"]
    assert "label of production order 2" in text


def test_the_code_of_a_label_that_was_used_long_ago_may_be_our_own_now(order: ProductionOrder) -> None:
    make_label(order, GOOD)
    confirm_scan(GOOD, actor="anna")
    other = make_order(2)
    later(91)
    with pytest.raises(InvalidInput, match="label of production order 1"):
        add_parcel(other, ParcelToMake("dhl", GOOD), actor="anna")
    later(93)
    assert add_parcel(other, ParcelToMake("dhl", GOOD), actor="anna").label is None


def test_an_unusual_code_that_a_person_uses_anyway_is_written_into_the_timeline(order: ProductionOrder) -> None:
    add_parcel(order, ParcelToMake("dhl", "OWN-VAN-7", code_is_confirmed=True), actor="anna")
    event = order.events.get(kind="parcel.made")
    assert (event.actor, event.params["code_is_confirmed"]) == ("anna", True)
    assert "used anyway" in describe(event)
    add_parcel(make_order(2), ParcelToMake("dhl", GOOD, code_is_confirmed=True), actor="anna")
    assert "used anyway" not in describe(order.events.model.objects.order_by("pk").last())


@pytest.mark.parametrize(
    ("carrier", "right", "slip"),
    [
        ("dhl", "00340434161094042557", "00340434161094042575"),
        ("dhl", "201298452277", "201298452287"),
        ("dhl-express", "8487135506", "8487135560"),
        ("dhl", "RR123456785DE", "RR123456875DE"),
        ("dpd", "01015026003653C", "01015026003635C"),
        ("ups", "1Z5R89390357567127", "1Z5R89390357567128"),
        ("fedex", "986578788855", "986578788585"),
        ("usps", "9400111202555842332669", "9400111202555842336269"),
    ],
)
def test_a_slip_in_a_code_is_seen_by_its_check_digit(carrier: str, right: str, slip: str) -> None:
    assert is_usual_code(right, carrier=carrier)
    assert not is_usual_code(slip, carrier=carrier)


def test_the_code_of_another_carrier_is_asked_about_by_its_name(order: ProductionOrder) -> None:
    (text,) = refused(order, "1Z5R89390357567127")[UNUSUAL_CODE]
    assert text == "1Z5R89390357567127 looks like a tracking code of UPS, not of DHL. Is it right?"
    assert name_carrier(GOOD) == "dhl"
    assert name_carrier("RR123456785DE") == "", "any national post may have it"


def test_of_the_bar_code_on_dpds_label_only_its_number_is_reported(order: ProductionOrder) -> None:
    parcel = add_parcel(order, ParcelToMake("dpd", "%001011501234567890123101276"), actor="anna")
    assert parcel.tracking_code == "01234567890123"


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
        "dhl": (GOOD, "JD014600003450000000", "JJD000390007882823100", "3318810025", "RR123456785DE"),
        "ups": ("1Z999AA10123456784", "1z999aa10123456784"),
        "dpd": ("01234567890123", "01015026003653C"),
        "dpd-uk": ("15501234567890", "1234567890"),
        "dp-warenpost": (GOOD, "A0030E092806011E001E", "LX123456785DE"),
        "fedex": ("800925989385163", "986578788855"),
        "gls": ("ZZ7KQ2M1", "50512345678"),
        "hermes": ("H1000730000123456789", "12345678901234"),
        "postnl": ("3SABCD1234567",),
        "austrian-post": ("1000123456789012345678", "RR123456785AT"),
        "swiss-post": ("990100011100320321", "99.01.000111.00320321"),
        "royal-mail": ("RB123456785GB",),
        "tnt": ("123456789", "GD123456782WW"),
        "usps": ("9400111202555842332669", "RR123456785US"),
        "freight": ("anything at all",),
    }.items(),
)
def test_codes_of_carriers_are_known(carrier: str, codes: tuple[str, ...]) -> None:
    assert [is_usual_code(code, carrier=carrier) for code in codes] == [True] * len(codes)
    if carrier != "freight":
        assert not is_usual_code("P-00008", carrier=carrier)
