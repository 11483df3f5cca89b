"""Batches of prices, stock, channels and search texts, against mypromo's documented examples."""

import json
from decimal import Decimal
from typing import Any

import pytest

from backoffice.vendors.batch_messages import (
    FulfillerPriceUpdate,
    JobTicket,
    SalesPriceUpdate,
    SearchTextUpdate,
    StockLevel,
    StockUpdate,
    SyncUpdate,
    TierUpdate,
)
from backoffice.vendors.errors import FieldError, VendorAmbiguous, VendorRejected, VendorUnavailable
from backoffice.vendors.listing_messages import SearchTexts
from backoffice.vendors.mypromo.callbacks import callback_path_token
from tests.vendors.loopback import cut, reply
from tests.vendors.mypromo.conftest import Speak, SpeakAsFulfiller
from tests.vendors.mypromo.samples import sample, sample_json

ALL_SEVEN = {
    "product_name": "test name customize",
    "product_description": "test description customize",
    "product_description_short": "test description short",
    "product_description_secondary": "test description secondary",
    "meta_title": "test meta title",
    "meta_keywords": "test, meta, keywords",
    "meta_description": "test meta description",
}
FOUR = {
    "product_name": "test name stock",
    "product_description": "test description stock",
    "product_description_short": "test description short stock",
    "product_description_secondary": "test description secondary stock",
}


def tiers(*prices: str) -> tuple[TierUpdate, ...]:
    """Return the quantities of all examples."""
    return tuple(TierUpdate(quantity=q, price=Decimal(p)) for q, p in zip((50, 100, 200), prices, strict=True))


SALES = tiers("100.99", "100.99", "14.99")
PURCHASE = tiers("14.99", "12.99", "9.99")
RECOMMENDED = tiers("114.99", "112.99", "19.99")


def stock(sku: str, qty: int | None, **changes: Any) -> StockUpdate:
    level = {"managed": True, "in_stock": True, "qty": qty} | changes
    return StockUpdate(sku=sku, available=True, stock=StockLevel(**level))


# Sample -> (is it the fulfiller's, path, ability, rows that ask for the same).
BATCHES: dict[str, tuple[bool, str, str, list[Any]]] = {
    "prices.update.merchant": (
        False,
        "prices",
        "update_sales_prices",
        [SalesPriceUpdate(sku=f"TESTPRODUCT{n}", currency="EUR", tiers=SALES) for n in (123, 555)],
    ),
    "prices.update.fulfiller": (
        True,
        "prices",
        "update_fulfiller_prices",
        [
            FulfillerPriceUpdate(
                sku="TESTPRODUCT123", currency="EUR", purchase=PURCHASE, recommended=RECOMMENDED, order_max_qty=1000
            ),
            FulfillerPriceUpdate(
                sku="TESTPRODUCT555",
                currency="EUR",
                purchase=PURCHASE,
                recommended=RECOMMENDED,
                tier_price_qty_only=True,
            ),
        ],
    ),
    "inventory.update.merchant": (
        False,
        "inventory",
        "update_sync",
        [SyncUpdate(sku=f"TESTPRODUCT{n}", available=n in (123, 555)) for n in (123, 555, 999, 777)],
    ),
    "inventory.update.fulfiller": (
        True,
        "inventory",
        "update_stock_fulfiller",
        [
            stock("TESTPRODUCT123", 14500),
            stock("TESTPRODUCT555", None, managed=False, in_stock=False),
            stock("TESTPRODUCT999", 45010),
            stock("TESTPRODUCT777", 0),
        ],
    ),
    "seo.update": (
        False,
        "seo",
        "update_search_texts",
        [
            SearchTextUpdate(sku="TESTPRODUCT-CUSTOMIZE", overwrites=SearchTexts(**ALL_SEVEN)),
            SearchTextUpdate(sku="TESTPRODUCT-STOCK", overwrites=SearchTexts(**FOUR)),
        ],
    ),
}


@pytest.fixture(params=sorted(BATCHES))
def batch(request: Any, speak: Speak, speak_as_fulfiller: SpeakAsFulfiller) -> Any:
    """Name of the example, a function that sends its rows to a scripted server, and the path it should take."""
    is_fulfiller, path, ability, rows = BATCHES[request.param]

    def send(*script: Any, rows: list[Any] = rows) -> tuple[Any, Any]:
        adapter, server = (speak_as_fulfiller if is_fulfiller else speak)(*script)
        return lambda: getattr(adapter, ability)(rows), server

    return request.param, send, path, rows


def test_a_batch_is_asked_for_as_in_the_example(batch: Any) -> None:
    name, send, path, _ = batch
    call, server = send(reply(200, sample(f"{name}.200.json")))
    assert call() == JobTicket(
        queue_id="123", text="We received your request and notify you if a callback url was specified."
    )
    sent = json.loads(server.seen[0].body)
    expected = sample_json(f"{name}.request.json")
    for entry in expected["data"]:
        # "Not both", says the text above the example, which sends both.
        entry.pop("sku_fulfiller", None)
    assert sent["data"] == expected["data"]
    assert (server.seen[0].method, server.seen[0].path) == ("PATCH", f"/mypromo/v1/{path}")


def test_a_batch_asks_for_a_callback_about_its_job(batch: Any, settings: Any) -> None:
    name, send, _, _ = batch
    call, server = send(reply(200, sample(f"{name}.200.json")))
    call()
    vendor = "mypromo-fulfiller" if "fulfiller" in name else "mypromo"
    assert json.loads(server.seen[0].body)["callback"] == {
        "url": f"https://backoffice.example.com/callbacks/{vendor}/jobs/{callback_path_token()}/",
        "auth": {"basic": {"username": "mypromo", "password": "callback-secret"}},
    }
    settings.MYPROMO_CALLBACK_SECRET = ""
    call()
    assert "callback" not in json.loads(server.seen[1].body)


def test_wrong_rows_are_named_by_their_sku(batch: Any) -> None:
    name, send, _, _ = batch
    refusal = sample_json(f"{name}.400.json")
    call, _ = send(reply(400, sample(f"{name}.400.json")))
    with pytest.raises(VendorRejected) as raised:
        call()
    (entry,) = refusal["errors"]
    others = (entry["sku_fulfiller"],) if "sku_fulfiller" in entry else ()
    assert raised.value.errors == (FieldError("TESTPRODUCT123", entry["error"], other_names=others),)
    assert raised.value.text == refusal["message"]


def test_wrong_rows_are_named_by_their_place_where_errors_are_an_object(batch: Any) -> None:
    """`errors` may be an object, and then its keys say which entry of `data` is meant."""
    _, send, _, rows = batch
    errors = {
        "data.1.stock.qty": ["must be at least 0."],
        "data.0": "is odd.",
        "data": ["Some rows are wrong."],
        "data.77.sku": ["is no row of ours."],
        "database.1": ["is another word."],
    }
    call, _ = send(reply(422, json.dumps({"message": "The given data was invalid.", "errors": errors})))
    with pytest.raises(VendorRejected) as raised:
        call()
    first, second = (getattr(row, "name", row.sku) for row in rows[:2])
    assert raised.value.errors == (
        FieldError(second, "must be at least 0.", other_names=("data.1.stock.qty",)),
        FieldError(first, "is odd.", other_names=("data.0",)),
        FieldError("data", "Some rows are wrong."),
        FieldError("data.77.sku", "is no row of ours."),
        FieldError("database.1", "is another word."),
    )


def test_a_batch_without_a_readable_ticket_may_have_been_taken(batch: Any) -> None:
    _, send, _, _ = batch
    for answer in ('{"message": "OK"}', "", "[]", '{"queue_id": null}', '{"queue_id": "../1"}'):
        call, server = send(reply(200, answer))
        with pytest.raises(VendorAmbiguous):
            call()
        assert len(server.seen) == 1
    call, server = send(cut)
    with pytest.raises(VendorAmbiguous):
        call()
    assert len(server.seen) == 1
    call, _ = send(reply(503, '{"message": "Maintenance"}'))
    with pytest.raises(VendorUnavailable):
        call()


def test_a_batch_of_none_or_of_too_many_never_leaves(batch: Any) -> None:
    name, send, _, rows = batch
    for wrong in ([], [rows[0], rows[0]]):
        call, server = send(reply(200, sample(f"{name}.200.json")), rows=wrong)
        with pytest.raises(ValueError, match=r"batch"):
            call()
        assert server.seen == []


@pytest.mark.parametrize(("count", "fits"), [(499, True), (500, True), (501, False)])
def test_a_batch_has_at_most_500_rows(count: int, fits: bool, speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("inventory.update.merchant.200.json")))
    rows = [SyncUpdate(sku=f"SKU-{n}", available=True) for n in range(count)]
    if fits:
        mypromo.update_sync(rows)
        assert len(json.loads(server.seen[0].body)["data"]) == count
    else:
        with pytest.raises(ValueError, match="1 to 500 rows, not 501"):
            mypromo.update_sync(rows)
        assert server.seen == []
    assert mypromo.MAX_BATCH == 500


def test_a_fulfiller_may_name_products_by_its_own_sku_and_gets_it_back(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(400, sample("inventory.update.fulfiller.400.json")))
    with pytest.raises(VendorRejected) as raised:
        mypromo.update_stock_fulfiller([StockUpdate(sku_fulfiller="TEST Prod-26", available=False)])
    assert json.loads(server.seen[0].body)["data"] == [{"sku_fulfiller": "TEST Prod-26", "available": False}]
    assert raised.value.errors == (
        FieldError("TEST Prod-26", "Invalid stock. Stock cant be negative.", other_names=("TESTPRODUCT123",)),
    )


def test_a_complaint_about_what_was_not_sent_keeps_its_name(speak: Speak) -> None:
    answer = '{"message": "No.", "errors": [{"sku": "OTHER", "error": "odd"}, {"error": "whole"}]}'
    mypromo, _ = speak(reply(400, answer))
    with pytest.raises(VendorRejected) as raised:
        mypromo.update_sync([SyncUpdate(sku="A", available=True)])
    assert raised.value.errors == (FieldError("OTHER", "odd"), FieldError("", "whole"))


@pytest.mark.parametrize("row", [StockUpdate, FulfillerPriceUpdate])
def test_a_row_names_its_product_in_one_way_only(row: Any) -> None:
    prices = {"currency": "EUR", "purchase": PURCHASE} if row is FulfillerPriceUpdate else {}
    for names in ({}, {"sku": "A", "sku_fulfiller": "B"}):
        with pytest.raises(ValueError, match="not both"):
            row(**names, **prices)
    assert row(sku="A", **prices).name == row(sku_fulfiller="A", **prices).name == "A"


def test_stock_alone_and_availability_alone_can_be_changed(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(200, sample("inventory.update.fulfiller.200.json")))
    level = StockLevel(managed=True, in_stock=False, qty=0)
    mypromo.update_stock_fulfiller([StockUpdate(sku="A", stock=level), StockUpdate(sku="B", available=False)])
    assert json.loads(server.seen[0].body)["data"] == [
        {"sku": "A", "stock": {"managed": True, "is_in_stock": False, "qty": 0}},
        {"sku": "B", "available": False},
    ]


@pytest.mark.parametrize(
    ("price", "sent"),
    [("14.99", "14.99"), ("15", "15.0"), ("1E+2", "100.0"), ("0", "0.0"), ("0.1", "0.1"), ("0.0001", "0.0001"),
     ("99999999.9999", "99999999.9999"), ("14.90", "14.90")],
)  # fmt: skip
def test_a_price_is_sent_digit_by_digit_and_never_as_a_whole_number(price: str, sent: str, speak: Speak) -> None:
    """mypromo refuses what is "not a float"."""
    mypromo, server = speak(reply(200, sample("prices.update.merchant.200.json")))
    row = SalesPriceUpdate(sku="A", currency="EUR", tiers=(TierUpdate(quantity=1, price=Decimal(price)),))
    mypromo.update_sales_prices([row])
    assert f'"price":{sent}}}'.encode() in server.seen[0].body


def test_tiers_are_sent_from_the_lowest_quantity_on(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("prices.update.merchant.200.json")))
    mypromo.update_sales_prices([SalesPriceUpdate(sku="A", currency="EUR", tiers=SALES[::-1])])
    (row,) = json.loads(server.seen[0].body)["data"]
    assert [tier["qty"] for tier in row["prices"]["retail_prices"]] == [50, 100, 200]


@pytest.mark.parametrize(
    ("quantity", "price"), [(0, "1"), (-1, "1"), (1, "-0.01"), (1, "NaN"), (1, "Infinity"), (1, "-Infinity")]
)
def test_what_is_no_price_cannot_be_said(quantity: int, price: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        TierUpdate(quantity=quantity, price=Decimal(price))


def test_the_name_of_the_sales_prices_can_be_set(speak: Speak, settings: Any) -> None:
    settings.MYPROMO_SALES_PRICE_KEY = "sales_prices"
    mypromo, server = speak(reply(200, sample("prices.update.merchant.200.json")))
    mypromo.update_sales_prices([SalesPriceUpdate(sku="A", currency="EUR", tiers=SALES)])
    (row,) = json.loads(server.seen[0].body)["data"]
    assert set(row["prices"]) == {"currency", "sales_prices"}


def test_texts_are_reset_by_sending_null(speak: Speak) -> None:
    mypromo, server = speak(reply(200, sample("seo.update.200.json")))
    mypromo.update_search_texts(
        [SearchTextUpdate(sku="A", overwrites=None), SearchTextUpdate(sku="B", overwrites=SearchTexts())]
    )
    reset, emptied = json.loads(server.seen[0].body)["data"]
    assert reset == {"sku": "A", "overwrites": None}
    # All of them stand there, as what becomes of one that is left out is not documented.
    assert emptied == {"sku": "B", "overwrites": dict.fromkeys(ALL_SEVEN)}
