"""The delivery slips of many orders in one PDF."""

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.engine.services.disk import room_for
from backoffice.engine.services.files import Kept, keep_file, new_path, read_file
from backoffice.files.types import PDF
from backoffice.jobs.models import Job, JobRow, RowState
from backoffice.jobs.services.kinds import job_kind
from backoffice.sight import PERSONAL_DATA
from orders.models import Order
from orders.services.jobs.kinds import OrderJob

# Bytes; a slip has some ten thousand.
_LARGEST = 100 * 1024 * 1024


@job_kind("orders.print_slips")
class PrintSlips(OrderJob):
    """Each slip is drawn and kept on its own, and all are joined at the end: a lost worker draws none again."""

    label, icon, permission, only_reads = gettext_lazy("Print delivery slips"), "print", "orders.view_order", True
    sights = (PERSONAL_DATA,)
    title = ngettext_lazy("Print %(count)s delivery slip", "Print %(count)s delivery slips", "count")
    done = ngettext_lazy("%(count)s delivery slip ready", "%(count)s delivery slips ready", "count")
    most_rows, read_at_once, makes_parts = 500, 10, True

    def read(self, job: Job, rows: Sequence[JobRow]) -> Mapping[int, Any]:
        from orders.services.files.slips import render_order_slip  # heavy to load

        orders = Order.objects.filter(pk__in=[row.subject_id for row in rows]).select_related("shop").defer("search")
        by_key = orders.prefetch_related("addresses", "lines").in_bulk()
        with room_for(_LARGEST):
            return {
                row.pk: _keep_part(row, render_order_slip(by_key[row.subject_id]))
                for row in rows
                if row.subject_id in by_key
            }

    def make_file(self, job: Job) -> Kept | None:
        rows = job.rows.filter(state=RowState.DONE, result__isnull=False).order_by("pk")
        paths = [str(path) for path in rows.values_list("result", flat=True)]
        return keep_file(_joined(paths), path=f"{new_path('jobs')}.pdf", accepts=[PDF]) if paths else None


def _keep_part(row: JobRow, slip: bytes) -> str:
    return keep_file(slip, path=row.part_path, accepts=[PDF], reuses_path=True).path


def _joined(paths: Sequence[str]) -> bytes:
    from pypdf import PdfWriter

    writer, target = PdfWriter(), BytesIO()
    for path in paths:
        writer.append(BytesIO(read_file(path) or b""))
    writer.write(target)
    return target.getvalue()
