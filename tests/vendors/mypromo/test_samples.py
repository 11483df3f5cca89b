"""Every documented example of the merchant's routes, decoded and compared field by field."""

import json
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from backoffice.vendors.auth import ClientCredentials
from backoffice.vendors.errors import VendorAuthFailed, VendorRejected, VendorUnavailable
from backoffice.vendors.messages import (
    CarrierData,
    CountryData,
    FileReport,
    HistoryEntry,
    LineReport,
    OrderReport,
    PostalAddress,
    RemoteFileState,
    RemoteLineKind,
    RemoteOrderState,
    ShipmentReport,
    ShippedLine,
    StateData,
    Version,
)
from backoffice.vendors.mypromo.reference import carrier_data, country_data, state_data
from tests.vendors.connections import Outside
from tests.vendors.loopback import reply
from tests.vendors.mypromo.conftest import Speak
from tests.vendors.mypromo.samples import FOLDER, files_line, order, sample, sample_json

CREATED = datetime(2019, 8, 13, 22, 39, 56, tzinfo=UTC)


def at(minute: int, second: int) -> datetime:
    return datetime(2019, 8, 13, 22, minute, second, tzinfo=UTC)


ITEM = LineReport(
    vendor_id="8",
    reference="yourItemReference",
    sku="TPD123LD02LAXALOP",
    quantity=5,
    kind=RemoteLineKind.FILES,
    raw_state="PENDING",
    file_urls=("https://test-downloads.mypromo.com/a4.pdf",),
    files=(FileReport(state=RemoteFileState.WAITING, raw_state="PENDING"),),
    shipping_late=False,
)
WAITING_DOCUMENTS = tuple(
    FileReport(state=RemoteFileState.WAITING, raw_state="PENDING", name=name) for name in ("deliverySlip", "label")
)
DESIGN_READY = (FileReport(state=RemoteFileState.FETCHED, raw_state="READY"),)
DOCUMENTS = tuple(
    FileReport(state=RemoteFileState.FETCHED, raw_state="DOWNLOADED", name=name) for name in ("deliverySlip", "label")
)
HISTORY = (
    HistoryEntry(vendor_id=80, text="New order created.", at=at(39, 56)),
    HistoryEntry(vendor_id=81, text="Item #8 added to order #9.", at=at(40, 52)),
    HistoryEntry(vendor_id=82, text="Order submitted.", at=at(41, 18)),
    HistoryEntry(vendor_id=83, text='File "lfs.pdf": File downloaded.', at=at(42, 2)),
    HistoryEntry(vendor_id=84, text='File "label.pdf": File downloaded.', at=at(42, 3)),
    HistoryEntry(vendor_id=85, text="Order ready for production.", at=at(42, 3)),
    HistoryEntry(vendor_id=86, text="Order is now in production.", at=at(43, 3)),
    HistoryEntry(vendor_id=87, text="Callback for order #9 sent. (HTTP 200)", at=at(43, 3), is_bookkeeping=True),
    HistoryEntry(vendor_id=88, text="Shipment #7 created.", at=at(44, 3)),
    HistoryEntry(vendor_id=89, text="Callback for package #7 sent. (HTTP 200)", at=at(44, 15), is_bookkeeping=True),
    HistoryEntry(vendor_id=90, text="Order finished.", at=at(46, 3)),
    HistoryEntry(vendor_id=91, text="Callback for order #9 sent. (HTTP 200)", at=at(46, 3), is_bookkeeping=True),
)
SHIPMENT = ShipmentReport(
    vendor_id="7",
    carrier="ups",
    tracking_code="FAKE123CODE",
    tracking_url="http://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=FAKE123CODE",
    raw_state="SHIPPED",
    delivered=False,
    late=False,
    lines=(ShippedLine(line_vendor_id="8", reference="yourItemReference", sku="TPD123LD02LAXALOP", quantity=3),),
)
RECIPIENT = PostalAddress(
    reference="ref",
    company="Sample Company",
    firstname="Sam",
    lastname="Sample",
    street="Sample Street 1",
    care_of="Street add",
    zip="12345",
    city="Sample Town",
    district="District",
    state_code="NW",
    country_code="DE",
    phone="+491234567890",
    email="sam@sample.com",
    commercial_register_entry="Test321",
)
FINISHED = OrderReport(
    vendor="mypromo",
    recipient=RECIPIENT,
    vendor_id="9",
    reference="order ref",
    state=RemoteOrderState.DONE,
    raw_state="FINISHED",
    version=Version(updated_at=at(46, 3), history_id=91, rank=5),
    created_at=CREATED,
    shipping_earliest=datetime(2019, 8, 20, 23, 59, 59, tzinfo=UTC),
    shipping_latest=datetime(2019, 8, 22, 23, 59, 59, tzinfo=UTC),
    shipping_late=False,
    lines=(
        msgspec.structs.replace(
            ITEM,
            raw_state="FINISHED",
            files=(FileReport(state=RemoteFileState.FETCHED, raw_state="DOWNLOADED", name="front"),),
        ),
    ),
    documents=DOCUMENTS,
    shipments=(SHIPMENT,),
    histories=HISTORY,
)
# The list shows when an item ships, the order itself does not.
LISTED = msgspec.structs.replace(
    FINISHED,
    lines=(
        msgspec.structs.replace(
            FINISHED.lines[0],
            shipping_earliest=FINISHED.shipping_earliest,
            shipping_latest=FINISHED.shipping_latest,
        ),
    ),
)


def test_a_created_order_is_a_draft(speak: Speak) -> None:
    mypromo, _ = speak(reply(201, sample("orders.create.201.json")))
    assert mypromo.create_order(order()) == OrderReport(
        vendor="mypromo",
        recipient=RECIPIENT,
        vendor_id="9",
        reference="order ref",
        state=RemoteOrderState.DRAFT,
        raw_state="PENDING",
        version=Version(updated_at=CREATED, history_id=80, rank=1),
        created_at=CREATED,
        shipping_late=False,
        documents=WAITING_DOCUMENTS,
        histories=HISTORY[:1],
    )


@pytest.mark.parametrize(
    ("name", "status", "kind", "sku", "files", "designs", "late"),
    [
        ("items.create.files.201", 201, RemoteLineKind.FILES, "TPD123LD02LAXALOP", ITEM.file_urls, (), False),
        ("items.create.design.201", 201, RemoteLineKind.DESIGN, "TESTPRODUCT123", (), ("9",), False),
        ("items.create.stock.200", 200, RemoteLineKind.STOCK, "TESTPRODUCT123", (), (), None),
        ("items.create.amazon.200", 200, RemoteLineKind.STOCK, "TESTPRODUCT123", (), (), None),
    ],
)
def test_an_added_line_is_read(
    name: str,
    status: int,
    kind: RemoteLineKind,
    sku: str,
    files: Any,
    designs: Any,
    late: bool | None,
    speak: Speak,
) -> None:
    mypromo, _ = speak(reply(status, sample(name + ".json")))
    assert mypromo.add_line("9", files_line()) == LineReport(
        vendor_id=str(sample_json(name + ".json")["id"]),
        reference="yourItemReference",
        sku=sku,
        quantity=5,
        kind=kind,
        raw_state="PENDING",
        file_urls=files,
        design_ids=designs,
        files=ITEM.files if files else DESIGN_READY if designs else (),
        shipping_late=late,
    )


def test_a_file_that_is_shown_by_the_vendors_own_link_is_not_taken_for_another(speak: Speak, settings: Any) -> None:
    mypromo, server = speak(reply(500))
    copies = [{"id": 7, "url": f"{server.url}/mypromo/v1/aB3x"}, {"id": 8, "url": "https://other.example.com/a.pdf"}]
    server.script[:] = [reply(201, json.dumps(sample_json("items.create.files.201.json") | {"files": copies}))]
    assert mypromo.add_line("9", files_line()).file_urls == ("", "https://other.example.com/a.pdf")


def test_a_line_without_contract_is_refused_with_the_vendors_words(speak: Speak) -> None:
    mypromo, _ = speak(reply(400, sample("items.create.files.400.json")))
    with pytest.raises(VendorRejected, match="You have no contract with this client") as raised:
        mypromo.add_line("9", files_line())
    assert raised.value.status == 400


def test_a_submitted_order_may_be_in_production_at_once(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("orders.submit.200.json")))
    assert mypromo.submit_order("9") == OrderReport(
        vendor="mypromo",
        recipient=RECIPIENT,
        vendor_id="9",
        reference="order ref",
        state=RemoteOrderState.IN_PRODUCTION,
        raw_state="PROCESSING",
        version=Version(updated_at=at(41, 18), history_id=82, rank=4),
        created_at=CREATED,
        shipping_late=False,
        # This answer leaves out the kind of its items.
        lines=(
            msgspec.structs.replace(ITEM, kind=None, files=(msgspec.structs.replace(ITEM.files[0], name="front"),)),
        ),
        documents=WAITING_DOCUMENTS,
        histories=HISTORY[:3],
    )
    assert (server.seen[0].method, server.seen[0].path) == ("POST", "/mypromo/v1/orders/9/submit")


def test_a_finished_order_shows_three_of_five_pieces_shipped(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("orders.get.200.json")))
    assert mypromo.read_order("9") == FINISHED
    assert (server.seen[0].method, server.seen[0].path) == ("GET", "/mypromo/v1/orders/9")


def test_the_list_of_orders_shows_the_same_as_the_order_itself(speak: Speak) -> None:
    body = sample_json("orders.list.200.json")
    body["meta"]["last_page"] = 1
    mypromo, server = speak(reply(200, json.dumps(body)))
    assert list(mypromo.list_orders(updated_from=date(2019, 8, 13))) == [LISTED]
    assert server.seen[0].path == "/mypromo/v1/orders?updated_from=2019-08-13&page=1&per_page=15"


def test_the_example_of_a_list_has_a_second_page(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("orders.list.200.json")), reply(200, '{"data": []}'))
    assert list(mypromo.list_orders(updated_from=date(2019, 8, 13))) == [LISTED]
    assert [seen.path.split("page=")[1] for seen in server.seen] == ["1&per_", "2&per_"]


def test_a_callback_is_the_order_itself(speak: Speak) -> None:
    mypromo, _ = speak(reply(500))
    assert mypromo.read_callback("orders", sample("orders.get.200.json")) == (FINISHED,)


def test_a_cancelled_order_is_read(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("orders.cancel.200.json")))
    assert mypromo.cancel_order("10") == OrderReport(
        vendor="mypromo",
        recipient=RECIPIENT,
        vendor_id="10",
        reference="order ref",
        state=RemoteOrderState.CANCELLED,
        raw_state="CANCELED",
        version=Version(updated_at=at(54, 44), history_id=93, rank=5),
        created_at=at(54, 35),
        shipping_late=False,
        documents=WAITING_DOCUMENTS,
        histories=(
            HistoryEntry(vendor_id=92, text="New order created.", at=at(54, 35)),
            HistoryEntry(vendor_id=93, text="Order canceled.", at=at(54, 44)),
        ),
    )
    assert (server.seen[0].method, server.seen[0].path) == ("PATCH", "/mypromo/v1/orders/10/cancel")


def test_a_cancelled_order_may_be_spelled_with_two_ls(speak: Speak) -> None:
    mypromo, _ = speak(reply(200, sample("orders.cancel.200.json").replace(b'"CANCELED"', b'"CANCELLED"')))
    cancelled = mypromo.cancel_order("10")
    assert (cancelled.state, cancelled.raw_state) == (RemoteOrderState.CANCELLED, "CANCELLED")


def test_a_cancellation_that_comes_too_late_is_refused(speak: Speak) -> None:
    mypromo, _ = speak(reply(422, sample("orders.cancel.422.json")))
    with pytest.raises(VendorRejected, match="You cannot edit a processed order") as raised:
        mypromo.cancel_order("9")
    assert raised.value.status == 422


def test_the_status_is_told(speak: Speak) -> None:
    mypromo, _ = speak(reply(200, sample("status.200.json")))
    assert mypromo.check() == "OK"


def test_maintenance_means_that_nothing_was_done(speak: Speak) -> None:
    mypromo, _ = speak(reply(503, sample("status.503.json")))
    with pytest.raises(VendorUnavailable) as raised:
        mypromo.check()
    assert "We are in maintenance mode" in raised.value.excerpt


def test_a_token_is_got_as_documented(speak: Speak, outside: Outside) -> None:
    outside.tokens.token = None
    mypromo, server = speak(reply(200, sample("token.200.json")), reply(200, sample("status.200.json")))
    mypromo.check()
    request = json.loads(server.seen[0].body)
    expected = sample_json("token.request.json") | {"client_id": "7", "client_secret": "client-secret"}
    assert (server.seen[0].path, request) == ("/mypromo/oauth/token", expected)
    assert server.seen[1].headers["authorization"] == "Bearer YOURACCESSTOKEN"


def test_refused_credentials_are_told_in_the_vendors_words(speak: Speak, outside: Outside) -> None:
    outside.tokens.token = None
    mypromo, _ = speak(reply(401, sample("token.401.json")))
    assert isinstance(mypromo.client.session.auth, ClientCredentials)
    with pytest.raises(VendorAuthFailed):
        mypromo.check()


def test_the_lists_of_countries_states_and_carriers_are_read(speak: Speak) -> None:
    """The examples announce more pages than they show."""

    def whole(name: str) -> Any:
        body = sample_json(name)
        body["meta"]["last_page"] = 1
        return reply(200, json.dumps(body))

    mypromo, _ = speak(whole("countries.list.200.json"), whole("countries.list.200.json"),
                       whole("states.list.200.json"), whole("carriers.list.200.json"))  # fmt: skip
    countries = mypromo.countries()
    assert len(countries) == len(sample_json("countries.list.200.json")["data"])
    assert countries[0] == CountryData(name="Afghanistan", iso2="AF", iso3="AFG", state_mandatory=False)
    states = mypromo.states()
    assert len(states) == len(sample_json("states.list.200.json")["data"])
    assert states[1] == StateData(name="Baden-Württemberg", iso2="BW", iso3="DE-BW", country_iso2="DE")
    carriers = mypromo.carriers()
    assert len(carriers) == len(sample_json("carriers.list.200.json")["data"])
    assert carriers[0] == CarrierData(key="royal-mail", name="Royal Mail", kind="parcel", available=False)


def test_a_country_a_state_and_a_carrier_are_read_by_id(speak: Speak) -> None:
    mypromo, server = speak(*(reply(200, sample(f"{name}.get.0.json")) for name in ("countries", "states", "carriers")))
    client = mypromo.client
    assert country_data(client.country("50")) == CountryData(
        name="Germany", iso2="DE", iso3="DEU", state_mandatory=False
    )
    assert state_data(client.state("2"), countries={"50": "DE"}) == StateData(
        name="Baden-Württemberg", iso2="BW", iso3="BAW", country_iso2="DE"
    )
    assert carrier_data(client.carrier("2")) == CarrierData(key="dhl", name="DHL", kind="parcel", available=True)
    assert [seen.path for seen in server.seen] == [
        "/mypromo/v1/countries/50", "/mypromo/v1/states/2", "/mypromo/v1/carriers/2",
    ]  # fmt: skip


# Examples of what somebody else sends or answers, or that no code of ours ever asks for.
ELSEWHERE = {
    "generic_label.merchant.200.txt": "is what our own label route answers, and no JSON",
    "orders.update.request.json": "asks for what is documented as not supported",
}


def test_no_example_is_forgotten() -> None:
    """Every file of the index is named by a test of this folder, whole, by its stem, or built of its parts."""
    texts = "".join(path.read_text() for path in sorted((FOLDER.parents[1] / "vendors" / "mypromo").glob("*.py")))
    built = {f"{kind}.get.0.json" for kind in ("countries", "states", "carriers")}
    built |= {f"production_orders.add_shipment.400-{n}.json" for n in (1, 2, 3)}
    batches = [f"{kind}.update.{role}" for kind in ("prices", "inventory") for role in ("merchant", "fulfiller")]
    built |= {f"{name}.{end}.json" for name in (*batches, "seo.update") for end in ("request", "200", "400")}
    names = set(sample_json("index.json")) - set(ELSEWHERE) - built
    assert {name for name in names if name not in texts and f'"{name.removesuffix(".json")}"' not in texts} == set()
