"""Orders as a table: one row an order, as CSV or XLSX."""

import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import IO, Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.engine.services.disk import room_for
from backoffice.engine.services.files import Kept, keep_file, new_path
from backoffice.jobs.models import Job, JobRow, RowState
from backoffice.jobs.services.kinds import job_kind
from backoffice.sight import personal
from backoffice.tables.writing import write_csv, write_xlsx
from orders.models import Address, AddressRole, Order
from orders.services.jobs.kinds import OrderJob

PIECE = 64 * 1024
_LARGEST = 100 * 1024 * 1024
_NOBODY = Address()
# Column -> what stands in it, of an order and its recipient.
COLUMNS: dict[str, Callable[[Order, Address], Any]] = {
    "number": lambda order, to: order.number,
    "reference": lambda order, to: order.reference,
    "shop": lambda order, to: order.shop.name,
    "received": lambda order, to: _minute(order.created_at),
    "state": lambda order, to: order.state,
    "held_because": lambda order, to: ", ".join(hold.reason for hold in order.holds.all() if not hold.released_at),
    "production": lambda order, to: order.production,
    "shipment": lambda order, to: order.shipment,
    "late": lambda order, to: "yes" if order.late else "no",
    "ship_by": lambda order, to: _minute(order.ship_by),
    "total": lambda order, to: str(order.total),
    "currency": lambda order, to: order.currency,
    "lines": lambda order, to: "; ".join(f"{line.quantity} × {line.sku or line.name}" for line in order.lines.all()),
    "tracking_codes": lambda order, to: ", ".join(one.tracking_code for one in order.shipments.all()),
    "customer_firstname": lambda order, to: order.customer_firstname,
    "customer_lastname": lambda order, to: order.customer_lastname,
    "customer_email": lambda order, to: order.customer_email,
    "customer_phone": lambda order, to: order.customer_phone,
    "company": lambda order, to: to.company,
    "department": lambda order, to: to.department,
    "firstname": lambda order, to: to.firstname,
    "lastname": lambda order, to: to.lastname,
    "street": lambda order, to: to.street,
    "care_of": lambda order, to: to.care_of,
    "zip": lambda order, to: to.zip,
    "city": lambda order, to: to.city,
    "state_code": lambda order, to: to.state_code,
    "country_code": lambda order, to: to.country_code,
    "assignee": lambda order, to: order.assignee.get_username() if order.assignee else "",
    "tags": lambda order, to: ", ".join(order.tags),
    "test": lambda order, to: "yes" if order.is_test else "no",
}
_AMOUNTS = frozenset({"total"})
# Columns that are masked in a table of somebody who may not see personal data.
PERSONAL = frozenset({
    "customer_firstname", "customer_lastname", "customer_email", "customer_phone", "company", "department", "firstname",
    "lastname", "street", "care_of", "zip", "city",
})  # fmt: skip


class ExportJob(OrderJob):
    """The cells are kept with the rows; the file is written of them at the end, so nothing is read twice."""

    permission, only_reads, icon = "jobs.export_job", True, "table_view"
    title = ngettext_lazy("Export %(count)s order", "Export %(count)s orders", "count")
    done = ngettext_lazy("%(count)s order exported", "%(count)s orders exported", "count")
    ending: ClassVar[str]

    def read(self, job: Job, rows: Sequence[JobRow]) -> Mapping[int, Any]:
        orders = Order.objects.filter(pk__in=[row.subject_id for row in rows]).select_related("shop", "assignee")
        orders = orders.defer("search").prefetch_related("addresses", "lines", "holds", "shipments")
        cells = {order.pk: _cells(order) for order in orders}
        return {row.pk: cells[row.subject_id] for row in rows if row.subject_id in cells}

    def make_file(self, job: Job) -> Kept:
        with room_for(_LARGEST), tempfile.TemporaryFile() as file:
            self.write(_kept_rows(job), to=file)
            file.seek(0)
            return keep_file(iter(lambda: file.read(PIECE), b""), path=f"{new_path('jobs')}.{self.ending}")

    def write(self, rows: Iterator[list[Any]], *, to: IO[bytes]) -> None:
        """Write the table."""
        raise NotImplementedError


@job_kind("orders.export_xlsx")
class ExportXlsx(ExportJob):
    """A workbook."""

    label, ending = gettext_lazy("Export as XLSX"), "xlsx"

    def write(self, rows: Iterator[list[Any]], *, to: IO[bytes]) -> None:
        write_xlsx(list(COLUMNS), rows, to=to)


@job_kind("orders.export_csv")
class ExportCsv(ExportJob):
    """A CSV file in UTF-8."""

    label, ending = gettext_lazy("Export as CSV"), "csv"

    def write(self, rows: Iterator[list[Any]], *, to: IO[bytes]) -> None:
        for piece in write_csv(list(COLUMNS), rows):
            to.write(piece)


def _cells(order: Order) -> list[Any]:
    recipient = next((one for one in order.addresses.all() if one.role == AddressRole.RECIPIENT), _NOBODY)
    cells = {name: read(order, recipient) for name, read in COLUMNS.items()}
    return [personal(cell) if name in PERSONAL else cell for name, cell in cells.items()]


def _kept_rows(job: Job) -> Iterator[list[Any]]:
    amounts = [name in _AMOUNTS for name in COLUMNS]
    results = job.rows.filter(state=RowState.DONE, result__isnull=False).order_by("pk").values_list("result", flat=True)
    cells: Any
    for cells in results.iterator(500):
        yield [Decimal(cell) if is_amount else cell for cell, is_amount in zip(cells, amounts, strict=True)]


def _minute(moment: Any) -> str:
    """Return it in the merchant's time zone, whose reader or worker ever writes the row: a file has one."""
    zone = timezone.get_default_timezone()
    return timezone.localtime(moment, zone).strftime("%Y-%m-%d %H:%M") if moment else ""
