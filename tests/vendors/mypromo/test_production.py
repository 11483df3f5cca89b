"""Production orders, labels and parcels, against mypromo's documented examples."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backoffice.vendors.base import InvalidCallback
from backoffice.vendors.design_messages import RemoteDesignState
from backoffice.vendors.errors import VendorNotFound
from backoffice.vendors.messages import Customs, HistoryEntry, PostalAddress, RemoteLineKind, Version
from backoffice.vendors.mypromo.adapter import MyPromoFulfiller
from backoffice.vendors.production_messages import (
    PartyReport,
    ProductionDesign,
    ProductionFileData,
    ProductionItemReport,
    ProductionOrderReport,
    PropertyData,
    RemoteFileKind,
    RemoteProductionState,
)
from tests.vendors.loopback import reply
from tests.vendors.mypromo.conftest import SpeakAsFulfiller
from tests.vendors.mypromo.production_samples import PARCEL
from tests.vendors.mypromo.samples import sample, sample_json

ORDER = sample_json("production_orders.get.200.json")


def at(day: int, hour: int, minute: int, second: int, month: int = 2) -> datetime:
    return datetime(2020, month, day, hour, minute, second, tzinfo=UTC)


EARLIEST, LATEST = at(25, 23, 59, 59), at(1, 23, 59, 59, month=3)
SAM = PostalAddress(
    company="Sample Company",
    firstname="Sam",
    lastname="Sample",
    street="Sample Street 1",
    care_of="Street add",
    zip="12345",
    city="Sample Town",
    state_code="NW",
    district="District",
    country_code="DE",
    phone="+491234567890",
    email="sam@sample.com",
)
THRICE = (PropertyData(key="property", value="value"),) * 3
ITEM = ProductionItemReport(
    vendor_id="61",
    quantity=5,
    state=RemoteProductionState.DONE,
    raw_state="FINISHED",
    order_line_vendor_id="83",
    reference="05cteg84w3ltqxdaumnyvdhlg74z4uel",
    sku="TESTPRODUCT123",
    sku_fulfiller="abc123",
    name="Testproduct 123",
    kind=RemoteLineKind.DESIGN,
    shipping_earliest=EARLIEST,
    shipping_latest=LATEST,
    shipping_late=False,
    custom_properties=THRICE,
    configuration=THRICE,
    files=(
        ProductionFileData(
            vendor_id="159",
            url="https://dev.api.mypromo.com/v1/download/159/poi/61",
            kind=RemoteFileKind.PRINT,
            raw_state="PREFLIGHT_FINISHED",
        ),
    ),
    designs=(
        ProductionDesign(
            vendor_id="19",
            state=RemoteDesignState.CHECKED,
            raw_state="PREFLIGHT_FINISHED",
            preview_url="https://dev.api.mypromo.com/v1/designs/19/preview",
            start_url="https://pf-geiger.stage-00.aws.rissc.net/editor/05cteg84w3ltqxdaumnyvdhlg74z4uel/edit",
        ),
    ),
    customs=Customs(
        description="Printed matter, n.e.s.", number="49119900", origin="DE", currency="EUR", amount=Decimal("10.5")
    ),
)
HISTORY = tuple(
    HistoryEntry(vendor_id=number, text=text, at=time)
    for number, text, time in (
        (365, "Production-Order created.", at(20, 17, 4, 2)),
        (366, "Production-Order is now pending.", at(20, 17, 4, 2)),
        (367, "Mail notification for Production-Order #61 sent to fulfiller.dev@mypromo.com", at(20, 17, 4, 2)),
        (368, "Production started.", at(20, 17, 4, 2)),
        (369, "File 'CPO61.xml' successfully via SFTP transferred.", at(20, 17, 4, 2)),
        (370, "File 'CPO61_deliverySlip_1.pdf' successfully via SFTP transferred.", at(20, 17, 4, 2)),
        (371, "File 'CPO61_printfile_1.pdf' successfully via SFTP transferred.", at(20, 17, 4, 2)),
        (372, "Files have been successfully via SFTP transferred.", at(20, 17, 9, 3)),
        (375, "Production-Order finished.", at(24, 12, 6, 3)),
        (376, "Mail notification for Production-Order #61 sent to fulfiller.dev@mypromo.com", at(24, 12, 6, 3)),
    )
)
FINISHED = ProductionOrderReport(
    vendor="mypromo-fulfiller",
    vendor_id="61",
    state=RemoteProductionState.DONE,
    raw_state="FINISHED",
    version=Version(updated_at=at(24, 12, 6, 3), history_id=376, rank=3),
    order_vendor_id="70",
    reference="1582218043",
    has_generic_label=True,
    shipping_earliest=EARLIEST,
    shipping_latest=LATEST,
    # It comes as 0 here.
    shipping_late=False,
    parties=(
        PartyReport(vendor_id="id", kind="merchant", name="Merchant x", contract_id="M008"),
        PartyReport(vendor_id="id", kind="fulfiller", name="Fulfiller x", contract_id="F012"),
    ),
    custom_properties=tuple(PropertyData(key=f"property{n}", value=f"value{n}") for n in (1, 2, 3)),
    shipper=msgspec.structs.replace(
        SAM,
        reference="a9e8849c-8924-4095-beab-32958201f026",
        phone="+4991234567890",
        commercial_register_entry="Test123",
    ),
    recipient=msgspec.structs.replace(
        SAM, reference="dddb6f9e-62b2-44ee-9fa5-85cad6dc85c9", commercial_register_entry="Test321"
    ),
    export=msgspec.structs.replace(
        SAM, reference="1039ed07-58ca-412c-8ec0-8abd7b0fab82", commercial_register_entry="Test321444"
    ),
    items=(ITEM,),
    files=(
        ProductionFileData(
            vendor_id="157",
            url="https://dev.api.mypromo.com/v1/download/157/p/61",
            kind=RemoteFileKind.DELIVERY_SLIP,
            raw_kind="deliverySlip",
            raw_state="DOWNLOADED",
        ),
        ProductionFileData(
            vendor_id="159",
            url="https://dev.api.mypromo.com/v1/61/untmG9",
            kind=RemoteFileKind.LABEL,
            raw_kind="label",
            raw_state="DOWNLOADED",
            carrier="dhl",
            tracking_code="45648797852547",
        ),
    ),
    shipments=(
        PARCEL,
        msgspec.structs.replace(PARCEL, vendor_id="30", lines=(msgspec.structs.replace(PARCEL.lines[0], quantity=2),)),
    ),
    histories=HISTORY,
    created_at=at(20, 17, 4, 2),
)


def test_a_production_order_is_read_whole(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(200, sample("production_orders.get.200.json")))
    assert mypromo.read_production_order("61") == FINISHED
    assert (server.seen[0].method, server.seen[0].path) == ("GET", "/mypromo/v1/production_orders/61")


def test_a_callback_is_the_production_order_itself() -> None:
    assert MyPromoFulfiller.read_callback("production", sample("production_orders.get.200.json")) == (FINISHED,)


def test_a_production_order_that_does_not_exist_is_not_found(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, _ = speak_as_fulfiller(reply(404, '{"message": "Not found."}'))
    with pytest.raises(VendorNotFound):
        mypromo.read_production_order("61")


def test_the_list_shows_the_same_as_the_order_itself(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(200, sample("production_orders.list.200.json")))
    listed = list(mypromo.list_production_orders(updated_from=date(2020, 2, 1)))
    assert [order.vendor_id for order in listed] == ["61"]
    assert server.seen[0].path == "/mypromo/v1/production_orders?updated_from=2020-02-01&page=1&per_page=15"


def test_the_list_can_be_asked_for_by_the_day_of_making_or_whole(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(200, '{"data": []}'))
    assert list(mypromo.list_production_orders(created_from=date(2020, 2, 1))) == []
    assert list(mypromo.list_production_orders()) == []
    assert [seen.path.partition("?")[2] for seen in server.seen] == [
        "created_from=2020-02-01&page=1&per_page=15", "page=1&per_page=15",
    ]  # fmt: skip


def test_all_pages_are_read_and_what_is_unreadable_is_left_out(
    speak_as_fulfiller: SpeakAsFulfiller, caplog: pytest.LogCaptureFixture
) -> None:
    def page(*orders: Any) -> Any:
        return reply(200, json.dumps({"data": orders, "meta": {"last_page": 2}}))

    mypromo, server = speak_as_fulfiller(page(ORDER, ORDER | {"id": 62, "status": None}), page(ORDER | {"id": 63}))
    assert [order.vendor_id for order in mypromo.list_production_orders()] == ["61", "63"]
    assert len(server.seen) == 2
    assert "cannot be read" in caplog.text


@pytest.mark.parametrize(
    ("word", "state", "rank"),
    [
        ("NEW", RemoteProductionState.PENDING, 1),
        ("PENDING", RemoteProductionState.PENDING, 1),
        ("PROCESSING", RemoteProductionState.IN_PRODUCTION, 2),
        ("finished", RemoteProductionState.DONE, 3),
        ("CANCELED", RemoteProductionState.CANCELLED, 3),
        ("CANCELLED", RemoteProductionState.CANCELLED, 3),
        ("PACKING", RemoteProductionState.UNKNOWN, 0),
    ],
)
def test_each_word_for_a_state_is_ours_or_unknown_and_kept(word: str, state: RemoteProductionState, rank: int) -> None:
    item = ORDER["production_order_items"][0] | {"status": word}
    (report,) = MyPromoFulfiller.read_callback("production", body_of(status=word, production_order_items=[item]))
    assert isinstance(report, ProductionOrderReport)
    assert (report.state, report.raw_state, report.version.rank) == (state, word, rank)
    assert (report.items[0].state, report.items[0].raw_state) == (state, word)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("deliverySlip", RemoteFileKind.DELIVERY_SLIP), ("label", RemoteFileKind.LABEL),
     ("labelGeneric", RemoteFileKind.GENERIC_LABEL), ("LABEL", RemoteFileKind.LABEL),
     ("invoice", RemoteFileKind.UNKNOWN), (None, RemoteFileKind.UNKNOWN)],
)  # fmt: skip
def test_each_kind_of_file_is_ours_or_unknown_and_kept(word: str | None, kind: RemoteFileKind) -> None:
    (report,) = MyPromoFulfiller.read_callback(
        "production", body_of(files=[{"id": 1, "url": "https://x", "type": word}])
    )
    assert isinstance(report, ProductionOrderReport)
    assert (report.files[0].kind, report.files[0].raw_kind) == (kind, word or "")


def test_flags_come_as_true_false_null_or_numbers() -> None:
    names = ("complaint", "express_production", "express_shipping", "generic_label")
    for value, meant in ((True, True), (1, True), ("1", True), (False, False), (0, False), (None, False)):
        (report,) = MyPromoFulfiller.read_callback("production", body_of(**dict.fromkeys(names, value)))
        assert isinstance(report, ProductionOrderReport)
        flags = (report.complaint, report.express_production, report.express_shipping, report.has_generic_label)
        assert flags == (meant,) * 4


def test_what_is_missing_or_odd_beside_the_essentials_is_not_given() -> None:
    body = {
        "id": "P-1",
        "status": "PENDING",
        "updated_at": "2026-11-22T12:00:00+02:00",
        "production_order_items": [{"id": 1, "quantity": "5", "customs": {"amount": "much"}, "files": None}],
        "shipper": [],
        "recipient": None,
        "export": {},
        "clients": {"a": 1},
        "custom_properties": [None, {"key": 7}],
        "files": [{"id": 2, "url": "javascript:alert(1)"}],
    }
    (report,) = MyPromoFulfiller.read_callback("production", json.dumps(body).encode())
    assert isinstance(report, ProductionOrderReport)
    assert (report.shipper, report.recipient, report.export, report.parties) == (None, None, None, ())
    assert report.custom_properties == (PropertyData(key="7", value=""),)
    assert report.files[0].url == ""
    assert report.items == (ProductionItemReport(vendor_id="1", quantity=5, state=RemoteProductionState.UNKNOWN),)
    assert report.version == Version(updated_at=datetime(2026, 11, 22, 10, tzinfo=UTC), rank=1)


def body_of(**changes: Any) -> bytes:
    return json.dumps(ORDER | changes).encode()


HOSTILE = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "cut short": body_of()[:-500],
    "not UTF-8": body_of(reference="@").replace(b"@", b"\xff"),
    "NUL": body_of(reference="A\x00B"),
    "a lone surrogate": body_of(reference="@").replace(b"@", rb"\ud800"),
    "no id": json.dumps({key: value for key, value in ORDER.items() if key != "id"}).encode(),
    "no status": body_of(status=None),
    "no time": body_of(updated_at=None),
    "a time out of all reason": body_of(updated_at="9999-12-31T23:59:59Z"),
    "an id that is a path": body_of(id="../1"),
    "a negative quantity": body_of(production_order_items=[{"id": 1, "quantity": -1}]),
    "an item without quantity": body_of(production_order_items=[{"id": 1}]),
    "items that are none": body_of(production_order_items="many"),
    "half a parcel": body_of(shipments=[{"carrier": "UPS"}]),
    "nesting": body_of(custom=0).replace(b'"custom": 0', b'"custom": ' + b"[" * 100_000 + b"]" * 100_000),
    "an order": sample("orders.get.200.json"),
    "a list of production orders": sample("production_orders.list.200.json"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_body_that_is_no_production_order_is_called_invalid(name: str) -> None:
    with pytest.raises(InvalidCallback) as raised:
        MyPromoFulfiller.read_callback("production", HOSTILE[name])
    assert str(raised.value)


VALUES: list[Any] = [None, True, 0, -1, 2**63, 10**400, 1e308, "", "x", "\u2028" * 300, [], {}, [None], [[]], [{}],
                     {"id": None}, {"a": []}, {"amount": []}]  # fmt: skip


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield from places(value, (*path, key))


def mutated(path: tuple[Any, ...], value: Any) -> bytes:
    """Return the example with another value at a place, or without it for `...`."""
    body = deepcopy(ORDER)
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    if value is ...:
        parent.pop(path[-1])
    else:
        parent[path[-1]] = value
    return json.dumps(body).encode()


def read_or_invalid(body: bytes) -> bool:
    """Return whether it could be read; if so, all of it is fit for the database."""
    try:
        (report,) = MyPromoFulfiller.read_callback("production", body)
    except InvalidCallback:
        return False
    assert isinstance(report, ProductionOrderReport)
    assert 0 < len(report.vendor_id) <= 64
    assert report.version.updated_at.tzinfo is UTC
    assert 0 <= report.version.history_id < 2**63
    assert all(0 <= item.quantity < 2**31 and len(item.sku) <= 100 for item in report.items)
    assert all(len(file.carrier) <= 64 and file.url.startswith(("http", "")) for file in report.files)
    assert "\\x00" not in repr(report)
    return True


@pytest.mark.parametrize("path", list(places(ORDER)), ids=lambda path: ".".join(map(str, path)))
def test_each_field_may_be_missing_null_or_of_any_type(path: tuple[Any, ...]) -> None:
    for value in [..., *VALUES]:
        read_or_invalid(mutated(path, value))


@pytest.mark.parametrize("name", sorted(set(ORDER) - {"id", "status", "updated_at", "production_order_items"}))
def test_a_field_that_is_not_essential_may_be_missing_or_null(name: str) -> None:
    assert read_or_invalid(mutated((name,), ...))
    assert read_or_invalid(mutated((name,), None))
