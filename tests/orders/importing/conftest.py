"""Tables of orders as shop systems export them, brought in in this process."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
from django.core.cache import cache
from openpyxl import Workbook

from backoffice.accounts.models import Shop
from backoffice.jobs.services.working import work_job
from orders.importing.models import ImportState, OrderImport
from orders.importing.services.accepting import accept_table, read_import, start_placing
from orders.importing.services.fields import TEMPLATE
from tests.api.storefront import PEN, make_catalog, make_storefront

ACTOR = "mara"
# A line of an order that can be placed, by the columns of the template.
LINE = {
    "reference": "4711",
    "ordered_at": "2026-11-20 10:30",
    "currency": "EUR",
    "total": "75.00",
    "sku": PEN,
    "quantity": "50",
    "unit_price": "1.50",
    "customer_email": "jana@example.com",
    "recipient_firstname": "Jana",
    "recipient_lastname": "Größer",
    "recipient_street": "Hauptstraße 42",
    "recipient_zip": "10115",
    "recipient_city": "Berlin",
    "recipient_country_code": "DE",
}


@pytest.fixture
def shop(db: None) -> Shop:
    cache.clear()
    make_catalog()
    return make_storefront().shop


def csv_of(rows: Sequence[dict[str, str]], *, columns: Sequence[str] = TEMPLATE, separator: str = ",") -> bytes:
    """Return the file; a column that a row lacks is empty."""
    lines = [separator.join(f'"{row.get(name, "")}"' for name in columns) for row in rows]
    return "\n".join([separator.join(columns), *lines]).encode()


def lines(count: int, **changes: str) -> list[dict[str, str]]:
    """Return so many orders of one line each, to as many recipients."""
    return [
        LINE | {"reference": f"R-{n}", "recipient_street": f"Hauptstraße {n}"} | changes for n in range(1, count + 1)
    ]


def book_of(*sheets: tuple[str, list[list[Any]]]) -> bytes:
    """Return a workbook of these sheets."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def brought_in(shop: Shop, content: bytes, *, name: str = "orders.csv") -> OrderImport:
    """Return the table, read and checked."""
    table = accept_table(content, file_name=name, shop=shop, actor=ACTOR)
    assert read_import(table.pk)
    return checked(table)


def checked(table: OrderImport) -> OrderImport:
    """Return it with its orders checked, where it could be read."""
    table = OrderImport.objects.select_related("shop", "job").get(pk=table.pk)
    if table.state == ImportState.READ and table.job is not None:
        work_job(table.job.pk, seconds=60)
        table.job.refresh_from_db()
    return table


def placed(table: OrderImport) -> OrderImport:
    """Return it with its orders placed."""
    job = start_placing(table, actor=ACTOR)
    work_job(job.pk, seconds=60)
    return OrderImport.objects.select_related("shop", "job").get(pk=table.pk)


def outcomes(table: OrderImport) -> dict[str, str]:
    """Return what was found of each order."""
    return dict(table.orders.values_list("reference", "outcome"))


def complaints(table: OrderImport) -> dict[str, dict[str, list[str]]]:
    """Return what is wrong, by order and place."""
    assert table.job is not None
    return {row.label: row.errors for row in table.job.rows.exclude(errors={})}
