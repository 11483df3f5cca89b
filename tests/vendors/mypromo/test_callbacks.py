"""Who may call us, and what becomes of a body that is no order."""

import base64
import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.vendors.base import CallbackRequest, InvalidCallback
from backoffice.vendors.batch_messages import JobReport
from backoffice.vendors.messages import OrderReport, RemoteOrderState
from backoffice.vendors.mypromo.adapter import MyPromo, MyPromoFulfiller
from backoffice.vendors.production_messages import ProductionOrderReport
from tests.vendors.mypromo.samples import sample, sample_json

SECRET = "callback-secret"


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def comes_with(**headers: str) -> bool:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return MyPromo.verify_callback(CallbackRequest("orders", named, b"{}"))


@pytest.mark.parametrize("secret", [SECRET, "older-secret"])
def test_the_secret_is_known_in_every_shape_it_may_come(secret: str) -> None:
    for value in (basic("mypromo", secret), basic("", secret), f"Bearer {secret}", f"Bearer: {secret}", secret):
        assert comes_with(authorization=value)
        assert comes_with(x_callback_secret=value)
    assert comes_with(authorization=f"bearer  {secret} ")


def forgeries(secret: str) -> Iterator[str]:
    yield from ("", " ", "Bearer", "Bearer ", "Basic", "Basic ", "Basic !!!", basic("mypromo", ""), basic(secret, ""))
    yield from (secret[:-1], secret + "x", secret.upper(), f"Token {secret}", basic("mypromo", secret + ":"))
    yield from (f"Bearer x{secret}", "Basic " + base64.b64encode(secret.encode()).decode(), "Basic =", "\xff\xfe")
    yield from ("Bearer null", "undefined", "€", "\udcff", "Basic " + "A" * 10_000)


@pytest.mark.parametrize("value", list(forgeries(SECRET)))
def test_whoever_does_not_know_the_secret_is_turned_away(value: str) -> None:
    assert not comes_with(authorization=value)
    assert not comes_with(x_callback_secret=value)


def test_the_secret_in_another_header_does_not_count() -> None:
    assert not comes_with(x_secret=SECRET, cookie=SECRET)
    assert not comes_with()


def test_the_header_of_the_secret_can_be_named(settings: Any) -> None:
    settings.MYPROMO_CALLBACK_HEADER = "X-Other"
    assert comes_with(x_other=SECRET)
    assert not comes_with(x_callback_secret=SECRET)


def test_an_empty_secret_lets_nobody_in(settings: Any) -> None:
    settings.MYPROMO_CALLBACK_SECRET = settings.MYPROMO_CALLBACK_SECRET_PREVIOUS = ""
    for value in ("", "Bearer ", "Bearer: ", basic("mypromo", ""), basic("", "")):
        assert not comes_with(authorization=value)
    assert MyPromo.callback_path_token() == ""
    assert not MyPromo.is_callback_path("")


def test_a_secret_with_special_letters_is_compared_by_its_bytes(settings: Any) -> None:
    settings.MYPROMO_CALLBACK_SECRET = "gehëim:ß"
    assert comes_with(authorization=basic("mypromo", "gehëim:ß"))
    # As WSGI hands a header over: its bytes as Latin-1.
    assert comes_with(authorization="gehëim:ß".encode().decode("latin-1"))


def test_the_address_follows_from_the_secret_and_outlives_its_change(settings: Any) -> None:
    before = MyPromo.callback_path_token()
    assert MyPromo.is_callback_path(before)
    settings.MYPROMO_CALLBACK_SECRET_PREVIOUS, settings.MYPROMO_CALLBACK_SECRET = SECRET, "new-secret"
    after = MyPromo.callback_path_token()
    assert after != before
    assert MyPromo.is_callback_path(before)
    assert MyPromo.is_callback_path(after)
    settings.MYPROMO_CALLBACK_SECRET_PREVIOUS = ""
    assert not MyPromo.is_callback_path(before)
    for token in ("", "x", after[:-1], after.upper(), SECRET, "\udcff", "€"):
        assert not MyPromo.is_callback_path(token)


def test_events_are_not_numbered() -> None:
    assert MyPromo.callback_key("orders", b"{}") is None


ORDER = sample_json("orders.get.200.json")


def body_of(**changes: Any) -> bytes:
    return json.dumps(ORDER | changes).encode()


def state_of(status: str, *texts: str) -> RemoteOrderState:
    histories = [{"id": n, "text": text, "created_at": "2026-11-22T10:00:00Z"} for n, text in enumerate(texts, start=1)]
    (report,) = MyPromo.read_callback("orders", body_of(status=status, histories=histories))
    assert report.raw_state == status
    return report.state


STATES = [
    ("NEW", RemoteOrderState.DRAFT),
    ("new", RemoteOrderState.DRAFT),
    ("PENDING", RemoteOrderState.DRAFT),
    ("PREFLIGHT", RemoteOrderState.SUBMITTED),
    ("READY", RemoteOrderState.CHECKED),
    ("PROCESSING", RemoteOrderState.IN_PRODUCTION),
    ("FINISHED", RemoteOrderState.DONE),
    ("CANCELED", RemoteOrderState.CANCELLED),
    ("canceled", RemoteOrderState.CANCELLED),
    ("SHIPPING", RemoteOrderState.UNKNOWN),
    ("?", RemoteOrderState.UNKNOWN),
]


@pytest.mark.parametrize(("word", "state"), STATES)
def test_each_word_for_a_state_is_ours_or_unknown_and_kept(word: str, state: RemoteOrderState) -> None:
    assert state_of(word) is state


SAYS_SUBMITTED = [
    "Order submitted.",
    "Order ready for production.",
    "Order is now in production.",
    "Order #9 submitted.",
    "order 9 has been submitted",
    "The order was submitted successfully.",
    "Order WEB-100001 is already in production!",
    "Order submitted by max@example.com.",
]
SAYS_NOTHING = [
    "Order not submitted.",
    "Order #9 was not submitted.",
    "Order could not be submitted.",
    "Order is not ready for production.",
    "Order will be submitted.",
    "Order is to be submitted.",
    "Order #9 is not yet in production.",
    "Order unsubmitted.",
    "Order submitted: no.",
    "Item #8 added to order #9.",
    "Please check the order before it is submitted.",
    "Callback for order #9 submitted.",
    "Submitted.",
]


@pytest.mark.parametrize("text", SAYS_NOTHING)
def test_a_draft_is_no_submitted_order_whatever_else_its_history_says(text: str) -> None:
    assert state_of("PENDING", "New order created.", text) is RemoteOrderState.DRAFT


@pytest.mark.parametrize("text", SAYS_SUBMITTED)
def test_a_pending_order_is_submitted_when_its_history_says_so(text: str) -> None:
    assert state_of("PENDING", "New order created.") is RemoteOrderState.DRAFT
    assert state_of("PENDING", "New order created.", text) is RemoteOrderState.SUBMITTED
    assert state_of("CANCELED", "New order created.", text) is RemoteOrderState.CANCELLED


def test_flags_come_as_true_false_null_or_numbers() -> None:
    for value, meant in ((True, True), (1, True), ("1", True), (False, False), (0, False), (None, None), ("?", None)):
        shipment = ORDER["shipments"][0] | {"delivered": value, "delivery_late": value}
        (report,) = MyPromo.read_callback("orders", body_of(shipping_late=value, shipments=[shipment]))
        assert (report.shipping_late, report.shipments[0].delivered, report.shipments[0].late) == (meant,) * 3


def test_numbers_may_come_as_text() -> None:
    item = ORDER["items"][0] | {"quantity": "5", "id": "8"}
    history = {"id": "91", "text": "x", "created_at": "2026-11-22T10:00:00Z"}
    (report,) = MyPromo.read_callback("orders", body_of(id="9", items=[item], histories=[history]))
    assert (report.vendor_id, report.lines[0].vendor_id, report.lines[0].quantity) == ("9", "8", 5)
    assert report.version.history_id == 91


def test_a_date_of_delivery_counts_where_the_flag_is_missing() -> None:
    shipment = ORDER["shipments"][0] | {"delivered": None, "delivered_date": "2026-11-22T10:00:00Z"}
    (report,) = MyPromo.read_callback("orders", body_of(shipments=[shipment]))
    assert report.shipments[0].delivered is True


def test_what_is_missing_or_odd_beside_the_essentials_is_not_given() -> None:
    shipment = {
        "id": "S-1",
        "carrier": 7,
        "tracking_code": "T",
        "tracking_url": "javascript:alert(1)",
        "height": "tall",
        "width": "30.5",
        "depth": 1e300,
        "weight": -1,
        "delivered_date": "tomorrow",
    }
    essentials = {"id": "A-9", "status": "READY", "updated_at": "2026-11-22T12:00:00+02:00", "items": None}
    body = {**essentials, "recipient": None, "shipments": [shipment], "reference": None, "histories": None}
    (report,) = MyPromo.read_callback("orders", json.dumps(body).encode())
    (parcel,) = report.shipments
    assert (report.vendor_id, report.reference, report.lines, report.histories) == ("A-9", "", (), ())
    assert report.version.updated_at.tzinfo is UTC
    assert report.version.updated_at.hour == 10
    assert (parcel.vendor_id, parcel.carrier, parcel.tracking_code, parcel.tracking_url) == ("S-1", "7", "T", "")
    assert (parcel.height, str(parcel.width), parcel.depth, parcel.weight, parcel.delivered_at) == (
        None, "30.5", None, None, None,
    )  # fmt: skip


HOSTILE = {
    "nothing": b"",
    "null": b"null",
    "a text": b'"x"',
    "a list": b"[]",
    "an empty object": b"{}",
    "cut short": sample("orders.get.200.json")[:-500],
    "two bodies": sample("orders.get.200.json") * 2,
    "not UTF-8": body_of().replace(b"order ref", b"order \xff\xfe"),
    "UTF-16": body_of().decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + body_of(),
    "NaN": body_of().replace(b'"id": 9,', b'"id": NaN,', 1),
    "Infinity": body_of(height=0).replace(b'"height": 0', b'"height": Infinity'),
    "minus Infinity": body_of(id=0).replace(b'"id": 0', b'"id": -Infinity', 1),
    "an endless number": body_of().replace(b'"id": 9,', b'"id": 1e999,', 1),
    "a number of 5,000 digits": body_of().replace(b'"id": 9,', b'"id": ' + b"9" * 5000 + b",", 1),
    "a number beyond the columns": body_of(id=2**63),
    "nesting": body_of(custom=0).replace(b'"custom": 0', b'"custom": ' + b"[" * 100_000 + b"]" * 100_000),
    "nested objects": b'{"a":' * 50_000,
    "NUL": body_of(reference="A\x00B"),
    "NUL in a name": body_of(**{"\x00": 1}),
    "raw NUL": b"\x00" * 100,
    "a lone surrogate": body_of().replace(b'"order ref"', rb'"\ud800"'),
    "half a pair": body_of().replace(b'"order ref"', rb'"\udc00\ud800"'),
    "a control character": body_of().replace(b'"order ref"', b'"a\x01b"'),
    "no id": json.dumps({k: v for k, v in ORDER.items() if k != "id"}).encode(),
    "no status": json.dumps({k: v for k, v in ORDER.items() if k != "status"}).encode(),
    "no time": json.dumps({k: v for k, v in ORDER.items() if k != "updated_at"}).encode(),
    "id 0": body_of(id=0),
    "an id that is a path": body_of(id="../1"),
    "an id of 65 characters": body_of(id="9" * 65),
    "id true": body_of(id=True),
    "an empty status": body_of(status=""),
    "an endless status": body_of(status="X" * 65),
    "a status over lines": body_of(status="A\nB"),
    "a time out of all reason": body_of(updated_at="9999-12-31T23:59:59Z"),
    "the first of all times": body_of(updated_at="0001-01-01T00:00:00+14:00"),
    "no time at all": body_of(updated_at="soon"),
    "half a parcel": body_of(shipments=[{"carrier": "UPS"}]),
    "a negative quantity": body_of(items=[ORDER["items"][0] | {"quantity": -1}]),
    "a huge quantity": body_of(items=[ORDER["items"][0] | {"quantity": 2**31}]),
    "items that are none": body_of(items="many"),
    "an item that is none": body_of(items=[None]),
    "a history without id": body_of(histories=[{"text": "x"}]),
    "a production order": sample("production_orders.get.200.json"),
    "a list of orders": sample("orders.list.200.json"),
    "an order without items": json.dumps({k: v for k, v in ORDER.items() if k != "items"}).encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_body_that_is_no_order_is_called_invalid(name: str) -> None:
    with pytest.raises(InvalidCallback) as raised:
        MyPromo.read_callback("orders", HOSTILE[name])
    assert str(raised.value)


@pytest.mark.parametrize("topic", ["production", "packages", "", "ORDERS"])
def test_a_topic_that_the_account_does_not_have_is_called_invalid(topic: str) -> None:
    with pytest.raises(InvalidCallback, match="no such topic"):
        MyPromo.read_callback(topic, body_of())


def test_a_callback_is_what_its_keys_say_at_whichever_address_of_the_account_it_comes() -> None:
    """A client of theirs may have one address only, to which jobs go as well."""
    job, production = sample("jobs.get.200.json"), sample("production_orders.get.200.json")
    found = {
        (vendor, topic): [type(vendor.read_callback(topic, body)[0]) for body in bodies]
        for vendor, bodies in ((MyPromo, [body_of(), job]), (MyPromoFulfiller, [production, job]))
        for topic in vendor.CALLBACK_TOPICS
    }
    assert found == {
        (MyPromo, "orders"): [OrderReport, JobReport],
        (MyPromo, "jobs"): [OrderReport, JobReport],
        (MyPromoFulfiller, "production"): [ProductionOrderReport, JobReport],
        (MyPromoFulfiller, "jobs"): [ProductionOrderReport, JobReport],
    }


@pytest.mark.parametrize("topic", ["production", "jobs"])
def test_what_only_another_account_is_called_about_stays_invalid(topic: str) -> None:
    with pytest.raises(InvalidCallback, match="no topic of this account"):
        MyPromoFulfiller.read_callback(topic, body_of())


def read_or_invalid(body: bytes) -> tuple[Any, ...]:
    """Return the messages, checked to be fit for the database; () when the body is called invalid."""
    try:
        messages = MyPromo.read_callback("orders", body)
    except InvalidCallback:
        return ()
    for report in messages:
        assert isinstance(report, OrderReport)
        assert 0 < len(report.vendor_id) <= 64
        assert 0 < len(report.raw_state) <= 64
        assert report.version.updated_at.tzinfo is UTC
        assert 0 <= report.version.history_id < 2**63
        repr(report).encode()
        assert "\\x00" not in repr(report)
        for shipment in report.shipments:
            assert len(shipment.carrier) <= 64
            assert len(shipment.tracking_code) <= 200
            assert all(0 <= line.quantity < 2**31 for line in shipment.lines)
    return messages


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    assert read_or_invalid(body) == ()


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_damage_to_a_real_body_breaks_the_reader(data: st.DataObject) -> None:
    body = bytearray(sample("orders.get.200.json"))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 20))] = data.draw(st.binary(max_size=6))
    read_or_invalid(bytes(body))


VALUES: list[Any] = [None, True, False, 0, -1, 2**31, 2**63, 10**400, 1.5, 1e308, "", "x", "0", "\u2028" * 300, [], {},
                     [None], [[]], [{}], {"id": None}, {"a": []}]  # fmt: skip


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in entries:
        yield from places(value, (*path, key))


def mutated(path: tuple[Any, ...], change: Any) -> bytes:
    body = deepcopy(ORDER)
    parent = body
    for key in path[:-1]:
        parent = parent[key]
    change(parent, path[-1])
    return json.dumps(body).encode()


@pytest.mark.parametrize("path", list(places(ORDER)), ids=lambda path: ".".join(map(str, path)))
def test_each_field_may_be_missing_null_or_of_any_type(path: tuple[Any, ...]) -> None:
    read_or_invalid(mutated(path, lambda parent, key: parent.pop(key)))
    for value in VALUES:
        read_or_invalid(mutated(path, lambda parent, key, value=value: parent.__setitem__(key, value)))


ESSENTIAL = {"id", "status", "updated_at", "items", "recipient"}


@pytest.mark.parametrize("name", sorted(set(ORDER) - ESSENTIAL))
def test_a_field_that_is_not_essential_may_be_missing_or_null(name: str) -> None:
    assert read_or_invalid(json.dumps({k: v for k, v in ORDER.items() if k != name}).encode())
    assert read_or_invalid(body_of(**{name: None}))


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
json_values = st.one_of(
    scalars, st.lists(scalars, max_size=3), st.dictionaries(st.sampled_from(sorted(ORDER)), scalars)
)


@given(st.dictionaries(st.sampled_from(sorted(ORDER)), json_values))
@settings(max_examples=300, deadline=None)
def test_no_values_break_the_reader(changes: dict[str, Any]) -> None:
    read_or_invalid(body_of(**changes))
