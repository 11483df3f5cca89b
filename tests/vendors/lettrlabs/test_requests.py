"""What LettrLabs' answers mean, at the wire: envelopes, refusals, odd shapes, and the key that stays secret."""

import base64
import json
import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from backoffice.vendors.card_messages import CardAddress, ConversionToReport, DeliveryState, Mailing, RemoteCardState
from backoffice.vendors.errors import (
    VendorAmbiguous,
    VendorAuthFailed,
    VendorError,
    VendorProtocolError,
    VendorRejected,
)
from backoffice.vendors.lettrlabs.adapter import LettrLabs
from backoffice.vendors.lettrlabs.reading import delivery_state, order_state
from backoffice.vendors.session import Pace
from tests.vendors.connections import Outside
from tests.vendors.loopback import Act, loopback, raw_reply, reply

KEY = "LL-API-very-secret"
PDF = b"%PDF-1.4\n...\n%%EOF\n"
MAILING = Mailing(postage="FirstClass", speed="ExpeditedFaster", hold_until=date(2027, 3, 1), auto_bill=True)


def enveloped(payload: Any, **more: Any) -> Act:
    return reply(200, json.dumps({"payload": payload, "errors": [], "hasErrors": False, **more}))


@pytest.fixture
def serve(outside: Outside, settings: Any) -> Any:
    """Run a LettrLabs that gives these responses; the server is its `server`."""
    opened = []

    def serving(*script: Act) -> LettrLabs:
        block = loopback(*script)
        server = block.__enter__()
        opened.append(block)
        settings.LETTRLABS_URL, settings.LETTRLABS_API_KEY = f"{server.url}/api", KEY
        vendor = LettrLabs(outside.connection, pace=Pace(attempts=1))
        vendor.server = server
        return vendor

    yield serving
    for block in opened:
        block.__exit__(None, None, None)


@pytest.mark.parametrize("body", ['"Unauthorized"', "Unauthorized", "", '{"hasErrors": true}'])
def test_a_refused_key_is_final_whatever_the_body(body: str, serve: Any) -> None:
    vendor = serve(reply(401, body))
    with pytest.raises(VendorAuthFailed):
        vendor.check()
    assert len(vendor.server.seen) == 1


def test_the_key_is_sent_to_its_own_origin_and_kept_nowhere(serve: Any, outside: Outside, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    vendor = serve(enveloped({"companyName": "Gifts"}))
    assert vendor.check() == "Gifts"
    assert vendor.server.seen[0].headers["x-api-key"] == KEY
    assert "authorization" not in vendor.server.seen[0].headers
    assert KEY not in repr(outside.exchanges) + caplog.text
    assert vendor.client.session.auth.headers("https://elsewhere.example/", token="") == {}


@pytest.mark.parametrize(
    ("payload", "error"), [(None, VendorRejected), ({"orderId": 5, "status": "Draft"}, VendorAmbiguous)]
)
def test_a_2xx_with_errors_is_no_success(payload: Any, error: type[VendorError], serve: Any) -> None:
    vendor = serve(enveloped(payload, hasErrors=True, errors=["Template is archived."]))
    with pytest.raises(error, match=r"Template is archived\."):
        vendor.create_cards(1)


def test_a_refusal_says_the_vendors_words_and_its_code(serve: Any) -> None:
    body = {"payload": None, "hasErrors": True, "errors": ["Not now."], "reasonCode": "ORDER_NOT_DELETABLE_STATUS"}
    vendor = serve(reply(400, json.dumps(body)))
    with pytest.raises(VendorRejected, match=r"Not now\.") as raised:
        vendor.delete_cards("5")
    assert raised.value.errors[0].field == "ORDER_NOT_DELETABLE_STATUS"


def test_deleting_what_is_gone_is_done(serve: Any) -> None:
    serve(reply(404, "{}")).delete_cards("5")
    serve(reply(204)).delete_cards("5")


@pytest.mark.parametrize(
    "body", ["{}", '{"payload": {"orderId": "x"}}', "<html>", "", "[]", '{"payload": {"orderId": 0}}']
)
def test_a_create_without_a_readable_number_is_ambiguous(body: str, serve: Any) -> None:
    with pytest.raises(VendorAmbiguous):
        serve(reply(201, body)).create_cards(1)


@pytest.mark.parametrize("status", [404, 405])
def test_templates_that_are_not_listed_have_to_be_typed(status: int, serve: Any) -> None:
    assert serve(reply(status, "{}")).card_templates() is None
    listed = serve(enveloped({"templates": [{"id": 3, "name": "Thanks"}, {"id": "x"}, 7]})).card_templates()
    assert [(one.vendor_id, one.name) for one in listed] == [(3, "Thanks")]


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/pdf", PDF),
        ("application/octet-stream", PDF),
        ("application/json", json.dumps(base64.b64encode(PDF).decode()).encode()),
        ("text/plain", base64.b64encode(PDF)),
        ("application/json", json.dumps({"payload": base64.b64encode(PDF).decode(), "hasErrors": False}).encode()),
        ("application/json", json.dumps({"payload": {"proof": base64.b64encode(PDF).decode()}}).encode()),
        ("text/plain", b"data:application/pdf;base64," + base64.b64encode(PDF)),
    ],
)
def test_a_proof_is_read_in_every_wrapping(kind: str, body: bytes, serve: Any) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nContent-Type: %b\r\n\r\n" % (len(body), kind.encode())
    assert serve(raw_reply(raw + body)).read_proof("5") == PDF


@pytest.mark.parametrize("body", [b"", b"<html>", b'"bm8gcGRm"', b'{"payload": null}', b'{"payload": 7}'])
def test_a_proof_that_is_no_pdf_is_refused(body: bytes, serve: Any) -> None:
    with pytest.raises(VendorProtocolError):
        serve(reply(200, body)).read_proof("5")


def test_a_price_is_asked_for_as_it_will_be_paid_and_added_up(serve: Any) -> None:
    lines = [
        {"name": "Card", "quantity": 42, "rate": 2.8, "total": "117.60", "tax": None, "subItems": []},
        {"name": "Tax", "quantity": 1, "rate": 0, "total": 0, "tax": 1.25},
    ]
    vendor = serve(enveloped({"lineItems": lines, "credits": [{"amount": "5"}]}))
    price = vendor.price_cards("5", MAILING)
    assert (price.total, price.credits) == (Decimal("118.85"), Decimal(5))
    assert vendor.server.seen[0].path == (
        "/api/v1/order/5/checkout?postage=FirstClass&production=ExpeditedFaster&holdUntilDate=2027-03-01"
    )
    for lines in ([{"name": "Card", "total": "free"}], []):
        with pytest.raises(VendorProtocolError):
            serve(enveloped({"lineItems": lines})).price_cards("5", MAILING)


def test_a_checkout_sends_all_fields_and_reads_the_pace(serve: Any) -> None:
    vendor = serve(
        enveloped({"orderStatus": "Payment Needed", "pollAfterSeconds": 15, "settlementExpectedWithinSeconds": "120"})
    )
    settlement = vendor.check_out_cards("5", MAILING)
    assert (settlement.state, settlement.poll_after, settlement.expected_within) == (
        RemoteCardState.PAYMENT_NEEDED,
        15,
        120,
    )
    assert json.loads(vendor.server.seen[0].body) == {
        "postageType": "FirstClass", "productionSpeed": "ExpeditedFaster", "holdUntilDate": "2027-03-01",
        "autoBill": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    "row",
    [
        {"id": 8, "firstName": "Ada", "address1": "1 Main", "city": "Boston", "state": "MA", "zipCode": "02139"},
        {"id": "8", "firstName": "Ada", "address1": "1 Main", "city": "Boston", "state": "MA", "zip": "02139-4307"},
        {
            "id": 8,
            "personal": {"firstName": "Ada"},
            "address": {"address1": "1 Main", "city": "Boston", "state": "MA", "zipCode": "02139"},
        },
    ],
)
def test_recipients_are_read_flat_and_nested(row: dict[str, Any], serve: Any) -> None:
    [card] = serve(enveloped({"recipients": [row]})).read_recipients("5")
    assert card.vendor_id == "8"
    assert (card.address.firstname, card.address.address1, card.address.zip5) == ("Ada", "1 Main", "02139")


def test_pages_begin_at_nought_and_a_server_without_pages_is_read_once(serve: Any) -> None:
    rows = [{"id": number, "firstName": "Ada"} for number in range(1, 501)]
    vendor = serve(enveloped(rows))
    assert len(vendor.read_recipients("5")) == 500
    assert [seen.path.partition("?")[2] for seen in vendor.server.seen] == [
        "pageNumber=0&pageSize=500",
        "pageNumber=1&pageSize=500",
    ]


def test_a_server_that_keeps_to_its_own_size_of_a_page_is_read_to_the_end(serve: Any) -> None:
    """Else who is on the second page counts as missing, and is handed over twice."""
    pages = [[{"id": 100 * page + row, "status": "Draft"} for row in range(1, 101)] for page in range(3)]
    vendor = serve(*(enveloped(page) for page in pages), enveloped([]))
    assert len(vendor.read_recipients("5")) == 300
    vendor = serve(*(enveloped({"orders": page}) for page in pages), enveloped({"orders": pages[2][:7]}))
    assert len(vendor.list_drafts()) == 300
    assert len(vendor.server.seen) == 4


def test_a_list_without_end_is_a_protocol_error(serve: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LettrLabs, "MOST_PAGES", 3)
    vendor = serve(*(enveloped([{"id": 500 * page + row} for row in range(1, 501)]) for page in range(4)))
    with pytest.raises(VendorProtocolError, match="without end"):
        vendor.read_recipients("5")


def test_the_state_of_many_orders_is_asked_for_at_once(serve: Any) -> None:
    rows = [{"id": 5, "status": "In Shipping"}, {"id": 6, "status": "Baking"}, {"id": 9, "status": "Draft"}]
    vendor = serve(enveloped({"orders": rows}))
    reports = vendor.read_cards(["5", "6", "7"])
    assert {key: (one.state, one.raw_state) for key, one in reports.items()} == {
        "5": (RemoteCardState.PAID, "In Shipping"),
        "6": (RemoteCardState.UNKNOWN, "Baking"),
    }
    assert "id=5%2C6%2C7" in vendor.server.seen[0].path


@pytest.mark.parametrize("word", ["InShipping", "in shipping", "IN SHIPPING"])
def test_words_of_a_status_are_alike_without_case_and_spaces(word: str) -> None:
    assert order_state(word) is RemoteCardState.PAID
    assert order_state("Edits Needed") is order_state("editsneeded") is RemoteCardState.DRAFT
    assert delivery_state("at local facility") is DeliveryState.LOCAL
    assert delivery_state("On the moon") is DeliveryState.UNKNOWN


def test_analytics_are_asked_for_with_a_capital_letter_and_count_texts(serve: Any) -> None:
    code = {"totalScans": 3, "recipients": [{"id": 8, "firstName": "Ada", "totalScans": "3", "lastScan": "2027-01-02"}]}
    vendor = serve(enveloped({"orders": [{"orderId": 5, "totalCards": 2, "delivered": "1", "qrCode": code}]}))
    results = vendor.read_results(["5", "6"])
    assert vendor.server.seen[0].path == "/api/v1/order/analytics?Id=5%2C6"
    assert (results["5"].counts, results["5"].scans, results["5"].scanned[0].scans) == (
        {"total": 2, "delivered": 1},
        3,
        3,
    )


def test_conversions_are_an_array_with_our_number_and_exact_money(serve: Any) -> None:
    vendor = serve(enveloped({"id": 9, "status": "Pending"}))
    buyer = CardAddress(
        firstname="Ada", address1="1 Main", city="Boston", state_code="MA", zip5="02139", email="a@b.co"
    )
    row = ConversionToReport(
        order_id="WEB-100001", revenue=Decimal("0.10"), at=datetime(2027, 1, 2, 3, 4, tzinfo=UTC), buyer=buyer
    )
    upload = vendor.report_conversions([row])
    assert (upload.vendor_id, upload.raw_state) == ("9", "Pending")
    assert b'"revenue":0.10' in vendor.server.seen[0].body
    assert json.loads(vendor.server.seen[0].body) == [
        {
            "firstName": "Ada",
            "primaryAddress": {
                "address1": "1 Main", "city": "Boston", "state": "MA", "zipCode": "02139", "country": "US",
            },
            "primaryEmail": "a@b.co",
            "orderId": "WEB-100001",
            "eventDate": "2027-01-02T03:04:00Z",
            "revenue": 0.1,
        }
    ]  # fmt: skip


def test_conversions_without_an_answer_are_taken(serve: Any) -> None:
    row = ConversionToReport(
        order_id="W-1", revenue=Decimal(1), at=datetime(2027, 1, 2, tzinfo=UTC), buyer=CardAddress()
    )
    assert serve(reply(202)).report_conversions([row]).vendor_id == ""


@pytest.mark.parametrize("payload", [None, [], {"orders": None}, {"orders": [{"status": "Draft"}]}])
def test_a_list_with_nothing_in_it_is_empty(payload: Any, serve: Any) -> None:
    vendor = serve(enveloped(payload))
    assert (vendor.list_drafts(), vendor.read_cards(["5"])) == ([], {})


def test_more_recipients_than_a_request_takes_are_refused_before_anything_leaves(serve: Any) -> None:
    vendor = serve(enveloped({}))
    with pytest.raises(VendorRejected, match="1000"):
        vendor.add_recipients("5", [CardAddress()] * 1001)
    assert vendor.server.seen == []


def test_what_the_vendor_leaves_out_is_named(serve: Any) -> None:
    row = {"firstName": "Ada", "address1": "1 Main", "zipCode": "99999", "reason": "Not found"}
    answer = {"submittedRecipients": 2, "totalRecipients": 1, "undeliverable": [row]}
    attached = serve(enveloped(answer)).add_recipients("5", [CardAddress()])
    assert (attached.submitted, attached.accepted) == (2, 1)
    assert [(one.address.firstname, one.reason) for one in attached.undeliverable] == [("Ada", "Not found")]
    assert serve(enveloped([])).read_scans(["5"]) == []
