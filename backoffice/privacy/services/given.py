"""Orders that somebody else placed for a person: these stay, and the person is taken out of all that hangs on them."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from backoffice.acting import told_by
from backoffice.privacy.person import DataSubject
from backoffice.privacy.registry import Holder
from backoffice.privacy.services.columns import AT_ONCE, scrub_rows
from backoffice.privacy.services.erasing import Progress, erase_rows
from backoffice.privacy.services.finding import collect, customers_holders
from backoffice.privacy.services.spellings import Scrubber


def erase_given(person: DataSubject, *, done: Iterable[str] = (), progress: Progress = lambda step: None) -> None:
    """Take the person out of the rows of whoever ordered for them, but for words that both have. What shows their
    address as a whole goes. `progress` is called after each holder.
    """
    if person.givers is None:
        return
    known, scrubber = person.givers.by_rows(), Scrubber(person, sparing=person.givers)
    rows = collect(known)
    for holder in customers_holders():
        step = f"given:{holder.label}"
        if step in done or holder.label not in rows:
            continue
        keys = sorted(known.of(holder.model) - person.of(holder.model), key=str)
        for start in range(0, len(keys), AT_ONCE):
            some = holder.model._base_manager.filter(pk__in=keys[start : start + AT_ONCE])
            _take_out(holder, person, some, scrubber)
        progress(step)


def _take_out(holder: Holder, person: DataSubject, rows: QuerySet[Any], scrubber: Scrubber) -> None:
    gone = set(holder.given(rows).values_list("pk", flat=True)) if holder.given else set()
    if gone:
        erase_rows(holder, person, rows.filter(pk__in=gone), scrubber=scrubber)
    if holder.texts:
        _scrub(holder, rows.exclude(pk__in=gone), scrubber)


@told_by("erasure")
@transaction.atomic
def _scrub(holder: Holder, rows: QuerySet[Any], scrubber: Scrubber) -> None:
    # Locked: what others write into these rows meanwhile would be overwritten with what stood there before.
    locked = rows.order_by("pk").select_for_update()
    scrub_rows(holder, locked, scrubber=scrubber, names=holder.texts)
