"""Tables out and in: what survives the way, what changes, what is refused, and what a blank cell means."""

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook, load_workbook

from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.tables.reading import read_table
from backoffice.tables.writing import write_csv, write_xlsx
from catalog.models import (
    ChangeKind,
    ChangeSet,
    ChangeSource,
    PriceTier,
    Snapshot,
    TableImport,
    TableImportState,
    Variant,
)
from catalog.services.change_sets.texts import TEXTS
from catalog.services.sync.reading import sync_catalog
from catalog.services.tables.columns import LAYOUTS
from catalog.services.tables.exporting import export_rows
from catalog.services.tables.importing import accept_table, draft_import, read_import
from tests.catalog.source import Catalog, make_product

pytestmark = pytest.mark.django_db

PRICES = {
    "currency": "EUR",
    "purchase_prices": [{"qty": 50, "price": 2}, {"qty": 100, "price": 1.5}],
    "sales_prices": [{"qty": 50, "price": 4}, {"qty": 100, "price": 3.3}],
}


def brought_in(*numbers: int, **changes: Any) -> None:
    sync_catalog(Catalog([make_product(number, prices=PRICES, **changes) for number in numbers]))


def exported(kind: str, file_format: str, *, vendor: str = "mypromo") -> bytes:
    rows = export_rows(kind, vendor=vendor, variants=Variant.objects.all())
    if file_format == "csv":
        return b"".join(write_csv(LAYOUTS[kind].columns, rows))
    file = io.BytesIO()
    write_xlsx(LAYOUTS[kind].columns, rows, to=file)
    return file.getvalue()


def csv_of(*rows: list[Any], delimiter: str = ",") -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode()


def uploaded(content: bytes, kind: str = ChangeKind.SALES_PRICES, **changes: Any) -> TableImport:
    given: dict[str, Any] = {"vendor": "mypromo", "clear_blanks": False} | changes
    return read_import(accept_table(content, file_name="table.csv", kind=kind, actor="mara", **given))


def remember_texts(sku: str, *, vendor: str = "mypromo", **own: str | None) -> None:
    empty: dict[str, str | None] = dict.fromkeys(TEXTS)
    value = {"defaults": empty | {"meta_title": "Default"}, "overwrites": empty | own}
    Snapshot.objects.create(vendor=vendor, kind=ChangeKind.SEARCH_TEXTS, sku=sku, value=value, read_at=timezone.now())


@pytest.mark.parametrize(
    ("file_format", "count"),
    [("xlsx", 4_000), ("csv", 2_000), pytest.param("xlsx", 20_000, marks=pytest.mark.soak)],
)
def test_many_skus_there_and_back_change_nothing(file_format: str, count: int) -> None:
    brought_in(1)
    product = Variant.objects.get().product
    now = timezone.now()
    Variant.objects.bulk_create(
        Variant(product=product, vendor="mypromo", vendor_id=str(n), sku=f"{n:08}", changed_at=now, created_at=now)
        for n in range(count)
    )
    PriceTier.objects.bulk_create(
        PriceTier(variant_id=pk, price_list=name, quantity=50, price=price)
        for pk in Variant.objects.exclude(sku="SKU-1-1").values_list("pk", flat=True)
        for name, price in (("purchase", "1.2345"), ("sales", "2.5000"))
    )
    table = uploaded(exported(ChangeKind.SALES_PRICES, file_format))
    assert table.state == TableImportState.READY, table.problems
    assert (table.seen, table.counts["unchanged"], table.counts["changed"]) == (count + 2, count + 1, 0)
    assert table.problems == []
    with pytest.raises(Conflict):
        draft_import(table, actor="mara")
    assert not ChangeSet.objects.exists()


@pytest.mark.parametrize("file_format", ["xlsx", "csv"])
def test_hard_texts_survive_the_way_there_and_back(file_format: str) -> None:
    brought_in(1, 2, 3)
    remember_texts(
        "SKU-1-1", meta_title='=HYPERLINK("https://evil")', meta_description="'+49 quoted", product_name="-5"
    )
    remember_texts("SKU-2-1", meta_title=" ends in spaces ", product_description="<p>a</p>\r\n<p>b</p>\x0b")
    remember_texts("SKU-3-1", product_description="x" * 40_000, meta_keywords="größer; größte, 'am größten'")
    table = uploaded(exported(ChangeKind.SEARCH_TEXTS, file_format), ChangeKind.SEARCH_TEXTS)
    assert (table.state, table.requests, table.problems) == (TableImportState.READY, {}, [])


def test_no_text_of_a_workbook_is_a_formula_and_zeros_at_the_beginning_stay() -> None:
    brought_in(1)
    Variant.objects.update(sku="000123", name="=1+1")
    sheet = load_workbook(io.BytesIO(exported(ChangeKind.SALES_PRICES, "xlsx"))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert (sheet["A2"].value, sheet["A2"].number_format, sheet["B2"].value) == ("000123", "@", "=1+1")
    text = exported(ChangeKind.SALES_PRICES, "csv").decode("utf-8-sig")
    assert text.splitlines()[1].startswith("000123,'=1+1,")


def test_only_what_was_edited_is_drafted() -> None:
    brought_in(1, 2)
    rows = list(csv.reader(io.StringIO(exported(ChangeKind.SALES_PRICES, "csv").decode("utf-8-sig"))))
    sales = rows[0].index("sales")
    rows[1][sales] = "4,20"
    table = uploaded(csv_of(*rows, delimiter=";"))
    change_set = draft_import(table, actor="mara")
    assert (change_set.source, change_set.authors) == (ChangeSource.TABLE, ["mara"])
    assert [change.sku for change in change_set.changes.all()] == [rows[1][0]]
    assert change_set.changes.get().requested["sales"]["50"] == "4.20"
    table.refresh_from_db()
    assert (table.state, table.requests) == (TableImportState.DRAFTED, {})
    with pytest.raises(IllegalTransition):
        draft_import(table, actor="mara")
    assert ChangeSet.objects.count() == 1


def test_an_absent_column_and_a_blank_cell_change_nothing_unless_clear_is_chosen() -> None:
    brought_in(1)
    remember_texts("SKU-1-1", meta_title="Mine", meta_description="Mine too")
    content = csv_of(["sku", "meta_title"], ["SKU-1-1", ""])
    assert uploaded(content, ChangeKind.SEARCH_TEXTS).requests == {}
    assert uploaded(content, ChangeKind.SEARCH_TEXTS, clear_blanks=True).requests == {"SKU-1-1": {"meta_title": None}}


def test_clearing_cannot_take_a_sales_price_away() -> None:
    brought_in(1)
    table = uploaded(csv_of(["sku", "quantity", "sales"], ["SKU-1-1", "50", ""]), clear_blanks=True)
    assert table.requests == {}
    assert [(problem["row"], problem["sku"]) for problem in table.problems] == [(2, "SKU-1-1")]


def test_a_fulfillers_table_can_take_a_tier_away() -> None:
    brought_in(1)
    content = csv_of(
        ["sku", "quantity", "purchase", "order_max_qty"], ["SKU-1-1", 50, "", 900], ["SKU-1-1", 100, 2, 900]
    )
    table = uploaded(content, ChangeKind.FULFILLER_PRICES, vendor="mypromo-fulfiller", clear_blanks=True)
    assert table.requests == {"SKU-1-1": {"purchase": {"50": None, "100": "2"}, "order_max_qty": 900}}


def test_rows_without_sense_are_told_by_number_and_the_others_taken() -> None:
    brought_in(1, 2)
    table = uploaded(
        csv_of(
            ["sku", "quantity", "sales"],
            ["SKU-1-1", "50", "five"],
            ["SKU-2-1", "50", "9.99"],
            ["123", "50", "1"],
            ["", "50", "1"],
            ["SKU-2-1", "50", "9.98"],
            ["SKU-1-1", "many", "1"],
            ["SKU-1-1"],
        )
    )
    assert table.requests == {"SKU-2-1": {"sales": {"50": "9.99"}}}
    assert sorted(problem["row"] for problem in table.problems) == [2, 4, 5, 6, 7, 8]
    assert table.counts["problems"] == 6


@pytest.mark.parametrize(
    "content",
    [
        csv_of(["sku", "quantity", "slaes"], ["SKU-1-1", 50, 1]),
        csv_of(["quantity", "sales"], [50, 1]),
        csv_of(["sku", "quantity", "sales", "sales"], ["SKU-1-1", 50, 1, 2]),
        csv_of(["sku", "quantity", "purchase"], ["SKU-1-1", 50, 1]),
        b"PK\x03\x04 not a zip",
        b"\x00\x01\x02",
    ],
    ids=["misspelt", "no sku", "twice", "nothing to change", "broken workbook", "no table"],
)
def test_what_is_no_such_table_is_refused_whole(content: bytes) -> None:
    brought_in(1)
    table = uploaded(content)
    assert table.state == TableImportState.REFUSED
    assert table.problems
    assert table.requests == {}


@pytest.mark.parametrize("content", [b"", b"x" * (40 * 1024 * 1024 + 1)], ids=["empty", "too large"])
def test_files_beyond_the_limits_are_not_kept(content: bytes) -> None:
    with pytest.raises(InvalidInput):
        uploaded(content)
    assert not TableImport.objects.exists()


def test_more_rows_than_the_limit_are_refused() -> None:
    content = csv_of(*[["a"]] * 4)
    assert len(list(read_table(content, most_rows=3).rows)) == 3
    with pytest.raises(InvalidInput):
        list(read_table(content, most_rows=2).rows)


def test_a_workbook_of_a_person_is_read_with_its_numbers_and_flags() -> None:
    brought_in(1)
    book = Workbook()
    assert book.active is not None
    for row in (["sku", "available", "managed", "qty"], ["SKU-1-1", True, "ja", 12.0]):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    table = uploaded(file.getvalue(), ChangeKind.STOCK, vendor="mypromo-fulfiller")
    assert table.requests == {"SKU-1-1": {"available": True, "managed": True, "qty": 12}}
    assert table.counts["not_compared"] == 1


def test_a_table_goes_its_way_through_the_pages(client: Client, settings: Any) -> None:
    settings.CELERY_TASK_ALWAYS_EAGER = True
    client.force_login(User.objects.create_superuser("mara"))
    brought_in(1)
    answer = client.get(reverse("admin:catalog_tableimport_export"), {"kind": "sales_prices", "format": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    file = SimpleUploadedFile("may.csv", text.replace("4.00", "4.40").encode())
    url = reverse("admin:catalog_tableimport_upload")
    client.post(url, {"kind": "sales_prices", "blanks": "keep", "file": file})
    table = read_import(TableImport.objects.get())
    page = reverse("admin:catalog_tableimport_change", args=[table.pk])
    shown = client.get(page).content.decode()
    assert "€4.40" in shown
    assert "Create draft for 1 SKU" in shown
    assert not ChangeSet.objects.exists()
    answer = client.post(reverse("admin:catalog_tableimport_draft", args=[table.pk]))
    assert answer["Location"] == reverse("admin:catalog_changeset_change", args=[ChangeSet.objects.get().pk])
    assert client.get(reverse("admin:catalog_tableimport_changelist")).status_code == 200


def test_an_export_holds_what_the_filter_finds(client: Client) -> None:
    client.force_login(User.objects.create_superuser("mara"))
    brought_in(1, 2)
    answer = client.get(reverse("admin:catalog_tableimport_export"), {"kind": "sales_prices", "q": "SKU-2"})
    table = read_table(b"".join(answer.streaming_content), most_rows=100)  # type: ignore[attr-defined]
    assert {row.cells[0] for row in table.rows} == {"SKU-2-1"}
    assert client.get(reverse("admin:catalog_tableimport_export"), {"kind": "x"}).status_code == 400
