"""What vendors refused of change sets, row by row, for the page of errors that no entry explains."""

from collections.abc import Iterator

from backoffice.engine.admin.unknown_errors import READ, SeenError, register_error_source
from backoffice.visibility import visible
from catalog.models import Change, ChangeSet, ChangeSetState
from catalog.models.change_set import ChangeState

# Rows are found by their set: those of so many of the newest that failed are read.
_SETS = 100


def _of_rows() -> Iterator[SeenError]:
    failed = visible(ChangeSet.objects.filter(state__in=[ChangeSetState.FAILED, ChangeSetState.DIFFERING]))
    newest = {row.pk: row for row in failed.only("vendor", "pushed_at", "created_at").order_by("-pk")[:_SETS]}
    rows = Change.objects.filter(change_set__in=list(newest), state=ChangeState.FAILED).only("note", "change_set_id")
    for row in rows.order_by("-pk")[:READ]:
        found = newest[row.change_set_id]
        page = ("catalog_changeset_change", found.pk)
        yield SeenError(found.vendor, row.note, found.pushed_at or found.created_at, page)


register_error_source("catalog.view_changeset", read=_of_rows)
