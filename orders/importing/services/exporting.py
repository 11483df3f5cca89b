"""Orders as a table that can be imported again: a row for each line, in the columns of the template."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any

from django.utils.translation import gettext_lazy

from backoffice.engine.services.disk import room_for
from backoffice.engine.services.files import Kept, keep_file, new_path
from backoffice.jobs.models import Job, JobRow, RowState
from backoffice.jobs.services.kinds import job_kind
from backoffice.sight import personal
from backoffice.tables.writing import Row, write_csv, write_xlsx
from orders.importing.services.fields import TEMPLATE
from orders.models import Address, AddressRole, Order, OrderLine
from orders.services.jobs.exports import PIECE, ExportJob

_LARGEST = 200 * 1024 * 1024
_ROLES = {AddressRole.RECIPIENT: "recipient", AddressRole.INVOICE: "invoice"}
_PARTS = (
    "company", "department", "firstname", "lastname", "street", "care_of", "zip", "city", "state_code", "country_code",
    "phone", "email",
)  # fmt: skip
# Masked in a table of somebody who may not see personal data.
_PERSONAL = {f"customer_{name}" for name in ("email", "firstname", "lastname", "phone")} | {
    f"{whose}_{name}" for whose in _ROLES.values() for name in _PARTS if name not in ("state_code", "country_code")
}
# So that a sheet can reckon with them.
_AMOUNTS = frozenset({"total", "shipping", "discount", "tax", "unit_price", "tax_percent"})


class ExportLines(ExportJob):
    """What is no column of the template is left out: credentials of files, documents, properties of lines. What
    is about a person is masked for somebody who may not see personal data.
    """

    icon = "table_rows"

    def read(self, job: Job, rows: Sequence[JobRow]) -> Mapping[int, Any]:
        orders = Order.objects.filter(pk__in=[row.subject_id for row in rows]).select_related("shop")
        orders = orders.defer("search").prefetch_related("addresses", "lines")
        cells = {order.pk: list(_rows_of(order)) for order in orders}
        return {row.pk: cells[row.subject_id] for row in rows if row.subject_id in cells}

    def make_file(self, job: Job) -> Kept:
        with room_for(_LARGEST), tempfile.TemporaryFile() as file:
            self.write(_kept_lines(job), to=file)
            file.seek(0)
            return keep_file(iter(lambda: file.read(PIECE), b""), path=f"{new_path('jobs')}.{self.ending}")


@job_kind("importing.export_xlsx")
class ExportLinesXlsx(ExportLines):
    """A workbook."""

    label, ending = gettext_lazy("Export lines as XLSX"), "xlsx"

    def write(self, rows: Iterator[Row], *, to: IO[bytes]) -> None:
        write_xlsx(TEMPLATE, rows, to=to)


@job_kind("importing.export_csv")
class ExportLinesCsv(ExportLines):
    """A CSV file in UTF-8."""

    label, ending = gettext_lazy("Export lines as CSV"), "csv"

    def write(self, rows: Iterator[Row], *, to: IO[bytes]) -> None:
        for piece in write_csv(TEMPLATE, rows):
            to.write(piece)


def _rows_of(order: Order) -> Iterator[list[str]]:
    """Yield a row a line; what belongs to the whole order stands in the first."""
    common = _of_order(order)
    for line in sorted(order.lines.all(), key=lambda one: one.position):
        values = common | _of_line(line)
        yield [personal(values.get(name, "")) if name in _PERSONAL else values.get(name, "") for name in TEMPLATE]
        common = {"reference": order.reference}


def _of_order(order: Order) -> dict[str, str]:
    totals = order.totals or {}
    taxes = [Decimal(tax["amount"]) for tax in totals.get("taxes", ())]
    values = {
        "reference": order.reference,
        "ordered_at": order.placed_at.isoformat(),
        "currency": order.currency,
        "total": str(order.total),
        "shipping": totals.get("shipping", ""),
        "discount": totals.get("discount", ""),
        "tax": str(sum(taxes, Decimal(0))) if totals else "",
        "shipping_method": order.shipping_method,
        "express_shipping": "yes" if order.express_shipping else "",
        "express_production": "yes" if order.express_production else "",
        "gift_message": order.gift_message,
        "tags": ", ".join(order.tags),
        **{
            f"customer_{name}": getattr(order, f"customer_{name}")
            for name in ("email", "firstname", "lastname", "phone")
        },
    }
    for address in order.addresses.all():
        if (whose := _ROLES.get(AddressRole(address.role))) is not None:
            values |= _of_address(address, whose)
    return values


def _of_address(address: Address, whose: str) -> dict[str, str]:
    return {f"{whose}_{name}": getattr(address, name) for name in _PARTS}


def _of_line(line: OrderLine) -> dict[str, str]:
    files = (f"{file['type']}={file['url']}" if file["type"] else file["url"] for file in line.files if file["url"])
    return {
        "sku": line.sku,
        "quantity": str(line.quantity),
        "unit_price": f"{line.unit_price:f}",
        "tax_percent": "" if line.tax_percent is None else f"{line.tax_percent:f}",
        "line_reference": line.reference,
        "product_name": line.name,
        "print_files": "\n".join(files),
    }


def _kept_lines(job: Job) -> Iterator[Row]:
    amounts = [name in _AMOUNTS for name in TEMPLATE]
    results = job.rows.filter(state=RowState.DONE, result__isnull=False).order_by("pk").values_list("result", flat=True)
    orders: Any
    for orders in results.iterator(500):
        for cells in orders:
            yield [
                Decimal(cell) if is_amount and cell else cell for cell, is_amount in zip(cells, amounts, strict=True)
            ]
