"""Files that go: noted in the transaction in which their rows go, deleted once it is committed, and asked for again
until the store has none of them.

So no path is forgotten, whether a worker is lost after the commit, the store is away or it refuses.
"""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from functools import partial

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from backoffice.engine.models.file_deletion import FileDeletion
from backoffice.engine.models.waiting_file import WaitingFile
from backoffice.files.stores.base import StoreAway
from backoffice.text.translatable import gettext as _

logger = logging.getLogger(__name__)
# One that is still there after that is a matter for people.
LONGEST = timedelta(hours=1)
# Refusals after which a run leaves the rest to the next one: likely they have one cause.
MOST_REFUSED = 10
# Seconds that whoever has committed spends on deleting; the task does the rest.
LONGEST_AT_ONCE = 10
_AT_ONCE = 1000


def delete_files(paths: Iterable[str]) -> None:
    """Have what lies under these paths gone, and what waits to be put there; nothing there is no fault.

    Called in the transaction in which rows stop naming them: both happen, or neither.
    """
    named = sorted({path for path in paths if path})
    if not named:
        return
    with transaction.atomic():
        WaitingFile.objects.filter(path__in=named).delete()
        rows = [FileDeletion(path=path) for path in named]
        FileDeletion.objects.bulk_create(rows, batch_size=_AT_ONCE, ignore_conflicts=True)
        transaction.on_commit(partial(_delete_named, named), robust=True)


def delete_due_files(*, seconds: float) -> int:
    """Delete what is still to be deleted, what was not tried for longest first, for about that long or until the store
    keeps refusing; return how many are gone. Safe at any time, by anybody.
    """
    deadline, gone, refused = time.monotonic() + seconds, 0, 0
    due = FileDeletion.objects.order_by(F("refused_at").asc(nulls_first=True), "pk")
    for path in list(due.values_list("path", flat=True)[: _AT_ONCE * 10]):
        if time.monotonic() >= deadline or refused >= MOST_REFUSED:
            break
        if _delete(path):
            gone += 1
        else:
            refused += 1
    return gone


def newest_deletion() -> int:
    """Return the key of what was noted last, 0 where nothing is to be deleted."""
    return FileDeletion.objects.aggregate(newest=Max("pk"))["newest"] or 0


def why_undeleted(*, upto: int) -> str:
    """Return why something that was noted up to that key is still there, and what to do; empty once nothing is."""
    waiting = FileDeletion.objects.filter(pk__lte=upto).order_by("pk")
    if (row := waiting.exclude(refused_at=None).first()) is not None:
        return _("Not all files are deleted yet. %(cause)s %(remedy)s") % {"cause": row.cause, "remedy": row.remedy}
    return _("Files are still being deleted.") if waiting.exists() else ""


def _delete_named(paths: list[str]) -> None:
    """Leave the rest to the task where the store refuses or takes long: nobody waits for that."""
    deadline = time.monotonic() + LONGEST_AT_ONCE
    for path in paths:
        if time.monotonic() >= deadline or not _delete(path):
            return


@transaction.atomic
def _delete(path: str) -> bool:
    """Return whether the file is gone, or somebody else is at it. Its row is locked meanwhile: see `keep_file`."""
    row = FileDeletion.objects.select_for_update(skip_locked=True).filter(path=path).first()
    if row is None:
        return True
    try:
        default_storage.delete(path)
    except (StoreAway, OSError) as error:
        row.cause, row.remedy = _explain(error)
        row.refused_at = timezone.now()
        row.save(update_fields=["refused_at", "cause", "remedy"])
        logger.warning("%s could not be deleted: %s", path, row.cause)
        return False
    row.delete()
    return True


def _explain(error: StoreAway | OSError) -> tuple[str, str]:
    if isinstance(error, StoreAway):
        return error.cause, error.remedy
    return str(error), _("Give this user write access to that folder, and free up space on its disk.")
