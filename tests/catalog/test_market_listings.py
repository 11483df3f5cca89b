"""Listings of a market that are odd: a variant without prices, an address that is wrong. Neither costs other prices."""

from typing import Any

import pytest

from backoffice.accounts.models import FurtherMarket
from backoffice.vendors.errors import VendorError, VendorNotFound
from catalog.models import MarketPrices
from catalog.models.sync import SyncState
from tests.api.storefront import make_storefront
from tests.catalog.source import Catalog, make_product
from tests.catalog.sync_runs import sync
from tests.catalog.test_markets import in_currency

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalog() -> Catalog:
    """Return a catalogue that a shop's market lists in dollars, too."""
    FurtherMarket.objects.create(shop=make_storefront().shop, currency="USD", shipping_from="", countries=[])
    products = [make_product(1, variants=2), make_product(2)]
    catalog = Catalog(products)
    catalog.elsewhere["USD", "DE"] = [in_currency(product, "USD") for product in products]
    return catalog


def priced() -> set[str]:
    rows = MarketPrices.objects.values_list("variant__sku", "tiers")
    return {sku for sku, tiers in rows if tiers}


@pytest.mark.parametrize("prices", [None, [], {}])
def test_a_variant_without_prices_is_in_no_currency(prices: Any, catalog: Catalog) -> None:
    catalog.elsewhere["USD", "DE"][0]["variants"][0]["prices"] = prices
    assert sync(catalog).state == SyncState.DONE
    assert priced() == {"SKU-1-2", "SKU-2-1"}


def test_prices_in_another_currency_are_refused_beside_a_variant_without_any(catalog: Catalog) -> None:
    """The control: what is in euros never counts as dollars."""
    first, second = catalog.elsewhere["USD", "DE"][0]["variants"]
    first["prices"], second["prices"]["currency"] = None, "EUR"
    assert sync(catalog).state == SyncState.PARTIAL
    assert priced() == set()


def test_a_404_of_a_wrong_address_leaves_the_prices_as_they_were(catalog: Catalog) -> None:
    sync(catalog)
    usual = catalog.client.answer  # type: ignore[attr-defined]

    def answer(params: dict[str, str]) -> bytes | VendorError:
        wrong = VendorNotFound("mypromo refused with HTTP 404.")
        return wrong if params.get("currency") == "USD" else usual(params)

    catalog.client.answer = answer  # type: ignore[attr-defined]
    run = sync(catalog)
    assert (run.state, [problem["text"] for problem in run.errors]) == (
        SyncState.PARTIAL,
        ["mypromo USD: mypromo refused with HTTP 404."],
    )
    assert priced() == {"SKU-1-1", "SKU-1-2", "SKU-2-1"}
