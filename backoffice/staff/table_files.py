"""A table as a file to be downloaded."""

import tempfile
from collections.abc import Iterable, Sequence

from django.core.exceptions import BadRequest
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone

from backoffice.tables.writing import Row, write_csv, write_xlsx

FORMATS = ("xlsx", "csv")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def table_response(columns: Sequence[str], rows: Iterable[Row], *, name: str, file_format: str) -> HttpResponseBase:
    """Stream the rows as a file of that name and today's date. Raise BadRequest for another format."""
    if file_format not in FORMATS:
        raise BadRequest
    file_name = f"{name}-{timezone.localdate():%Y-%m-%d}.{file_format}"
    if file_format == "csv":
        headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
        pieces = write_csv(columns, rows)
        return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)
    # A workbook's index stands at its end: it is written to a file first, and that is streamed and then closed.
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it
    write_xlsx(columns, rows, to=file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=file_name, content_type=_XLSX)
