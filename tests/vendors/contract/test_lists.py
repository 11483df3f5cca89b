"""Lists: read whole, or an error. One that misbehaves is never cut short in silence, and always comes to an end."""

from collections.abc import Callable
from typing import Any

import pytest

from backoffice.sandbox import Sandbox
from backoffice.vendors import abilities
from backoffice.vendors.catalog_messages import CatalogPage, UnreadableProduct
from backoffice.vendors.errors import VendorError
from tests.vendors.connections import Outside
from tests.vendors.contract.calls import CALLS, Call
from tests.vendors.contract.profile import Profile
from tests.vendors.contract.registry import each_with, with_ability

LISTS = [
    pytest.param(name, call, id=f"{name}-{call.method}")
    for ability, calls in CALLS.items()
    for name in with_ability(ability)
    for call in calls
    if call.is_list
]
each_list = pytest.mark.parametrize(("name", "call"), LISTS)
# Far more requests than any of these lists needs.
MOST_REQUESTS = 60


@pytest.fixture
def about(sandbox: Sandbox, vendor: Any, profile: Profile) -> str:
    """Fill every list; return the id of what a list is about, where it is about one thing."""
    return profile.fill(sandbox, vendor) or ""


def rows(found: list[Any]) -> tuple[list[str], bool]:
    """Return what a list has, as text, in its order; and whether it says itself that something is missing."""
    if found and isinstance(found[0], CatalogPage):
        listed = [product.vendor_id for page in found for product in page.products]
        return listed, any(page.problems for page in found)
    if found and hasattr(found[0], "reports"):
        return [repr(report) for page in found for report in page.reports], False
    return [repr(row) for row in found], False


@each_list
def test_a_list_that_misbehaves_is_whole_or_an_error(
    call: Call, sandbox: Sandbox, about: str, vendor: Any, profile: Profile, outside: Outside
) -> None:
    about = about if call.method == "read_recipients" else ""
    expected, _ = rows(call.make(vendor, profile, about=about))
    assert expected
    profile.shorten_pages(sandbox, max(1, len(expected) // 4))
    for rule in (
        {"kind": "repeated"},
        {"kind": "status", "status": 200, "body": profile.empty_page, "nth": [2]},
        {"kind": "reworded", "words": {r'"total": ?"?\d+"?': '"total":99999'}},
    ):
        outside.exchanges.clear()
        sandbox.faults.clear()
        sandbox.faults.add(**rule, vendor=profile.app, method="GET")
        try:
            found, is_told = rows(call.make(vendor, profile, about=about))
        except VendorError:
            found, is_told = [], True
        assert len(outside.exchanges) < MOST_REQUESTS, rule
        if call.whole and not is_told:
            assert sorted(found) == sorted(expected), rule


@each_with(abilities.HasCatalogue)
def test_the_catalogue_names_each_product_and_its_version(vendor: Any, sandbox: Sandbox, profile: Profile) -> None:
    languages = vendor.languages
    assert languages
    assert all(len(language) == 2 and language.isupper() for language in languages)
    pages = list(vendor.iter_products(language=languages[0]))
    listed = [product for page in pages for product in page.products]
    assert len({product.vendor_id for product in listed}) == len(listed) == pages[-1].total
    again = [product for page in vendor.iter_products(language=languages[0]) for product in page.products]
    assert [one.fingerprint for one in listed] == [one.fingerprint for one in again]
    assert all(len(product.fingerprint) == 32 for product in listed)
    skus = [variant.sku for product in listed for variant in product.read().variants]
    assert skus
    assert len(set(skus)) == len(skus)
    for product in listed:
        facts = product.read()
        assert facts.vendor_id == product.vendor_id
        for variant in facts.variants:
            assert list(variant.tiers) == sorted(set(variant.tiers))
            assert all(tier.price.is_finite() and tier.price >= 0 and tier.quantity >= 1 for tier in variant.tiers)


@each_with(abilities.HasCatalogue)
def test_a_product_that_cannot_be_read_costs_no_other(vendor: Any, sandbox: Sandbox, profile: Profile) -> None:
    profile.shorten_pages(sandbox, 15)
    clean = [product.vendor_id for page in vendor.iter_products(language="EN") for product in page.products]
    sandbox.faults.add("reworded", vendor=profile.app, method="GET", words={r'"sku":"[^"]+"': '"sku":{}'}, nth=[1])
    listed = [product for page in vendor.iter_products(language="EN") for product in page.products]
    unreadable = [product for product in listed if not is_readable(product.read)]
    assert unreadable
    assert len(unreadable) < len(listed)
    assert [product.vendor_id for product in listed] == clean


@each_with(abilities.HasMarkets)
def test_a_market_lists_the_same_products_in_its_own_currency(vendor: Any, sandbox: Sandbox, profile: Profile) -> None:
    usual, dollars = (
        {variant.sku: variant for page in pages for product in page.products for variant in product.read().variants}
        for pages in (
            vendor.iter_products(language="EN"),
            vendor.iter_market(language="EN", currency="USD"),
        )
    )
    assert {variant.currency for variant in usual.values()} == {vendor.LISTING_CURRENCY}
    assert {variant.currency for variant in dollars.values()} == {"USD"}
    assert usual.keys() == dollars.keys()
    assert any(usual[sku].tiers != dollars[sku].tiers for sku in usual)


def is_readable(read: Callable[[], Any]) -> bool:
    try:
        read()
    except UnreadableProduct:
        return False
    return True
