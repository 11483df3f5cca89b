"""The job that writes entries of the audit trail into a table."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy, ngettext_lazy

from backoffice.audit.models import AuditEntry
from backoffice.engine.services.disk import room_for
from backoffice.engine.services.files import Kept, keep_file, new_path
from backoffice.jobs.models import Job, JobRow, RowState
from backoffice.jobs.services.kinds import JobKind, job_kind
from backoffice.tables.writing import write_csv

_COLUMNS = (
    "id", "at", "action", "object_type", "object_id", "root_type", "root_id", "shop_id", "actor_kind", "actor",
    "address", "request_id", "change", "payload", "chain",
)  # fmt: skip
_PIECE, _LARGEST = 64 * 1024, 200 * 1024 * 1024


@job_kind("audit.export_csv")
class ExportAudit(JobKind):
    """The cells are kept with the rows; the file is written of them at the end."""

    model, permission, only_reads, icon = AuditEntry, "audit.view_auditentry", True, "table_view"
    label = gettext_lazy("Export as CSV")
    title = ngettext_lazy("Export %(count)s audit entry", "Export %(count)s audit entries", "count")
    done = ngettext_lazy("%(count)s audit entry exported", "%(count)s audit entries exported", "count")
    names = (("pk",), ("object_type", "actor"))

    def read(self, job: Job, rows: Sequence[JobRow]) -> Mapping[int, Any]:
        entries = AuditEntry.objects.in_bulk([row.subject_id for row in rows])
        return {row.pk: _cells(entries[row.subject_id]) for row in rows if row.subject_id in entries}

    def make_file(self, job: Job) -> Kept:
        with room_for(_LARGEST), tempfile.TemporaryFile() as file:
            for piece in write_csv(list(_COLUMNS), _kept_rows(job)):
                file.write(piece)
            file.seek(0)
            return keep_file(iter(lambda: file.read(_PIECE), b""), path=f"{new_path('jobs')}.csv")


def _cells(entry: AuditEntry) -> list[str]:
    return [_cell(getattr(entry, name)) for name in _COLUMNS]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _kept_rows(job: Job) -> Iterator[list[Any]]:
    rows: Any = (
        job.rows.filter(state=RowState.DONE, result__isnull=False).order_by("pk").values_list("result", flat=True)
    )
    yield from rows.iterator(500)
