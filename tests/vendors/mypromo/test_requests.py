"""What is sent to mypromo, against its documented examples."""

import json
from decimal import Decimal
from typing import Any

import pytest

from backoffice.vendors.errors import VendorAlreadyDone, VendorRejected
from backoffice.vendors.messages import Credentials, FileLink, RemoteLineKind, Sale
from backoffice.vendors.mypromo.callbacks import callback_path_token
from tests.vendors.loopback import reply
from tests.vendors.mypromo.conftest import Speak
from tests.vendors.mypromo.samples import address, files_line, order, sample, sample_json

CREATED = reply(201, sample("orders.create.201.json"))
ADDED = reply(201, sample("items.create.files.201.json"))
SUBMITTED = reply(200, sample("orders.submit.200.json"))
CANCELLED = reply(200, sample("orders.cancel.200.json"))


def sent_order(speak: Speak, **changes: Any) -> dict[str, Any]:
    mypromo, server = speak(CREATED)
    mypromo.create_order(order(**changes))
    seen = server.seen[-1]
    assert (seen.method, seen.path) == ("POST", "/mypromo/v1/orders")
    assert seen.headers["content-type"] == seen.headers["accept"] == "application/json"
    body: dict[str, Any] = json.loads(seen.body)
    return body


def sent_line(speak: Speak, **changes: Any) -> dict[str, Any]:
    mypromo, server = speak(ADDED)
    mypromo.add_line("9", files_line(**changes))
    assert (server.seen[-1].method, server.seen[-1].path) == ("POST", "/mypromo/v1/orders/9/items")
    body: dict[str, Any] = json.loads(server.seen[-1].body)
    return body


def test_an_order_is_asked_for_as_in_the_example(speak: Speak) -> None:
    expected = sample_json("orders.create.request.json")
    # Only on request, and only for their sandbox; our own callback is another test's.
    for name in ("generic_label", "fake_preflight", "fake_shipment", "callback"):
        del expected[name]
    # Their example has "" here and null in the two addresses beside it.
    expected["shipper"]["vat_id"] = None
    sent = sent_order(speak)
    del sent["callback"]
    assert sent == expected


def test_the_fake_flags_are_sent_to_their_sandbox_only(speak: Speak, settings: Any) -> None:
    assert not {"fake_preflight", "fake_shipment"} & set(sent_order(speak))
    settings.MYPROMO_SANDBOX = True
    sent = sent_order(speak)
    assert (sent["fake_preflight"], sent["fake_shipment"]) == (True, True)


@pytest.mark.parametrize(
    ("status", "text", "is_done"),
    [
        (422, "You cannot edit a processed order.", True),
        (422, "You cannot submit an order without items.", False),
        (400, "You cannot edit a processed order.", False),
    ],
)
def test_only_the_documented_refusal_of_a_processed_order_says_that_it_is_submitted(
    speak: Speak, status: int, text: str, is_done: bool
) -> None:
    mypromo, _ = speak(reply(status, json.dumps({"message": text})))
    with pytest.raises(VendorRejected) as raised:
        mypromo.submit_order("9")
    assert isinstance(raised.value, VendorAlreadyDone) is is_done
    assert (raised.value.text, raised.value.status) == (text, status)


TOO_SHORT = {"message": "The given data was invalid.", "errors": {"reference": ["must be at least 2 characters."]}}


def test_a_short_reference_of_a_line_is_sent_with_a_nought_where_it_is_refused(speak: Speak) -> None:
    added = sample_json("items.create.files.201.json") | {"reference": "01"}
    mypromo, server = speak(reply(422, json.dumps(TOO_SHORT)), reply(201, json.dumps(added)))
    assert mypromo.add_line("9", files_line(reference="1")).reference == "1"
    assert [json.loads(seen.body)["reference"] for seen in server.seen] == ["1", "01"]


@pytest.mark.parametrize(
    ("reference", "body"),
    [("12", TOO_SHORT), ("1", {"message": "No.", "errors": {"quantity": ["is odd."]}}), ("1", {"message": "No."})],
)
def test_a_line_that_is_refused_for_anything_else_is_sent_once(
    speak: Speak, reference: str, body: dict[str, Any]
) -> None:
    mypromo, server = speak(reply(422, json.dumps(body)))
    with pytest.raises(VendorRejected):
        mypromo.add_line("9", files_line(reference=reference))
    assert len(server.seen) == 1


@pytest.mark.parametrize("name", ["fake_preflight", "fake_shipment"])
def test_each_fake_flag_can_be_switched_off_which_has_to_be_said(speak: Speak, settings: Any, name: str) -> None:
    """Left out it is on: "just set this option to false", their document says."""
    setattr(settings, f"MYPROMO_{name.upper()}", False)
    assert not {"fake_preflight", "fake_shipment"} & set(sent_order(speak))
    settings.MYPROMO_SANDBOX = True
    sent = sent_order(speak)
    assert {flag: sent[flag] for flag in ("fake_preflight", "fake_shipment")} == {
        "fake_preflight": name != "fake_preflight",
        "fake_shipment": name != "fake_shipment",
    }


def test_a_recipient_gets_the_customers_contact_where_it_is_asked_for_and_there_is_none(
    speak: Speak, settings: Any
) -> None:
    sale = Sale(number="WEB-1", currency="EUR", email="jana@example.com", phone="030 12")
    bare = {"recipient": address(email="", phone="", mobile=""), "sale": sale}
    sent = sent_order(speak, **bare)["recipient"]
    assert (sent["email"], sent["phone"]) == (None, None)
    settings.MYPROMO_CUSTOMER_CONTACT = True
    sent = sent_order(speak, **bare)["recipient"]
    assert (sent["email"], sent["phone"]) == ("jana@example.com", "030 12")
    own = sent_order(speak, recipient=address(email="own@example.com", phone="1", mobile=""), sale=sale)["recipient"]
    assert (own["email"], own["phone"]) == ("own@example.com", "1")
    long = sent_order(speak, **bare | {"sale": Sale(number="WEB-1", currency="EUR", phone="1" * 31)})["recipient"]
    assert long["phone"] is None, "nothing is refused for what the shop did not put there"


def test_an_order_names_our_callback_with_its_secret(speak: Speak, settings: Any) -> None:
    assert sent_order(speak)["callback"] == {
        "url": f"https://backoffice.example.com/callbacks/mypromo/orders/{callback_path_token()}/",
        "auth": {"basic": {"username": "mypromo", "password": "callback-secret"}},
    }
    assert len(callback_path_token()) == 32
    settings.MYPROMO_CALLBACK_SECRET = ""
    assert "callback" not in sent_order(speak)


def test_what_is_not_given_is_left_out_or_null(speak: Speak) -> None:
    recipient = address(reference="", company="", commercial_register_entry="", email="")
    sent = sent_order(
        speak, shipper=None, export=None, documents=(), custom_properties={}, recipient=recipient, reference2=""
    )
    assert set(sent) == {
        "reference", "reference2", "complaint", "express_production", "express_shipping", "recipient", "callback",
    }  # fmt: skip
    assert sent["reference2"] is None
    assert "" not in sent["recipient"].values()
    for name in ("reference", "company", "commercial_register_entry", "email", "vat_id"):
        assert sent["recipient"][name] is None


def test_texts_below_their_minimum_are_not_sent(speak: Speak) -> None:
    sent = sent_order(speak, recipient=address(reference="1", commercial_register_entry="x", firstname="J"))
    assert sent["recipient"]["reference"] is None
    assert sent["recipient"]["commercial_register_entry"] is None
    assert sent["recipient"]["firstname"] == "J"


def test_flags_are_sent_as_given(speak: Speak) -> None:
    sent = sent_order(speak, complaint=True, express_production=True, express_shipping=True, reference2="web")
    assert [sent[name] for name in ("complaint", "express_production", "express_shipping")] == [True] * 3
    assert sent["reference2"] == "web"


def test_letters_of_all_kinds_arrive_unharmed(speak: Speak) -> None:
    sent = sent_order(speak, recipient=address(lastname="Größer", city="Łódź 東京 🎈"))
    assert (sent["recipient"]["lastname"], sent["recipient"]["city"]) == ("Größer", "Łódź 東京 🎈")


def test_a_line_with_print_files_is_asked_for_as_in_the_example(speak: Speak) -> None:
    assert sent_line(speak) == sample_json("items.create.files.request.json")


def test_a_line_with_a_design_is_asked_for_as_in_the_example(speak: Speak) -> None:
    expected = sample_json("items.create.design.request.json")
    expected["custom_properties"] = []
    sent = sent_line(
        speak,
        kind=RemoteLineKind.DESIGN,
        design_id="{{DESIGNID}}",
        sku="IGNORED",
        files=(),
        quantity=50,
        custom_properties={},
    )
    assert sent | {"custom_properties": []} == expected


def test_a_line_from_stock_is_asked_for_as_in_the_example(speak: Speak) -> None:
    expected = sample_json("items.create.stock.request.json")
    expected["custom_properties"] = []
    sent = sent_line(
        speak, kind=RemoteLineKind.STOCK, sku="TESTPRODUCT-stock", files=(), quantity=50, custom_properties={}
    )
    assert sent | {"custom_properties": []} == expected


def test_a_print_file_may_name_its_type_and_need_no_credentials(speak: Speak) -> None:
    files = (
        FileLink(url="https://files.example.com/a.pdf", type="front"),
        FileLink(url="https://files.example.com/b.pdf", credentials=Credentials()),
        FileLink(url="https://files.example.com/c.pdf", credentials=Credentials(scheme="header", header="X: y")),
    )
    assert sent_line(speak, files=files)["files"] == [
        {"url": "https://files.example.com/a.pdf", "type": "front"},
        {"url": "https://files.example.com/b.pdf"},
        {"url": "https://files.example.com/c.pdf", "auth": {"header": "X: y"}},
    ]


@pytest.mark.parametrize("amount", ["10.5", "10.50", "0.01", "1234567.89", "0.1", "3.14159265359"])
def test_money_is_sent_as_a_number_digit_by_digit(amount: str, speak: Speak) -> None:
    mypromo, server = speak(ADDED)
    line = files_line()
    assert line.customs is not None
    customs = {name: getattr(line.customs, name) for name in line.customs.__struct_fields__}
    mypromo.add_line("9", files_line(customs=type(line.customs)(**(customs | {"amount": Decimal(amount)}))))
    assert f'"amount":{amount}}}'.encode() in server.seen[0].body


def test_an_id_cannot_lead_to_another_route(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("orders.get.200.json")))
    mypromo.read_order("9/../../x?y#z")
    assert server.seen[0].path == "/mypromo/v1/orders/9%2F..%2F..%2Fx%3Fy%23z"


NOT_ALLOWED = reply(405, '{"message": "The method is not supported for this route."}')


def test_a_cancellation_falls_back_to_the_other_verb(speak: Speak) -> None:
    mypromo, server = speak(NOT_ALLOWED, CANCELLED)
    assert mypromo.cancel_order("9").raw_state == "CANCELED"
    assert [seen.method for seen in server.seen] == ["PATCH", "PUT"]


def test_a_submission_falls_back_to_the_other_verb(speak: Speak) -> None:
    mypromo, server = speak(NOT_ALLOWED, SUBMITTED)
    assert mypromo.submit_order("9").raw_state == "PROCESSING"
    assert [seen.method for seen in server.seen] == ["POST", "PATCH"]


@pytest.mark.parametrize("answer", [NOT_ALLOWED, reply(422), reply(400)])
def test_the_other_verb_is_tried_once_and_after_a_405_only(answer: Any, speak: Speak) -> None:
    mypromo, server = speak(answer)
    with pytest.raises(VendorRejected):
        mypromo.submit_order("9")
    assert len(server.seen) == (2 if answer is NOT_ALLOWED else 1)
