"""Labels and parcels of production orders: requested once, and refused in the vendor's words."""

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from backoffice.vendors.errors import VendorAmbiguous, VendorRejected, VendorUnavailable
from backoffice.vendors.production_messages import LabelReport, LineToShip, ShipmentToAdd
from tests.vendors.loopback import cut, reply
from tests.vendors.mypromo.conftest import SpeakAsFulfiller
from tests.vendors.mypromo.production_samples import PARCEL
from tests.vendors.mypromo.samples import sample, sample_json


def test_a_generic_label_is_asked_for_once_like_a_write(speak_as_fulfiller: SpeakAsFulfiller, outside: Any) -> None:
    mypromo, server = speak_as_fulfiller(reply(200, sample("production_orders.generic_label.200.json")))
    assert mypromo.request_generic_label("61") == LabelReport(
        vendor_id="159",
        url="https://dev.api.mypromo.com/v1/61/untmG9",
        carrier="dhl",
        tracking_code="45648797852547",
        raw_state="DOWNLOADED",
    )
    assert (server.seen[0].method, server.seen[0].path) == ("GET", "/mypromo/v1/production_orders/61/generic_label")
    assert outside.limiter.events[0] == ("acquire", True)


@pytest.mark.parametrize("act", [cut, reply(500), reply(200, "{}"), reply(200, "no JSON"), reply(200, '{"id": 1}')])
def test_a_generic_label_without_a_usable_answer_may_have_been_made(
    act: Any, speak_as_fulfiller: SpeakAsFulfiller
) -> None:
    mypromo, server = speak_as_fulfiller(act)
    with pytest.raises(VendorAmbiguous):
        mypromo.request_generic_label("61")
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [429, 503])
def test_a_generic_label_that_was_certainly_not_made_is_not_asked_for_again_by_itself(
    status: int, speak_as_fulfiller: SpeakAsFulfiller
) -> None:
    mypromo, server = speak_as_fulfiller(reply(status))
    with pytest.raises(VendorUnavailable):
        mypromo.request_generic_label("61")
    assert len(server.seen) == 1


WHOLE = ShipmentToAdd(carrier="UPS", tracking_code="1Z123891378124")
PART = ShipmentToAdd(
    carrier="UPS",
    tracking_code="1Z123891378124",
    height=Decimal(30),
    width=Decimal(45),
    depth=Decimal(20),
    weight=Decimal(1000),
    lines=(LineToShip(vendor_id="72", quantity=5),),
)
ADDED = reply(201, sample("production_orders.add_shipment.201.json"))


def test_a_parcel_is_reported_as_in_the_example(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(ADDED)
    # Fresh parcels say null where later readings say false.
    assert mypromo.add_shipment("61", PART) == msgspec.structs.replace(PARCEL, delivered=None, late=None)
    expected = sample_json("production_orders.add_shipment.request.json")
    assert json.loads(server.seen[0].body) == expected | {"carrier": "ups"}
    assert (server.seen[0].method, server.seen[0].path) == ("POST", "/mypromo/v1/production_orders/61/add_shipment")


def test_a_parcel_with_the_whole_order_names_no_items(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(ADDED)
    mypromo.add_shipment("61", msgspec.structs.replace(WHOLE, force=True, weight=Decimal("0.5"), depth=Decimal(0)))
    sent = {"carrier": "ups", "tracking_code": "1Z123891378124", "weight": 0.5, "depth": 0, "force": True}
    assert json.loads(server.seen[0].body) == sent


def test_less_than_one_piece_cannot_be_shipped() -> None:
    for quantity in (0, -1):
        with pytest.raises(ValueError, match="cannot be shipped"):
            LineToShip(vendor_id="72", quantity=quantity)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_refused_parcel_is_told_in_the_vendors_words(number: int, speak_as_fulfiller: SpeakAsFulfiller) -> None:
    name = f"production_orders.add_shipment.400-{number}.json"
    mypromo, server = speak_as_fulfiller(reply(400, sample(name)))
    with pytest.raises(VendorRejected) as raised:
        mypromo.add_shipment("61", PART)
    assert raised.value.text == sample_json(name)["message"]
    assert len(server.seen) == 1


def refusal(field: str) -> str:
    return json.dumps({"message": "The given data was invalid.", "errors": {field: ["is required."]}})


def test_the_tracking_code_is_sent_by_its_other_name_when_that_is_missed(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(422, refusal("tracking_id")), ADDED)
    assert mypromo.add_shipment("61", WHOLE).vendor_id == "27"
    first, second = (json.loads(seen.body) for seen in server.seen)
    assert "tracking_id" not in first
    assert second == first | {"tracking_id": "1Z123891378124"}


@pytest.mark.parametrize(("status", "field"), [(422, "carrier"), (400, "tracking_id"), (422, "tracking_code")])
def test_no_other_refusal_has_a_parcel_sent_again(
    status: int, field: str, speak_as_fulfiller: SpeakAsFulfiller
) -> None:
    mypromo, server = speak_as_fulfiller(reply(status, refusal(field)))
    with pytest.raises(VendorRejected):
        mypromo.add_shipment("61", WHOLE)
    assert len(server.seen) == 1


@pytest.mark.parametrize("act", [cut, reply(500), reply(502), reply(201, "{}")])
def test_a_parcel_without_a_usable_answer_may_have_been_added(act: Any, speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(act)
    with pytest.raises(VendorAmbiguous):
        mypromo.add_shipment("61", PART)
    assert len(server.seen) == 1
