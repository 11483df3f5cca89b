"""Files that go out: the template, and rows that could not be placed, to be corrected and brought back."""

import tempfile
from collections.abc import Iterator
from typing import IO

from django.db.models import Q, QuerySet

from backoffice.jobs.models import JobRow, RowState
from backoffice.tables.cells import Cell, CellFault, plain_number, shown
from backoffice.tables.writing import Row, write_csv, write_xlsx
from orders.importing.models import ImportedOrder, ImportOutcome, OrderImport
from orders.importing.services.assembling import EXAMPLE
from orders.importing.services.fields import TEMPLATE
from orders.importing.services.formats import read_choices
from orders.importing.services.proposals import PASSED_OVER
from orders.importing.services.reading import open_table

# Two lines of one order; what belongs to the whole of it stands in the first.
_EXAMPLE_ROWS: tuple[dict[str, str], ...] = (
    {
        "reference": EXAMPLE, "ordered_at": "2026-11-29 10:30", "currency": "EUR", "total": "189.00",
        "shipping": "4.90", "sku": "MP-F1-C0000003", "quantity": "100", "unit_price": "1.29", "tax_percent": "19",
        "product_name": "Flyer", "print_files": "front=https://files.example.com/front.pdf",
        "customer_email": "jana@example.com", "recipient_firstname": "Jana", "recipient_lastname": "Beispiel",
        "recipient_street": "Hauptstraße 42", "recipient_zip": "10115", "recipient_city": "Berlin",
        "recipient_country_code": "DE", "express_shipping": "no", "tags": "fair, gift",
    },
    {"reference": EXAMPLE, "sku": "MP-F1-C0000004", "quantity": "10", "unit_price": "2.49", "tax_percent": "19"},
)  # fmt: skip


def write_template(file_format: str) -> IO[bytes] | Iterator[bytes]:
    """Return the template: its columns, and an example that is never placed."""
    rows: list[Row] = [[row.get(name) for name in TEMPLATE] for row in _EXAMPLE_ROWS]
    if file_format == "csv":
        return write_csv(TEMPLATE, rows)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    write_xlsx(TEMPLATE, rows, to=file)
    file.seek(0)
    return file


def write_wrong_rows(table: OrderImport) -> Iterator[bytes]:
    """Yield a CSV file of the rows whose orders cannot be placed, or were not: as they came, with the cause beside."""
    problems = find_problems(table)
    head = open_table(bytes(table.content), read_choices(table.formats))
    names = {place: name for place, name in head.columns.items() if name.strip().casefold() != PASSED_OVER}

    def rows() -> Iterator[Row]:
        for row in head.rows:
            if row.number in problems:
                yield [*(_plain(row.cells.get(place)) for place in names), problems[row.number]]

    # As the file that came: a spreadsheet that writes semicolons takes commas for one column.
    return write_csv([*names.values(), PASSED_OVER], rows(), separator=head.read_as.separator or ",")


def find_problems(table: OrderImport) -> dict[int, str]:
    """Return by number of the row what is wrong with it, or "" for another row of an order with something wrong."""
    problems: dict[int, str] = {}
    if table.job_id is None:
        return problems
    results = {row.subject_id: row for row in unplaced_rows(table).iterator(500)}
    for pk, position, rows in table.orders.filter(pk__in=results).values_list("pk", "position", "rows").iterator(500):
        result = results[pk]
        numbers = {row["row"] for row in rows}
        problems |= dict.fromkeys(numbers, "")
        for place, texts in result.errors.items():
            number, _colon, column = place.partition(": ")
            where = int(number) if number.isdigit() and int(number) in numbers else position
            problems[where] = "; ".join(filter(None, (problems[where], f"{column}: {' '.join(texts)}")))
        problems[position] = problems[position] or str(result.text)
    return problems


def unplaced_rows(table: OrderImport) -> QuerySet[JobRow]:
    """Return the rows of the job whose orders are wrong, or could not be placed."""
    wrong = ImportedOrder.objects.filter(table=table, outcome=ImportOutcome.WRONG, order__isnull=True).values("pk")
    left = table.orders.filter(order__isnull=True).values("pk")
    is_wrong = Q(state=RowState.SKIPPED, subject_id__in=wrong) | Q(state=RowState.FAILED, subject_id__in=left)
    return JobRow.objects.filter(is_wrong, job=table.job_id)


def _plain(cell: Cell) -> Cell:
    if isinstance(cell, CellFault):
        return shown(cell)
    return format(plain_number(cell), "f") if isinstance(cell, float) else cell
