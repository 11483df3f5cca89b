"""The document's examples: the request is produced, both answers are read, equal field by field."""

import json
from typing import Any

import msgspec
import pytest
from pytest_django import Settings

from backoffice.vendors.export_messages import ExportResult
from backoffice.vendors.guaranteed_reviews.client import GuaranteedReviewsClient
from backoffice.vendors.guaranteed_reviews.keys import private_keys
from backoffice.vendors.guaranteed_reviews.meaning import read_import
from backoffice.vendors.guaranteed_reviews.payloads import sent_order
from backoffice.vendors.guaranteed_reviews.schemas import SentOrder
from tests.vendors.connections import Outside
from tests.vendors.guaranteed_reviews.conftest import KEY, Speak
from tests.vendors.guaranteed_reviews.told import SAMPLES, answered, fields_of, order, sample_orders
from tests.vendors.loopback import reply


def test_the_documented_request_is_produced(speak: Speak, outside: Outside) -> None:
    _adapter, server = speak(reply(200, answered()))
    documented = sample_orders()
    orders = msgspec.convert(documented, list[SentOrder])
    GuaranteedReviewsClient(outside.connection).send_orders(private_keys()["WEB/de"], orders)
    fields = fields_of(server.seen[0])
    assert fields.keys() == {"api_key", "orders"}
    assert fields["api_key"] == KEY
    assert json.loads(fields["orders"]) == documented
    assert documented[0]["id_order"] == "1234"
    assert len(documented[0]["products"][0]) == 11


def test_the_documented_answers_are_read() -> None:
    for name in ("orders.imported.json", "orders.already_sent.json"):
        documented: dict[str, Any] = json.loads((SAMPLES / name).read_text())
        answer = read_import(documented)
        assert answer is not None
        assert answer.success == bool(documented["success"])
        assert answer.count == documented["orders_count"]
        assert answer.imported == documented["orders_imported"]
        assert answer.message == (documented["message"] or "")


def test_the_documented_answers_mean_taken_and_known(speak: Speak) -> None:
    for name, verdict in (
        ("orders.imported.json", ExportResult.TAKEN),
        ("orders.already_sent.json", ExportResult.KNOWN),
    ):
        adapter, _server = speak(reply(200, (SAMPLES / name).read_bytes()))
        told = adapter.export_orders([order()], group="WEB/de")
        assert [(row.order_id, row.verdict) for row in told] == [("1001", verdict)]


@pytest.mark.parametrize("tail", ["", "/", "/private/v3/orders", "/private/v3/orders/"])
def test_the_base_and_the_whole_address_of_their_page_both_do(speak: Speak, settings: Settings, tail: str) -> None:
    adapter, server = speak(reply(200, answered()))
    bare = settings.GUARANTEED_REVIEWS_URL.rstrip("/")
    settings.GUARANTEED_REVIEWS_URL = bare + tail
    type(adapter)(adapter.client.session.connection).export_orders([order()], group="WEB/de")
    assert server.seen[0].path == "/private/v3/orders"


def test_an_order_of_ours_goes_out_in_their_words(speak: Speak) -> None:
    adapter, server = speak(reply(200, answered()))
    adapter.export_orders([order(firstname="J" * 300)], group="WEB/de")
    assert server.seen[0].path == "/private/v3/orders"
    sent = fields_of(server.seen[0])["orders"]
    assert '"unit_price":25.90' in sent
    assert json.loads(sent) == [
        {
            "id_order": "1001",
            "order_date": "2026-11-21 00:30:00",
            "firstname": "J" * 255,
            "lastname": "Größer",
            "email": "jana@example.com",
            "reference": "WEB-1",
            "products": [
                {
                    "id": 100,
                    "name": "Mug",
                    "category_name": "Mugs",
                    "qty": 2,
                    "unit_price": 25.9,
                    "ean13": "1234567890128",
                    "sku": "SKU100",
                },
                {"id": 101, "name": "SKU101", "qty": 1, "sku": "SKU101", "upc": "123456789012"},
            ],
        }
    ]


def test_json_is_a_switch(speak: Speak, settings: Any) -> None:
    settings.GUARANTEED_REVIEWS_ENCODING = "json"
    adapter, server = speak(reply(200, answered()))
    adapter.export_orders([order()], group="WEB/de")
    assert server.seen[0].headers["content-type"] == "application/json"
    body = json.loads(server.seen[0].body)
    assert (body["api_key"], body["orders"][0]["id_order"]) == (KEY, "1001")


@pytest.mark.parametrize(("currency", "sent"), [("EUR", 25.9), ("JPY", 26), ("KWD", 25.895)])
def test_a_price_has_the_decimals_of_its_currency(currency: str, sent: float) -> None:
    body = json.loads(msgspec.json.encode(sent_order(order(currency=currency))))
    assert body["products"][0]["unit_price"] == sent
