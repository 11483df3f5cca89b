"""The catalogue desk in a browser: the price grid by keyboard, by paste and by formula; long names, telephone, dark."""

import os
from itertools import product
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.sandbox import Sandbox
from backoffice.vendors.abilities import ListsPrices
from catalog.models import ChangeKind, ChangeSet, ChangeSource, Snapshot, Variant
from catalog.services.change_sets.editing import make_change_set
from catalog.services.change_sets.texts import TEXTS
from catalog.services.sync.reading import sync_catalog
from tests.catalog.conftest import sandbox
from tests.catalog.source import Catalog, make_product

pytestmark = pytest.mark.browser
__all__ = ["sandbox"]

SCREENS = Path(__file__).parents[2] / "docs" / "screens"
LONG = (
    "Wolfeschlegelsteinhausenbergerdorff-Kugelschreiber mit gewissenhaft ausgewählter Großraummine in Königsblau " * 2
)


def brought_in(products: int, *, variants: int = 1) -> None:
    """Sync a catalogue with tiers that sell at a margin of half."""
    made = []
    for number in range(1, products + 1):
        prices = {
            "currency": "EUR",
            "purchase_prices": [{"qty": 50, "price": 2}, {"qty": 100, "price": 1.5}, {"qty": 500, "price": 1.2}],
            "recommended_retail_prices": [
                {"qty": 50, "price": 5},
                {"qty": 100, "price": 4.5},
                {"qty": 500, "price": 4},
            ],
            "sales_prices": [{"qty": 50, "price": 4}, {"qty": 100, "price": 3.3}, {"qty": 500, "price": 2.9}],
        }
        name = LONG if number == 2 else f"Kugelschreiber Linea {number}, dokumentenecht"
        made.append(make_product(number, variants=variants, prices=prices, descriptions={"name": name}))
    sync_catalog(Catalog(made, per_page=50))


def screen(page: Page, name: str) -> None:
    """Keep what the documentation shows, when it is asked for."""
    if os.environ.get("WRITE_SCREENS") == "1":
        SCREENS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SCREENS / f"{name}.png")


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def cell(page: Page, sku: str, quantity: int) -> str:
    return f'tbody[data-sku="{sku}"] tr[data-quantity="{quantity}"] [data-list="sales"] input'


def test_prices_are_typed_pasted_and_drafted_without_a_mouse(page: Page) -> None:
    brought_in(6)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/admin/catalog/changeset/prices/")
    page.locator(cell(page, "SKU-1-1", 50)).focus()
    page.keyboard.type("4,20")
    page.keyboard.press("Enter")
    page.keyboard.type("nonsense")
    expect(page.get_by_role("button", name="Save 2 changes as draft")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(page.locator(cell(page, "SKU-1-1", 100))).to_have_value("3.30")
    page.keyboard.press("ArrowDown")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.setData("text/plain", "2,95\\n4,44\\r\\n1.003,50\\n");
            const how = { clipboardData: data, bubbles: true, cancelable: true };
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
        }"""
    )
    expect(page.locator(cell(page, "SKU-2-1", 100))).to_have_value("1003.50")
    expect(page.get_by_role("region", name="Changed prices")).to_contain_text("Prices changed: 4, SKUs: 2")
    screen(page, "price-grid")
    page.get_by_role("button", name="Save 4 changes as draft").click()
    expect(page.get_by_text("Not compared with the vendor yet")).to_be_visible()
    wanted = dict(ChangeSet.objects.get().changes.values_list("sku", "requested"))
    assert wanted == {
        "SKU-1-1": {"sales": {"50": "4.20", "500": "2.95"}},
        "SKU-2-1": {"sales": {"50": "4.44", "100": "1003.50"}},
    }


@pytest.mark.parametrize(
    ("language", "before", "unclear", "price"), [("en", "4.00", "1,234", "1234"), ("de", "4,00", "1.234", "1234,5")]
)
def test_a_price_that_can_be_read_in_two_ways_is_asked_for_again(
    page: Page, live_server: LiveServer, language: str, before: str, unclear: str, price: str
) -> None:
    brought_in(1)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": live_server.url}])
    page.goto("/admin/catalog/changeset/prices/")
    field = page.locator("td[data-list=sales] input").first
    save = page.locator("[data-save-button]")
    expect(field).to_have_value(before)
    field.fill(unclear)
    expect(field).to_have_class("wrong")
    expect(save).to_be_disabled()
    expect(page.locator("[data-margin]").first).to_have_text("–")
    field.fill(price)
    expect(field).to_have_class("changed")
    expect(save).to_be_enabled()
    field.press("Escape")
    expect(field).to_have_value(before)


def test_a_formula_on_an_empty_page_says_that_it_changes_nothing(page: Page) -> None:
    """The page fixture fails on any error of a script."""
    brought_in(1)
    page.goto("/admin/catalog/changeset/prices/?q=nothing-like-it")
    page.get_by_label("Percent").fill("10")
    page.get_by_role("button", name="Fill this page").click()
    expect(page.get_by_text("The formula changes nothing on this page.")).to_be_visible()


def test_a_formula_fills_the_page_and_is_looked_at_first(page: Page) -> None:
    brought_in(3)
    page.goto("/admin/catalog/changeset/prices/")
    page.get_by_label("Percent").fill("10")
    page.get_by_label("Ends in").select_option("0.95")
    page.get_by_role("button", name="Fill this page").click()
    expect(page.locator(cell(page, "SKU-3-1", 50))).to_have_value("4.95")
    expect(page.get_by_text("Prices that the formula changes: 9")).to_be_visible()
    page.get_by_role("button", name="Discard changes").click()
    expect(page.locator(cell(page, "SKU-3-1", 50))).to_have_value("4.00")
    assert not ChangeSet.objects.exists()


def test_five_hundred_skus_fit_every_screen(page: Page) -> None:
    brought_in(100, variants=5)
    assert Variant.objects.count() == 500
    page.goto("/admin/catalog/changeset/prices/?size=500")
    page.locator(cell(page, "SKU-100-5", 500)).fill("3.10")
    expect(page.get_by_role("region", name="Changed prices")).to_contain_text("Prices changed: 1, SKUs: 1")
    page.evaluate("window.scrollTo(0, 0)")
    for scheme, width in product(("light", "dark"), (390, 1440)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) <= 0, (scheme, width)
        screen(page, f"price-grid-{width}-{scheme}")


def test_the_difference_is_read_and_approved(page: Page, sandbox: Sandbox) -> None:
    holdings = sandbox.mypromo.holdings
    skus = [row.sku for row in get_vendor("mypromo", ListsPrices, lane=Lane.READS).iter_prices()][:6]
    rows = {}
    for number, sku in enumerate(skus):
        quantity = holdings.values(sku, merchant="1")["sales_prices"][0]["qty"]
        rows[sku] = {"sales": {str(quantity): "0.01" if number == 2 else str(90 + number)}}
    change_set = make_change_set(
        ChangeKind.SALES_PRICES, vendor="mypromo", rows=rows, title="Spring", source=ChangeSource.EDITOR, actor="tom"
    )
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"/admin/catalog/changeset/{change_set.pk}/change/")
    page.get_by_role("button", name="Compare with the vendor").click()
    expect(page.get_by_text("Below the purchase price").first).to_be_visible()
    screen(page, "change-set")
    page.get_by_text("Override warnings and approve …").click()
    page.get_by_role("textbox", name="Reason").fill("Clearance")
    page.get_by_role("button", name="Override 1 SKU and approve").click()
    expect(page.get_by_role("button", name="Send 6 prices to mypromo")).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 900})
    assert sideways(page) <= 0


@pytest.mark.parametrize("width", [390, 1440])
def test_the_workbench_counts_and_shows_what_search_engines_show(page: Page, width: int) -> None:
    texts: dict[str, str | None] = dict.fromkeys(TEXTS)
    defaults = {"meta_title": "Kugelschreiber Linea bedrucken", "meta_description": "Mit Ihrem Logo, ab 50 Stück."}
    Snapshot.objects.create(
        vendor="mypromo",
        kind=ChangeKind.SEARCH_TEXTS,
        sku="SKU-1-1",
        value={"defaults": texts | defaults | {"product_name": LONG}, "overwrites": texts},
        read_at=timezone.now(),
    )
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/admin/catalog/changeset/texts/")
    page.get_by_role("link", name="SKU-1-1").click()
    preview = page.get_by_role("region", name="Search result preview")
    expect(preview).to_contain_text("Kugelschreiber Linea bedrucken")
    title = page.locator("[name=meta_title]")
    title.fill("Kugelschreiber mit Logo bedrucken lassen, schon ab 50 Stück, versandfrei")
    expect(page.locator("[data-count-of=meta_title]")).to_have_text("72 / 60 (70)")
    title.fill("Kugelschreiber mit Logo ab 50 Stück")
    expect(preview).to_contain_text("Kugelschreiber mit Logo ab 50 Stück")
    expect(page.locator("[data-count-of=meta_title]")).to_have_text("35 / 60 (70)")
    assert sideways(page) <= 0
    if width == 1440:
        screen(page, "seo-workbench")
    page.get_by_role("button", name="Save as draft").click()
    expect(page.get_by_text("SKU-1-1 is in draft #")).to_be_visible()
    assert ChangeSet.objects.get().changes.get().requested == {"meta_title": "Kugelschreiber mit Logo ab 50 Stück"}
    for address in ("stock/", "vendor-changes/", "texts/"):
        page.goto(f"/admin/catalog/changeset/{address}")
        assert sideways(page) <= 0
