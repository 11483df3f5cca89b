"""Tables that were read wrongly once: what a merchant sees of each, by page and by command."""

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from openpyxl import Workbook

from backoffice.tables.writing import write_csv, write_xlsx
from catalog.models import ChangeKind, ChangeSet, PriceTier, Snapshot, TableImport, TableImportState, Variant
from catalog.services.change_sets.texts import TEXTS
from catalog.services.sync.reading import sync_catalog
from catalog.services.tables.columns import LAYOUTS
from catalog.services.tables.exporting import export_rows
from catalog.services.tables.importing import accept_table, read_import
from tests.catalog.change_desk import FULFILLER, Desk
from tests.catalog.source import Catalog, make_product

SAMPLES = Path(__file__).parent.parent / "samples" / "reports"
SKUS = ("TESTPRODUCT-stock", "TESTPRODUCT777", "TESTPRODUCT555", "TESTPRODUCT123", *(f"MP-{n}" for n in range(1, 11)))


@pytest.fixture
def listed(db: None) -> None:
    """List the SKUs of the files in the catalogue, in euros, without prices."""
    sync_catalog(Catalog([make_product(1)]))
    product = Variant.objects.get().product
    now = timezone.now()
    Variant.objects.bulk_create(
        Variant(product=product, vendor="mypromo", vendor_id=f"r{n}", sku=sku, currency="EUR", changed_at=now,
                created_at=now)
        for n, sku in enumerate(SKUS)
    )  # fmt: skip


def uploaded(path: Path | bytes, *, kind: str = ChangeKind.SALES_PRICES, **changes: Any) -> TableImport:
    content = path if isinstance(path, bytes) else path.read_bytes()
    given: dict[str, Any] = {"vendor": "mypromo", "clear_blanks": False, "file_name": "table"} | changes
    return read_import(accept_table(content, kind=kind, actor="mara", **given))


def told(table: TableImport) -> list[str]:
    return [problem["text"] for problem in table.problems]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("xlsx-*/*.xlsx")), ids=lambda path: path.stem)
def test_every_row_of_a_workbook_counts(path: Path, listed: None) -> None:
    table = uploaded(path)
    assert (table.state, table.problems) == (TableImportState.READY, [])
    assert (table.seen, table.counts["changed"]) == ((4, 4) if "four-rows" in path.stem else (10, 10))


@pytest.mark.parametrize(
    ("name", "kind", "vendor"),
    [
        ("comma-in-name", ChangeKind.SALES_PRICES, "mypromo"),
        ("decimal-comma", ChangeKind.SALES_PRICES, "mypromo"),
        ("stock", ChangeKind.STOCK, FULFILLER),
    ],
)
def test_a_comma_too_many_changes_nothing(name: str, kind: str, vendor: str, listed: None) -> None:
    table = uploaded(SAMPLES / "more-cells-than-columns" / f"{name}.csv", kind=kind, vendor=vendor)
    assert (table.state, table.requests) == (TableImportState.READY, {})
    [problem] = table.problems
    assert (problem["row"], problem["sku"]) == (2, "TESTPRODUCT-stock")
    assert "has no name" in problem["text"]


@pytest.mark.parametrize("clear_blanks", [False, True])
def test_a_formula_without_a_result_changes_and_clears_nothing(clear_blanks: bool, listed: None) -> None:
    folder = SAMPLES / "formulas-without-values"
    sales = uploaded(folder / "real_formula.xlsx", clear_blanks=clear_blanks)
    bought = uploaded(
        folder / "purchase_formula.xlsx",
        kind=ChangeKind.FULFILLER_PRICES,
        vendor=FULFILLER,
        clear_blanks=clear_blanks,
    )
    assert (sales.requests, sales.counts["problems"], bought.requests, bought.counts["problems"]) == ({}, 4, {}, 1)
    assert all("without a result" in text for text in told(sales) + told(bought))


def test_an_error_becomes_no_text_and_clears_none(listed: None) -> None:
    path = SAMPLES / "error-values" / "texts_errors.xlsx"
    table = uploaded(path, kind=ChangeKind.SEARCH_TEXTS, clear_blanks=True)
    assert table.requests == {}
    assert ["#N/A" in text for text in told(table)] == [True]


def test_ten_rows_are_ten_whatever_stands_far_below(listed: None) -> None:
    assert uploaded(SAMPLES / "far-away-row" / "tall.xlsx").counts["changed"] == 10


@pytest.mark.parametrize("name", ["unicode-text", "sep-line", "blank-first-line"])
def test_a_csv_file_of_excel_sets_the_price_that_is_in_it(name: str, listed: None) -> None:
    table = uploaded(SAMPLES / "csv-of-excel" / f"{name}.csv")
    assert table.requests == {"TESTPRODUCT-stock": {"sales": {"1": "11.95"}}}


def test_prices_of_switzerland_and_france_are_read(listed: None) -> None:
    table = uploaded(SAMPLES / "csv-of-excel" / "swiss-and-french.csv")
    assert table.requests == {"TESTPRODUCT-stock": {"sales": {"1": "1234.50", "25": "1234.50"}}}


def test_a_price_that_could_be_two_is_a_problem_of_its_row(listed: None) -> None:
    table = uploaded(b"sku;quantity;sales\nMP-1;1;1.234\nMP-2;1;1.234,00\nMP-3;1;12,345\n")
    assert table.requests == {"MP-2": {"sales": {"1": "1234.00"}}}
    assert [problem["row"] for problem in table.problems] == [2, 4]
    assert "1234 or 1.2340" in told(table)[0]


def test_prices_in_another_currency_than_the_vendors_are_seen_before_they_leave(listed: None) -> None:
    table = uploaded("sku,quantity,sales,currency\nMP-1,1,$ 9.90,\nMP-2,1,9.90,USD\nMP-3,1,€ 9.90,USD\n".encode())
    assert {sku: wish["currency"] for sku, wish in table.requests.items()} == {"MP-1": "USD", "MP-2": "USD"}
    assert ["two currencies" in text for text in told(table)] == [True]


def test_a_line_end_in_a_title_is_refused_and_in_a_description_kept(listed: None) -> None:
    table = uploaded(
        b'sku,meta_title,product_description\nMP-1,"two\nlines",\nMP-2,One,"two\nlines"\n',
        kind=ChangeKind.SEARCH_TEXTS,
    )
    assert table.requests == {"MP-2": {"meta_title": "One", "product_description": "two\nlines"}}
    assert told(table)[0].startswith("meta_title: ")


@pytest.mark.parametrize(("encoding", "is_assumed"), [("cp1252", True), ("utf-8", False), ("utf-16", False)])
def test_letters_that_are_assumed_are_told(encoding: str, is_assumed: bool, listed: None) -> None:
    content = "sku,meta_title\nMP-1,Füller\n".encode(encoding)
    table = uploaded(content, kind=ChangeKind.SEARCH_TEXTS)
    assert table.requests == {"MP-1": {"meta_title": "Füller"}}
    assert ("windows_letters" in table.counts) == is_assumed


def test_a_sku_that_lost_its_digits_says_so(listed: None) -> None:
    book = Workbook()
    assert book.active is not None
    for row in (["sku", "quantity", "sales"], [1.23456789012345e18, 1, 5], ["9E400000", "9E400000", 5]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    table = uploaded(file.getvalue())
    assert table.requests == {}
    assert [problem["row"] for problem in table.problems] == [2, 3]
    assert "15 digits" in told(table)[0]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_prices_of_three_decimals_survive_the_way_there_and_back(file_format: str, listed: None) -> None:
    variant = Variant.objects.get(sku="MP-1")
    for quantity, price in ((1, "1.234"), (50, "0.125"), (100, "12.5"), (500, "1234")):
        PriceTier.objects.create(variant=variant, price_list="sales", quantity=quantity, price=Decimal(price))
    rows = export_rows(ChangeKind.SALES_PRICES, vendor="mypromo", variants=Variant.objects.filter(sku="MP-1"))
    columns = LAYOUTS[ChangeKind.SALES_PRICES].columns
    file = io.BytesIO()
    if file_format == "csv":
        file.writelines(write_csv(columns, rows))
    else:
        write_xlsx(columns, rows, to=file)
    table = uploaded(file.getvalue())
    assert (table.seen, table.requests, table.problems) == (4, {}, [])


def test_what_looks_like_an_escape_survives_a_workbook(listed: None) -> None:
    text = "_x0041_ and _x000D_"
    value = {"defaults": dict.fromkeys(TEXTS), "overwrites": dict.fromkeys(TEXTS) | {"meta_title": text}}
    Snapshot.objects.create(
        vendor="mypromo", kind=ChangeKind.SEARCH_TEXTS, sku="MP-1", value=value, read_at=timezone.now()
    )
    rows = export_rows(ChangeKind.SEARCH_TEXTS, vendor="mypromo", variants=Variant.objects.filter(sku="MP-1"))
    file = io.BytesIO()
    write_xlsx(LAYOUTS[ChangeKind.SEARCH_TEXTS].columns, rows, to=file)
    table = uploaded(file.getvalue(), kind=ChangeKind.SEARCH_TEXTS)
    assert (table.requests, table.problems) == ({}, [])


def exported(kind: str, path: Path, *, vendor: str, skus: list[str]) -> Path:
    """Return a table as the staff pages export it."""
    rows = list(export_rows(kind, vendor=vendor, variants=Variant.objects.filter(sku__in=skus)))
    assert rows
    with path.open("wb") as file:
        if path.suffix == ".csv":
            file.writelines(write_csv(LAYOUTS[kind].columns, rows))
        else:
            write_xlsx(LAYOUTS[kind].columns, rows, to=file)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize(
    ("command", "kind", "vendor"),
    [
        ("push_prices", ChangeKind.SALES_PRICES, "mypromo"),
        ("push_prices", ChangeKind.FULFILLER_PRICES, FULFILLER),
        ("push_stock", ChangeKind.SYNC, "mypromo"),
    ],
)
def test_a_command_takes_the_table_that_a_page_exports(
    command: str, kind: str, vendor: str, suffix: str, desk: Desk, tmp_path: Path
) -> None:
    skus = desk.skus(2, vendor=vendor)
    listed_by(desk, vendor=vendor, skus=skus)
    path = exported(kind, tmp_path / f"table{suffix}", vendor=vendor, skus=skus)
    out = io.StringIO()
    call_command(command, str(path), "--vendor", vendor, "--user", "author", stdout=out, stderr=out)
    assert ChangeSet.objects.get().kind == kind
    if kind == ChangeKind.SALES_PRICES:
        assert "->" not in out.getvalue()  # nothing was edited


def test_the_commands_of_texts_and_stock_take_tables_of_the_pages_too(desk: Desk, tmp_path: Path) -> None:
    [sku], [own] = desk.skus(1), desk.skus(1, vendor=FULFILLER)
    listed_by(desk, vendor="mypromo", skus=list({sku, own}))
    now = timezone.now()
    texts = {"defaults": dict.fromkeys(TEXTS), "overwrites": dict.fromkeys(TEXTS) | {"meta_title": " Mine\r\n"}}
    Snapshot.objects.create(vendor="mypromo", kind=ChangeKind.SEARCH_TEXTS, sku=sku, value=texts, read_at=now)
    stock = {"available": True, "managed": True, "qty": 5}
    Snapshot.objects.create(vendor=FULFILLER, kind=ChangeKind.STOCK, sku=own, value=stock, read_at=now)
    seo = exported(ChangeKind.SEARCH_TEXTS, tmp_path / "texts.csv", vendor="mypromo", skus=[sku])
    with pytest.raises(CommandError, match="changes nothing"):
        call_command("push_seo", str(seo), "--user", "author")
    seo.write_text(seo.read_text().replace("Mine", "Ours"))
    call_command("push_seo", str(seo), "--user", "author", stdout=io.StringIO())
    assert ChangeSet.objects.get().changes.get().requested == {"meta_title": "Ours"}
    path = exported(ChangeKind.STOCK, tmp_path / "stock.xlsx", vendor=FULFILLER, skus=[own])
    call_command("push_stock", str(path), "--vendor", FULFILLER, "--user", "author", stdout=io.StringIO())
    assert ChangeSet.objects.filter(kind=ChangeKind.STOCK).count() == 1


def test_a_command_refuses_a_line_end_in_a_title_as_the_page_does(listed: None, tmp_path: Path) -> None:
    path = tmp_path / "texts.csv"
    path.write_text('sku,meta_title,product_description\nMP-1,"two\nlines",\nMP-2,One,"two\nlines"\n')
    said = io.StringIO()
    with pytest.raises(CommandError, match="ine breaks"):
        call_command("push_seo", str(path), "--dry-run", stderr=said)
    assert "MP-1: meta_title" in said.getvalue()
    assert not ChangeSet.objects.exists()


def listed_by(desk: Desk, *, vendor: str, skus: list[str]) -> None:
    """Give our catalogue what the vendor has of these SKUs."""
    sync_catalog(Catalog([make_product(1)]))
    product = Variant.objects.get(sku="SKU-1-1").product
    now = timezone.now()
    for number, sku in enumerate(skus):
        held = desk.held(sku)
        variant = Variant.objects.create(
            product=product, vendor="mypromo", vendor_id=f"r{number}", sku=sku, currency="EUR", changed_at=now,
            created_at=now, available=held["available"],
        )  # fmt: skip
        for name in ("sales", "purchase", "recommended"):
            for tier in held.get(f"{name}_prices", []):
                PriceTier.objects.create(
                    variant=variant, price_list=name, quantity=tier["qty"], price=Decimal(str(tier["price"]))
                )


def test_a_table_with_a_problem_is_refused_whole_by_a_command(listed: None, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text("sku;quantity;sales\nMP-1;1;1.234\nMP-2;1;5\n")
    said = io.StringIO()
    with pytest.raises(CommandError, match="cannot be used: 1"):
        call_command("push_prices", str(path), "--dry-run", stderr=said)
    assert "row 2: " in said.getvalue()
    assert not ChangeSet.objects.exists()
