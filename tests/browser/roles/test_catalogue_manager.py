"""A catalogue manager's tasks, with the clicks of each counted: prices, texts and tables of many SKUs."""

from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.sandbox import Sandbox
from backoffice.vendors.abilities import HasCatalogue
from catalog.models import ChangeKind, ChangeSet, TableImport, Variant
from catalog.services.sync.reading import sync_catalog
from catalog.services.tables.importing import read_import
from tests.browser.clicks import Clicks
from tests.catalog.change_desk import Desk
from tests.catalog.conftest import person, sandbox
from tests.catalog.source import Catalog, make_product
from tests.catalog.test_text_workbench import reading

__all__ = ["person", "sandbox"]

pytestmark = pytest.mark.browser

GROUP = "Catalogue lead"
PENS = "Büro/Schreibgeräte"
TIERS = {
    "currency": "EUR",
    "purchase_prices": [{"qty": 50, "price": 2}, {"qty": 100, "price": 1.5}],
    "recommended_retail_prices": [{"qty": 50, "price": 5}, {"qty": 100, "price": 4.5}],
    "sales_prices": [{"qty": 50, "price": 4}, {"qty": 100, "price": 3.3}],
}


def test_prices_of_a_category_are_raised_sent_and_brought_back(page: Page, clicks: Clicks, sandbox: Sandbox) -> None:
    sync_catalog(get_vendor("mypromo", HasCatalogue, lane=Lane.READS))
    pens = list(Variant.objects.filter(product__categories__path__startswith=PENS).values_list("sku", flat=True))
    desk = Desk(sandbox, author=None, boss=None)  # type: ignore[arg-type]  # the page is author and boss
    before = desk.sales(pens)
    page.goto("/admin/")
    with clicks.task("+4 % for the pens, margin seen", most=4):
        clicks.on(page.get_by_role("link", name="Prices", exact=True))
        clicks.on(page.locator("summary", has_text="Filters"))
        page.get_by_label("Category").select_option(PENS)
        clicks.count += 1
        expect(page.get_by_text(PENS).first).to_be_visible()
        page.get_by_label("Percent").fill("4")
        clicks.on(page.get_by_role("button", name="Create draft for all results"))
        expect(page.get_by_text("Not compared with the vendor yet")).to_be_visible()
    change_set = ChangeSet.objects.get()
    assert set(change_set.changes.values_list("sku", flat=True)) == set(pens)
    approve_and_send(page, clicks, "compare, approve, send", most=3)
    assert desk.work_off(change_set).state == "verified"
    assert desk.sales(pens) != before

    page.reload()
    with clicks.task("undo", most=4):
        clicks.on(page.get_by_role("button", name="Create rollback"))
        approve_and_send(page, clicks, "undo: compare, approve, send", most=3)
    assert desk.work_off(ChangeSet.objects.latest("pk")).state == "verified"
    assert desk.sales(pens) == before


def approve_and_send(page: Page, clicks: Clicks, name: str, *, most: int) -> None:
    with clicks.task(name, most=most):
        clicks.on(page.get_by_role("button", name="Compare with the vendor"))
        expect(page.locator(".change-row").first).to_contain_text("%")
        clicks.on(page.get_by_role("button", name="Approve"))
        clicks.on(page.get_by_role("button", name="Send"))
        expect(page.locator(".head-chips .chip")).to_contain_text("being sent", ignore_case=True)


def test_titles_of_three_skus_are_written_in_one_table(page: Page, clicks: Clicks) -> None:
    for number in range(1, 4):
        reading(f"SKU-{number}", title=f"Testprodukt {number}", description=None)
    page.goto("/admin/")
    with clicks.task("titles of three SKUs", most=3):
        clicks.on(page.get_by_role("link", name="Search texts", exact=True))
        clicks.on(page.get_by_role("link", name="Edit in a table"))
        page.locator("input[name$=meta_title]").first.focus()
        for number in range(1, 4):
            page.keyboard.type(f"Pens with your logo {number}")
            page.keyboard.press("Enter")
        expect(page.get_by_role("region", name="Changed texts")).to_contain_text("SKUs changed: 3")
        clicks.on(page.get_by_role("button", name="Save texts as draft"))
        expect(page.get_by_text("Not compared with the vendor yet")).to_be_visible()
    asked = dict(ChangeSet.objects.get().changes.values_list("sku", "requested"))
    assert asked == {f"SKU-{number}": {"meta_title": f"Pens with your logo {number}"} for number in range(1, 4)}


def test_a_workbook_goes_out_is_edited_and_comes_back(page: Page, clicks: Clicks, tmp_path: Path) -> None:
    sync_catalog(Catalog([make_product(number, prices=TIERS) for number in (1, 2)]))
    page.goto("/admin/")
    with clicks.task("XLSX out, edit, in", most=5):
        clicks.on(page.get_by_role("link", name="Tables", exact=True))
        with page.expect_download() as download:
            clicks.on(page.get_by_role("listitem").filter(has_text="Sales prices").get_by_role("link", name="XLSX"))
        file = edited(download.value.path(), tmp_path)
        # The page fixture fails on any error of a script.
        page.get_by_label("File").set_input_files(file)
        clicks.on(page.get_by_role("button", name="Upload and preview"))
        read_import(TableImport.objects.get())
        page.reload()
        clicks.on(page.get_by_role("button", name="Create draft for 1 SKU"))
        expect(page.get_by_text("Not compared with the vendor yet")).to_be_visible()
    change = ChangeSet.objects.get(kind=ChangeKind.SALES_PRICES).changes.get()
    assert list(change.requested["sales"].values()) == ["4.44", "3.3"]


def edited(download: Path, tmp_path: Path) -> Path:
    """Return the workbook with another price in its first row."""
    book = load_workbook(BytesIO(download.read_bytes()))
    heads = [cell.value for cell in book.active[1]]
    book.active.cell(2, heads.index("sales") + 1).value = 4.44
    path = tmp_path / "prices.xlsx"
    book.save(path)
    return path
