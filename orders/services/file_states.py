"""How far a vendor is with the files of an order: reports merged into what is kept, and when a person is needed.

What is kept of each file is an object {"state", "word", "name", "since"}, in the order in which the vendor has them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from backoffice.vendors.messages import FileReport
from backoffice.vendors.registry import vendor_title
from orders.models import Order, OrderDocument, OrderLine, VendorOrder, VendorOrderLine, VendorOrderState
from orders.models.file_state import NOT_THERE, FileState
from orders.models.vendor_order import IN_PROGRESS

# A vendor fetches what it was given once the order is submitted, and has it when the files are checked.
_FETCHES = (VendorOrderState.SUBMITTED, VendorOrderState.UNKNOWN)


def merge_files(
    known: Sequence[Mapping[str, Any]], reported: Sequence[FileReport], *, at: datetime, is_newest: bool
) -> list[dict[str, Any]]:
    """Return what is known of files after a report from then, the same whatever comes first.

    The newest report decides, but a file that the vendor has is never one again that it waits for. An older one says
    only since when, and what a newer one has left out. Where a vendor suddenly shows other files, the newest counts.
    """
    if known and len(known) != len(reported):
        return [_entry(file, at=at) for file in reported] if reported and is_newest else [dict(one) for one in known]
    before: Sequence[Mapping[str, Any] | None] = list(known) or [None] * len(reported)
    return [_merge(*pair, at=at, is_newest=is_newest) for pair in zip(before, reported, strict=True)]


def _merge(known: Mapping[str, Any] | None, file: FileReport, *, at: datetime, is_newest: bool) -> dict[str, Any]:
    entry = _entry(file, at=at)
    if known is None:
        return entry
    if known["state"] == entry["state"]:
        since = min(datetime.fromisoformat(known["since"]), at)
        return {**(entry if is_newest else known), "since": since.isoformat()}
    had, has = known["state"] not in NOT_THERE, entry["state"] not in NOT_THERE
    moves = (has or not had) if is_newest else (has and not had)
    return entry if moves else dict(known)


def _entry(file: FileReport, *, at: datetime) -> dict[str, Any]:
    state = FileState(file.state.value)
    return {"state": state.value, "word": file.raw_state, "name": file.name, "since": at.isoformat()}


def files_due_at(row: VendorOrder, files: Iterable[Mapping[str, Any]]) -> datetime | None:
    """Return from when a person is needed for the files of this part, None while everything is as it should be.

    A file that failed needs one at once; one that is not fetched within `FILES_FETCHED_WITHIN_HOURS` of the submission.
    """
    kept = [(FileState(one["state"]), datetime.fromisoformat(one["since"])) for one in files]
    due = [since for state, since in kept if state == FileState.FAILED]
    if row.state in _FETCHES and row.submitted_at is not None:
        patience = timedelta(hours=settings.FILES_FETCHED_WITHIN_HOURS)
        due += [row.submitted_at + patience for state, _since in kept if state == FileState.WAITING]
    return min(due, default=None)


@dataclass(frozen=True)
class SuppliedFile:
    """A file that a vendor was given, and how far it is with it; `line` is the shop's reference, empty for a slip or
    label. `state` is None while the vendor has not said.
    """

    name: str
    line: str = ""
    state: FileState | None = None
    raw_state: str = ""
    since: datetime | None = None

    def chip(self) -> Chip | None:
        """Return how far the vendor is, in our word, with its own on hover."""
        return None if self.state is None else self.state.chip(self.raw_state)


def parts_of_lines(order: Order) -> dict[int, VendorOrderLine]:
    """Return what vendors have of the order's lines, by the line. No query where these rows are prefetched."""
    return {row.line_id: row for part in order.vendor_orders.all() for row in part.lines.all()}


def files_of_line(line: OrderLine, part: VendorOrderLine | None) -> list[SuppliedFile]:
    """Return the line's files, or its design, with what the vendor says of each. No query."""
    names = [file.get("type") or "" for file in line.files] or ([line.design_id] if line.design_id else [])
    return _supplied(names, part.file_states if part else [], line=line.reference)


def files_of_order(documents: Iterable[OrderDocument], part: VendorOrder | None) -> list[SuppliedFile]:
    """Return the slips and labels that we supply, with what the vendor of that part says of each. No query."""
    names = [document.get_kind_display() for document in documents]
    return _supplied(names, part.document_states if part else [])


def _supplied(names: Sequence[str], states: Sequence[Mapping[str, Any]], *, line: str = "") -> list[SuppliedFile]:
    """Return them in their order; where the vendor has another number of files, nobody knows which is which."""
    if len(names) != len(states):
        return [SuppliedFile(name, line) for name in names]
    return [
        SuppliedFile(name, line, FileState(one["state"]), one["word"], datetime.fromisoformat(one["since"]))
        for name, one in zip(names, states, strict=True)
    ]


def needs_files(part: VendorOrder) -> bool:
    """Return whether a person is needed for files of that part now."""
    return part.state in IN_PROGRESS and part.files_due_at is not None and part.files_due_at <= timezone.now()


def describe_files(part: VendorOrder, files: Iterable[SuppliedFile]) -> list[str]:
    """Return what is wrong with files of that part, and what helps: sentences for people."""
    files, names = list(files), {"vendor": vendor_title(part.vendor)}
    failed = [file for file in files if file.state == FileState.FAILED]
    waiting = [file for file in files if file.state == FileState.WAITING]
    found = []
    if failed:
        text = _(
            "%(vendor)s could not use these files: %(files)s. Take the part back, replace the file, then release "
            "the order."
        )
        found.append(text % {**names, "files": _names(failed)})
    if waiting:
        text = _(
            "%(vendor)s has not fetched these files: %(files)s. Check that the URL can be reached from outside "
            "your network with the credentials provided. If not, take the part back and replace the file."
        )
        found.append(text % {**names, "files": _names(waiting)})
    return found


def _names(files: Iterable[SuppliedFile]) -> str:
    named = [(file.name or _("file"), file.line) for file in files]
    return ", ".join(f"{name} ({line})" if line else name for name, line in named)
