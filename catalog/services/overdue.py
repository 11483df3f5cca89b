"""Background work that has not ended in its time: it fails in words, so that nothing stays "being read" for ever.

Each step here is for work that nobody will go on with. What is merely slow has an alarm of its own: pushes, batches at
the vendor (`pushing.jobs`), pictures and files.
"""

from datetime import timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from backoffice.engine.models import Push
from backoffice.engine.services.task_queue import enqueue
from backoffice.text.translatable import gettext as _
from catalog.models import ChangeSet, ChangeSetState, SyncRun, TableImport, TableImportState, VendorJob, VendorJobState
from catalog.models.sync import SyncState
from catalog.models.vendor_job import FINAL_STATES
from catalog.services.change_sets.editing import NOT_APPROVED
from catalog.services.pushing.sending import withdraw_batch
from catalog.services.runs import SyncRunning, only_one
from catalog.services.tables.importing import fail_table

READ_TABLE = "catalog.tasks.read_table"
# A table of 300,000 rows takes some minutes; a worker is stopped after that time.
LONGEST_READING_SECONDS = 1200
# A worker that died is followed by another one once.
MOST_READING = timedelta(seconds=2 * LONGEST_READING_SECONDS)
MOST_WAITING = timedelta(hours=1)
# So long a table waits before workers are asked for once more.
UNHEARD = timedelta(minutes=2)
# A run that shows no sign of life for so long is looked at: whether its process lives shows by its lock.
SILENT_RUN = timedelta(minutes=5)
# A change set on its way without any push or batch that could move it on.
STALLED = timedelta(minutes=15)
AT_ONCE = 100


def end_overdue() -> dict[str, int]:
    """End whatever is overdue. Return how many of each kind there were."""
    return {"tables": fail_overdue_tables(), "runs": close_dead_runs(), "change sets": move_stalled_change_sets()}


def fail_overdue_tables() -> int:
    """Refuse tables that no worker reads to their end, and announce those again that no worker heard of."""
    waiting = TableImport.objects.filter(state=TableImportState.WAITING).defer("content", "requests")
    for table in waiting.filter(waiting_since__lte=Now() - UNHEARD, waiting_since__gt=Now() - MOST_WAITING)[:AT_ONCE]:
        if cache.add(f"table-announced-{table.pk}", True, timeout=UNHEARD.total_seconds()):
            enqueue(READ_TABLE, table.pk)
    unread = waiting.filter(waiting_since__lte=Now() - MOST_WAITING)
    endless = TableImport.objects.filter(state=TableImportState.READING, reading_since__lte=Now() - MOST_READING)
    refused = [(table, _("No worker was free to read the table for an hour. Try again.")) for table in unread[:AT_ONCE]]
    text = _("Reading took too long and was stopped. Try again. If it happens again, use fewer rows per file.")
    refused += [(table, text) for table in endless.defer("content", "requests")[:AT_ONCE]]
    for table, why in refused:
        fail_table(table, text=why)
    return len(refused)


def close_dead_runs() -> int:
    """Close runs as failed whose process ended without a word."""
    silent = SyncRun.objects.filter(state=SyncState.RUNNING, heartbeat_at__lte=Now() - SILENT_RUN)
    count = 0
    for vendor, kind in silent.order_by("vendor", "kind").values_list("vendor", "kind").distinct():
        try:
            with only_one(vendor, kind=kind):
                count += 1
        except SyncRunning:  # it is alive, and waits for its vendor
            continue
    return count


def move_stalled_change_sets() -> int:
    """Move change sets on that nothing moves any more, since a push of theirs was put aside.

    One of which nothing was sent is to be compared and approved anew; batches that were not sent are withdrawn; one
    that cannot be read back differs until somebody reads it back again.
    """
    rows = ChangeSet.objects.filter(state=ChangeSetState.PUSHING, pushed_at__lte=Now() - STALLED).order_by("pk")
    return sum(_move_stalled(pk) for pk in rows.values_list("pk", flat=True)[:AT_ONCE])


@transaction.atomic
def _move_stalled(pk: int) -> bool:
    change_set = ChangeSet.objects.locked(pk)
    if change_set.state != ChangeSetState.PUSHING or _has_open_push(change_set):
        return False
    if not change_set.jobs.exists():
        params = {"error": _("Nothing was sent because the comparison was not repeated. Approve the change set again.")}
        change_set.move_to(ChangeSetState.CHECKED, actor="system", kind="stalled", params=params, **NOT_APPROVED)
        return True
    if unsent := list(change_set.jobs.filter(state=VendorJobState.PLANNED)):
        for job in unsent:
            withdraw_batch(job, why=_("This batch was not sent."))
        return True
    if change_set.jobs.exclude(state__in=FINAL_STATES).exists():
        return False  # at the vendor, which is asked for a day
    params = {"error": _("The vendor’s current values are unknown. Read them back again.")}
    change_set.move_to(ChangeSetState.DIFFERING, actor="system", kind="stalled", params=params)
    return True


def _has_open_push(change_set: ChangeSet) -> bool:
    about_set = Q(subject_type=change_set._meta.label_lower, subject_id=change_set.pk)
    jobs = change_set.jobs.values_list("pk", flat=True)
    about_jobs = Q(subject_type=VendorJob._meta.label_lower, subject_id__in=list(jobs))
    return Push.objects.open().filter(about_set | about_jobs).exists()
