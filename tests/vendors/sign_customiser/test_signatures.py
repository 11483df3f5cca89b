"""Who may call us as Sign Customiser, and what bytes that nobody should send lead to."""

import hmac
import json
import random
import time

import pytest
from pytest_django import Settings

from backoffice.vendors.base import CallbackRequest, InvalidCallback
from backoffice.vendors.messages import OrderConfirmation
from backoffice.vendors.sign_customiser.adapter import SignCustomiser
from backoffice.vendors.sign_messages import DesignedProduct, FormSubmission

BODY = b'{"product": {"product_id": 5, "price": 10000}}'


@pytest.fixture(autouse=True)
def secrets(settings: Settings) -> None:
    settings.SIGN_CUSTOMISER_INTEGRATION_SECRET = "now"
    settings.SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS = "before"
    settings.SIGN_CUSTOMISER_WEBHOOK_SECRETS = ["hook"]


def request(
    body: bytes = BODY,
    *,
    secret: str = "now",
    age: int | str = 0,
    topic: str = "product-created",
    how: str = "timestamp.body",
    prefix: str = "",
    kept: tuple[str, ...] = (),
) -> CallbackRequest:
    timestamp = age if isinstance(age, str) else str(int(time.time()) - age)
    text = {
        "timestamp.body": timestamp.encode() + b"." + body,
        "timestampbody": timestamp.encode() + body,
        "body": body,
    }
    signature = prefix + hmac.new(secret.encode(), text[how], "sha256").hexdigest()
    headers = {"x-webhook-timestamp": timestamp, "x-webhook-signature": signature}
    return CallbackRequest(topic=topic, headers=headers, body=body, secrets=kept)


def is_taken(**how: object) -> bool:
    return SignCustomiser.verify_callback(request(**how))  # type: ignore[arg-type]


@pytest.mark.parametrize("age", [0, 298, -299])
def test_a_fresh_signature_is_taken(age: int) -> None:
    assert is_taken(age=age)


@pytest.mark.parametrize(
    "age",
    [301, -302, 10**9, "", "x", "1e9", "-5", "9" * 400, "1.5", " 1", "١٢٣"],
)
def test_an_old_early_or_unreadable_time_is_not(age: int | str) -> None:
    assert not is_taken(age=age)


def test_both_secrets_of_the_integration_open_its_door_and_no_other_does() -> None:
    assert is_taken(secret="now")
    assert is_taken(secret="before")
    assert not is_taken(secret="hook")
    assert not is_taken(secret="kept", kept=("kept",))


def test_the_secrets_of_webhooks_open_theirs() -> None:
    assert is_taken(secret="hook", topic="order-created")
    assert is_taken(secret="kept", topic="form-submitted", kept=("kept",))
    assert not is_taken(secret="now", topic="order-created")


def test_each_of_several_integrations_has_its_secret(settings: Settings) -> None:
    settings.SIGN_CUSTOMISER_INTEGRATION_SECRET = "one, two"
    assert is_taken(secret="one")
    assert is_taken(secret="two")
    assert is_taken(secret="one, two")
    assert not is_taken(secret="")
    assert not is_taken(secret="one", topic="order-created")


def test_an_unknown_format_is_named_before_it_turns_shoppers_away(settings: Settings) -> None:
    assert SignCustomiser.find_setting_faults() == []
    settings.SIGN_CUSTOMISER_SIGNATURE_FORMAT = "body.timestamp"
    assert "SIGN_CUSTOMISER_SIGNATURE_FORMAT" in SignCustomiser.find_setting_faults()[0]


def test_without_any_secret_nobody_gets_in(settings: Settings) -> None:
    settings.SIGN_CUSTOMISER_INTEGRATION_SECRET = settings.SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS = ""
    assert not is_taken(secret="")


@pytest.mark.parametrize("how", ["timestamp.body", "timestampbody", "body"])
@pytest.mark.parametrize("prefix", ["", "sha256="])
def test_the_format_is_a_setting(settings: Settings, how: str, prefix: str) -> None:
    settings.SIGN_CUSTOMISER_SIGNATURE_FORMAT = how
    assert is_taken(how=how, prefix=prefix)
    others = {"timestamp.body", "timestampbody", "body"} - {how}
    assert not any(is_taken(how=other) for other in others)


def test_of_a_thousand_changed_requests_none_is_taken() -> None:
    chance = random.Random(7)
    good = request()
    taken = 0
    for _ in range(1000):
        headers, body = dict(good.headers), bytearray(good.body)
        match chance.randrange(3):
            case 0:
                body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
            case 1:
                text = headers["x-webhook-signature"]
                place = chance.randrange(len(text))
                other = chance.choice([letter for letter in "0123456789abcdefABC \xff" if letter != text[place]])
                headers["x-webhook-signature"] = text[:place] + other + text[place + 1 :]
            case 2:
                moved = int(headers["x-webhook-timestamp"]) + chance.choice([-1, 1]) * chance.randrange(1, 200)
                headers["x-webhook-timestamp"] = str(moved)
        taken += SignCustomiser.verify_callback(
            CallbackRequest(topic="product-created", headers=headers, body=bytes(body))
        )
    assert taken == 0
    assert SignCustomiser.verify_callback(good)


HOSTILE = [
    b"", b"\x00", b"\xff\xfe", b"[" * 100_000, b'{"product": ' * 50_000, b"null", b"[]", b'{"product": {}}',
    b'{"product": {"product_id": 1, "price": 1e400}}', b'{"product": {"product_id": 1, "price": -1}}',
    b'{"product": {"product_id": 1, "price": ' + b"9" * 5000 + b"}}",
    b'{"product": {"product_id": 1, "title": "\\u0000"}}', b'{"product": {"product_id": 1, "title": "\\ud800"}}',
    b'{"product": {"product_id": "' + b"x" * 100 + b'"}}', b'{"product": {"product_id": true}}',
    b'{"product": {"product_id": 1, "external_data": ' + b"[" * 300 + b"]" * 300 + b"}}",
    b'{"product": {"product_id": 1, "product_image_url": "https://x/' + b"y" * 5000 + b'"}}',
]  # fmt: skip


@pytest.mark.parametrize("body", HOSTILE)
def test_hostile_bytes_are_unreadable_and_nothing_else(body: bytes) -> None:
    for topic in ("product-created", "order-created", "form-submitted", "nonsense"):
        with pytest.raises(InvalidCallback):
            SignCustomiser.read_callback(topic, body)


def test_a_product_is_read_field_by_field() -> None:
    body = {
        "product": {
            "product_id": 812, "title": "Neon", "description": "d", "description_html": "<p>d</p>", "external_id": None,
            "external_data": {"a": [1]}, "price": 10000, "compare_price": 15000, "customiser_id": 3,
            "logo_upload_id": None, "product_image_url": "https://cdn.example.com/1.png",
            "uploads": [{"url": "https://cdn.example.com/1.png", "type": "product_image"},
                        {"url": "https://cdn.example.com/2.png", "type": "logo"}],
            "created_at": "2026-01-02T03:04:05.000000Z", "updated_at": "2026-01-02T04:04:05+01:00", "new_key": 1,
        }
    }  # fmt: skip
    (message,) = SignCustomiser.read_callback("product-created", json.dumps(body).encode())
    assert isinstance(message, DesignedProduct)
    assert (message.vendor_id, message.title, message.price, message.compare_price) == ("812", "Neon", 10000, 15000)
    assert [picture.url[-5:] for picture in message.pictures] == ["1.png", "2.png"]
    # Both of their styles of writing the same moment.
    assert message.created_at == message.updated_at
    assert message.external_data == {"a": [1]}


def test_an_order_is_read_by_our_reference() -> None:
    body = {"order": {"order_id": 9, "order_number": 1009, "external_id": "WEB-1", "billing_address": {"state": "CA"}}}
    (message,) = SignCustomiser.read_callback("order-created", json.dumps(body).encode())
    assert isinstance(message, OrderConfirmation)
    assert (message.vendor_id, message.reference, message.state) == ("9", "WEB-1", "submitted")


def test_a_form_is_read_with_whatever_was_answered() -> None:
    answers = [
        {"field_id": 1, "name": "Your name", "value": "Jana", "input_type": "text"},
        {"field_id": 2, "name": "Contact", "value": "jana@example.com", "input_type": "email"},
        {"field_id": 3, "name": "Colours", "value": ["red", "blue"], "input_type": "checkbox"},
        {"field_id": 4, "name": None, "value": {"deep": 1}},
    ]
    body = {
        "form_submission": {"submission_number": 4, "form": {"label": "Ask", "subject": "Big"}, "responses": answers}
    }
    (message,) = SignCustomiser.read_callback("form-submitted", json.dumps(body).encode())
    assert isinstance(message, FormSubmission)
    assert (message.vendor_id, message.name, message.email) == ("4", "Jana", "jana@example.com")
    assert [answer.value for answer in message.answers] == ["Jana", "jana@example.com", "red, blue", "{'deep': 1}"]


def test_what_shoppers_typed_is_kept_as_other_texts_are_and_turns_nobody_away() -> None:
    typed = " \u200e\u00a0Gro\u0308\u00dfe\r\n2\u2069\u200b "
    body = {"product_id": 5, "title": typed, "description": typed, "external_id": "\u200bSIGN-1 "}
    [product] = SignCustomiser.read_callback("product-created", json.dumps({"product": body}).encode())
    assert isinstance(product, DesignedProduct)
    assert (product.title, product.description) == ("Gr\u00f6\u00dfe 2", "Gr\u00f6\u00dfe\n2")
    assert product.external_id == "SIGN-1"
    answers = [
        {"name": " Name", "value": typed, "input_type": "text"},
        {"name": "E-mail", "value": "jana@example.com\u200b ", "input_type": "email"},
        {"name": "Text", "value": "rings\u0007 twice", "input_type": "textarea"},
    ]
    said = {"form_submission": {"submission_number": 4, "form": {"label": typed}, "responses": answers}}
    [form] = SignCustomiser.read_callback("form-submitted", json.dumps(said).encode())
    assert isinstance(form, FormSubmission)
    assert (form.label, form.name, form.email) == ("Gr\u00f6\u00dfe 2", "Gr\u00f6\u00dfe 2", "jana@example.com")
    assert [answer.value for answer in form.answers][1:] == ["jana@example.com", "rings\ufffd twice"]


def test_no_shopper_is_turned_away_for_an_empty_id_or_a_field_of_another_type() -> None:
    product = {
        "product_id": "9", "title": 2026, "external_id": "", "customiser_id": 3.0, "logo_upload_id": "",
        "price": "10000", "compare_price": 15000.0, "description_html": None, "product_image_url": "",
        "uploads": [None, {"url": None}, {"url": "https://cdn.example.com/2.png", "type": 4}], "created_at": 1767323045,
    }  # fmt: skip
    (message,) = SignCustomiser.read_callback("product-created", json.dumps({"product": product}).encode())
    assert isinstance(message, DesignedProduct)
    assert (message.title, message.price, message.compare_price) == ("2026", 10000, 15000)
    assert (message.external_id, message.customiser_id, message.logo_upload_id) == ("", "3", "")
    assert [(picture.url[-5:], picture.kind) for picture in message.pictures] == [("2.png", "4")]


def test_an_order_that_names_none_of_ours_is_read_all_the_same() -> None:
    for external_id in ("", None, {"odd": 1}):
        body = json.dumps({"order": {"order_id": 9, "external_id": external_id}}).encode()
        (message,) = SignCustomiser.read_callback("order-created", body)
        assert isinstance(message, OrderConfirmation)
        assert message.reference == ""
