"""A person erased: marked first, then holder by holder, each step a transaction of its own and harmless twice."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Max, Min, QuerySet

from backoffice.acting import told_by
from backoffice.engine.models.stored_file import StoredFile
from backoffice.engine.services.file_deletions import delete_files
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import Holder, afterwards, marks
from backoffice.privacy.services.columns import AT_ONCE, clear_columns, rows_naming, scrub_rows
from backoffice.privacy.services.finding import collect, customers_holders
from backoffice.privacy.services.spellings import Scrubber

# Keys that are looked through in one transaction for texts that name the person.
SCANNED_AT_ONCE = 20_000

Progress = Callable[[str], None]


def mark(person: DataSubject) -> None:
    """Have it known everywhere that they are erased: whatever comes in from now on does not bring them back."""
    with transaction.atomic():
        for note in marks:
            note(person)


def follow_up(person: DataSubject) -> None:
    """Have whoever keeps a record of what was done forget the values that are gone now."""
    for follow in afterwards:
        follow(person)


def erase_linked(
    person: DataSubject, *, done: Iterable[str] = (), progress: Progress = lambda step: None
) -> dict[str, int]:
    """Erase the rows that are theirs; return how many of which model. `progress` is called after each holder."""
    counts: dict[str, int] = {}
    scrubber, rows = Scrubber(person), collect(person)
    for holder in customers_holders():
        if holder.label in done or holder.label not in rows:
            continue
        keys = sorted(rows[holder.label].values_list("pk", flat=True), key=str)
        for start in range(0, len(keys), AT_ONCE):
            some = holder.model._base_manager.filter(pk__in=keys[start : start + AT_ONCE])
            erase_rows(holder, person, some, scrubber=scrubber)
        counts[holder.label] = len(keys)
        progress(holder.label)
    return counts


def erase_named(person: DataSubject, *, done: Iterable[str] = (), progress: Progress = lambda step: None) -> int:
    """Take what names the person out of all other rows: they are read once, some at a time. Return how many changed."""
    scrubber, changed = Scrubber(person), 0
    if not scrubber.certain:
        return 0
    for holder in customers_holders():
        # A range is a step of its own: a large table takes longer than a worker has.
        for low, high in _ranges(holder) if holder.scrubbed else ():
            step = f"text:{holder.label}:{high}"
            if step in done:
                continue
            rows = _scrub_range(holder, scrubber, low, high)
            person.named[holder.model._meta.label_lower].update(row.pk for row in rows)
            changed += len(rows)
            progress(step)
    return changed


@transaction.atomic
@told_by("erasure")
def erase_rows(holder: Holder, person: DataSubject, rows: QuerySet[Any], *, scrubber: Scrubber) -> None:
    """Erase these rows of theirs as the holder says, with their files."""
    paths = list(_paths(holder, rows))
    if holder.erase is not None:
        holder.erase(person, rows)
    elif holder.deleted:
        rows.delete()
    else:
        clear_columns(holder, rows)
        if holder.scrubbed:
            scrub_rows(holder, rows, scrubber=scrubber)
    delete_files(paths)


@told_by("erasure")
@transaction.atomic
def _scrub_range(holder: Holder, scrubber: Scrubber, low: Any, high: Any) -> list[Any]:
    # Locked: what others write into these rows meanwhile would be overwritten with what stood there before.
    rows = list(rows_naming(holder, scrubber=scrubber, after=low, upto=high).order_by("pk").select_for_update())
    scrub_rows(holder, rows, scrubber=scrubber)
    return rows


def _ranges(holder: Holder) -> Iterator[tuple[Any, Any]]:
    """Yield ranges of keys, each from behind the first up to the second; nothing is held between two of them. They are
    the same ones whichever rows there are, so that whoever goes on knows which have been looked through.
    """
    ends = holder.model._base_manager.aggregate(low=Min("pk"), high=Max("pk"))
    if ends["low"] is None:
        return
    low = (ends["low"] - 1) // SCANNED_AT_ONCE * SCANNED_AT_ONCE
    while low < ends["high"]:
        yield low, low + SCANNED_AT_ONCE
        low += SCANNED_AT_ONCE


def paths_of(holder: Holder, row: Any) -> list[str]:
    """Return where the files of a row lie."""
    own = [row.path] if isinstance(row, StoredFile) and row.path else []
    return own + (list(holder.files(row)) if holder.files else [])


def _paths(holder: Holder, rows: QuerySet[Any]) -> Iterator[str]:
    if holder.files is not None or issubclass(holder.model, StoredFile):
        # Locked: whoever notes a file meanwhile notes it before, and it goes, or finds the row empty.
        for row in rows.order_by("pk").select_for_update():
            yield from paths_of(holder, row)
