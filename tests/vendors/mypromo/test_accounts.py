"""The two accounts at mypromo: each with its own token, allowance and side of the API."""

import json
from typing import Any

import pytest

from backoffice.engine.services.rate_limits import requests_per_minute
from backoffice.vendors.abilities import (
    GivesProductionOrders,
    HasCatalogue,
    ReportsOrders,
    TakesDraftOrders,
    Vendor,
)
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.catalog_messages import TierData
from backoffice.vendors.errors import VendorAuthFailed, VendorRejected
from backoffice.vendors.listing_messages import PriceData, StockData
from backoffice.vendors.mypromo.adapter import MyPromo, MyPromoFulfiller
from backoffice.vendors.mypromo.payloads import amazon_line_payload
from backoffice.vendors.registry import vendor_type, vendors_with
from tests.vendors.connections import Outside
from tests.vendors.loopback import reply
from tests.vendors.mypromo.conftest import Speak, SpeakAsFulfiller
from tests.vendors.mypromo.samples import files_line, sample, sample_json


def test_both_accounts_are_found_by_name() -> None:
    assert vendor_type("mypromo", Vendor) is MyPromo
    assert vendor_type("mypromo-fulfiller", Vendor) is MyPromoFulfiller
    for name in vendors_with(Vendor):
        assert vendor_type(name, Vendor).name == name


def test_orders_go_to_the_account_that_takes_them() -> None:
    assert vendors_with(TakesDraftOrders) == ["mypromo"]
    assert vendors_with(GivesProductionOrders) == ["mypromo-fulfiller"]
    assert vendors_with(HasCatalogue) == ["mypromo", "mypromo-fulfiller"]


def test_an_account_is_configured_by_address_and_credentials(settings: Any) -> None:
    settings.MYPROMO_URL = "https://api.mypromo.com/"
    assert vendors_with(Vendor, configured=True) == ["mypromo", "mypromo-fulfiller"]
    assert vendors_with(ReportsOrders, configured=True) == ["mypromo"]
    settings.MYPROMO_FULFILLER_CLIENT_SECRET = ""
    assert vendors_with(Vendor, configured=True) == ["mypromo"]
    settings.MYPROMO_CLIENT_ID, settings.MYPROMO_FULFILLER_CLIENT_SECRET = "", "secret"
    assert vendors_with(Vendor, configured=True) == ["mypromo-fulfiller"]
    settings.MYPROMO_URL = ""
    assert vendors_with(Vendor, configured=True) == []


def test_each_account_has_its_own_allowance(settings: Any) -> None:
    settings.MYPROMO_REQUESTS_PER_MINUTE = 100
    settings.MYPROMO_FULFILLER_REQUESTS_PER_MINUTE = 200
    assert (requests_per_minute("mypromo"), requests_per_minute("mypromo-fulfiller")) == (100, 200)


def test_the_fulfiller_gets_a_token_of_its_own(speak_as_fulfiller: SpeakAsFulfiller, outside: Outside) -> None:
    outside.tokens.token = None
    mypromo, server = speak_as_fulfiller(reply(200, sample("token.200.json")), reply(200, sample("status.200.json")))
    assert mypromo.check() == "OK"
    assert json.loads(server.seen[0].body) == {
        "grant_type": "client_credentials", "client_id": "8", "client_secret": "fulfiller-secret", "scope": "FULFILLER",
    }  # fmt: skip


def test_errors_name_the_account_by_its_title(speak: Speak, speak_as_fulfiller: SpeakAsFulfiller) -> None:
    for speaking, name in ((speak, "mypromo"), (speak_as_fulfiller, r"mypromo \(fulfiller\)")):
        mypromo, _ = speaking(reply(401), reply(200, sample("token.200.json")), reply(401))
        with pytest.raises(VendorAuthFailed, match=f"^{name} refuses our credentials"):
            mypromo.check()


def test_a_403_names_the_role_that_the_client_lacks_and_refuses_that_request_only(
    speak: Speak, speak_as_fulfiller: SpeakAsFulfiller
) -> None:
    for speaking, role in ((speak, "MERCHANT"), (speak_as_fulfiller, "FULFILLER")):
        mypromo, _ = speaking(reply(403, '{"message": "Invalid scope(s) provided."}'))
        with pytest.raises(VendorRejected, match=rf"without the role {role}: Invalid scope\(s\) provided\.") as raised:
            mypromo.check()
        assert raised.value.status == 403


def test_a_client_that_gets_no_token_for_its_scope_has_wrong_credentials(speak: Speak, outside: Outside) -> None:
    outside.tokens.token = None
    mypromo, _ = speak(reply(403, '{"message": "Forbidden."}'))
    with pytest.raises(VendorAuthFailed):
        mypromo.check()


def test_both_accounts_are_called_back_with_the_same_secret() -> None:
    for adapter in (MyPromo, MyPromoFulfiller):
        assert adapter.verify_callback(CallbackRequest("jobs", {"x-callback-secret": "callback-secret"}, b""))
        assert not adapter.verify_callback(CallbackRequest("jobs", {"x-callback-secret": "other"}, b""))
        assert adapter.is_callback_path(adapter.callback_path_token())
        assert adapter.callback_key("jobs", b"{}") is None


def test_a_fulfiller_lists_its_stock_with_its_own_skus(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(200, sample("inventory.list.fulfiller.200.json")))
    assert list(mypromo.iter_stock()) == [
        StockData(sku="TESTPRODUCT123", sku_fulfiller="TEST Prod-26", available=True, managed=True, qty=14500),
        StockData(sku="TESTPRODUCT555", sku_fulfiller="test-abc", available=True, managed=False),
        StockData(sku="TESTPRODUCT999", available=True, managed=True, qty=45010),
        StockData(sku="TESTPRODUCT777", sku_fulfiller="Test Product 777", available=True, managed=True, qty=0),
    ]
    assert server.seen[0].path == "/mypromo/v1/inventory?page=1&per_page=250"


def test_a_fulfiller_lists_its_prices_with_their_rules(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, server = speak_as_fulfiller(reply(200, sample("prices.list.fulfiller.200.json")))
    first, second = mypromo.iter_prices()
    expected = [
        TierData(name, tier["qty"], pytest.approx(tier["price"]))
        for name, key in (("purchase", "purchase_prices"), ("recommended", "recommended_retail_prices"))
        for tier in sample_json("prices.list.fulfiller.200.json")["data"][0]["prices"][key]
    ]
    assert [(*tier[:2], float(tier.price)) for tier in first.tiers] == [tuple(tier) for tier in expected]
    assert first == PriceData(
        sku="TESTPRODUCT123",
        currency="EUR",
        tiers=first.tiers,
        order_min_qty=50,
        order_max_qty=200,
        sku_fulfiller="TEST Prod-123",
    )
    assert (second.sku_fulfiller, second.tier_price_qty_only) == ("TEST Prod-555", True)
    assert server.seen[0].path == "/mypromo/v1/prices?page=1&per_page=250"


def test_a_fulfillers_catalogue_is_read(speak_as_fulfiller: SpeakAsFulfiller) -> None:
    mypromo, _ = speak_as_fulfiller(reply(200, sample("products.list.fulfiller.200.json")))
    (page,) = mypromo.iter_products(language="DE")
    products = [listed.read() for listed in page.products]
    data = sample_json("products.list.fulfiller.200.json")["data"]
    assert [product.vendor_id for product in products] == [str(entry["id"]) for entry in data]
    (variant, *_), (entry, *_) = products[0].variants, data[0]["variants"]
    assert variant.sku == entry["sku"]
    (offer,) = variant.availabilities or ()
    assert offer.sku_fulfiller == entry["availability"]["clients"][0]["sku_fulfiller"]


def test_items_from_amazon_are_not_sent_unless_it_is_said_so(speak: Speak, settings: Any) -> None:
    example = sample_json("items.create.amazon.request.json")
    line = files_line(
        reference=example["reference"],
        quantity=50,
        sku="TESTPRODUCT-AMAZON",
        files=(),
        custom_properties={"property": "value"},
    )
    payload = amazon_line_payload(line, urls=(example["amazon_custom"][0]["url"],))
    # Three properties of the same key are one to us.
    assert payload["custom_properties"] == example["custom_properties"][:1]
    mypromo, server = speak(reply(200, sample("items.create.amazon.200.json")))
    with pytest.raises(VendorRejected, match="does not take items from Amazon Custom yet"):
        mypromo.client.add_amazon_item("9", payload)
    assert server.seen == []
    settings.MYPROMO_AMAZON_CUSTOM = True
    assert mypromo.client.add_amazon_item("9", payload).quantity == 5
    sent = json.loads(server.seen[0].body)
    assert sent == example | {"custom_properties": payload["custom_properties"]}


def test_an_order_cannot_be_updated(speak: Speak) -> None:
    """The route is documented as not supported."""
    mypromo, _ = speak(reply(500))
    assert not hasattr(mypromo.client, "update_order")


def test_a_country_a_state_and_a_carrier_are_read_by_id(speak: Speak) -> None:
    mypromo, _ = speak(*(reply(200, sample(f"{name}.get.0.json")) for name in ("countries", "states", "carriers")))
    assert mypromo.read_country("50").iso2 == "DE"
    state = mypromo.read_state("2")
    # Its code is BAW here and DE-BW in the list: here it names no country.
    assert (state.iso2, state.country_iso2) == ("BW", "")
    assert mypromo.read_carrier("2").key == "dhl"
