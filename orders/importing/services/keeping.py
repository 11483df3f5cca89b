"""What is found again after a lost worker, and what is cleared away: tables hold customers' data."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from backoffice.jobs.services.drafting import enqueue_job
from orders.importing.models import ImportState, OrderImport
from orders.importing.services.accepting import read_import

READ_IMPORT = "orders.importing.tasks.read_import"
# A table is being read within that time; after it, its worker was lost.
_PATIENCE_SECONDS = 30
_AT_ONCE = 20


def read_and_check(pk: int) -> bool:
    """Read the table and have a worker check its orders. Return False where there was nothing to read."""
    if not read_import(pk):
        return False
    table = OrderImport.objects.select_related("job").get(pk=pk)
    if table.job is not None:
        enqueue_job(table.job)
    return True


def find_forgotten() -> list[int]:
    """Return tables that wait longer than a worker needs to begin."""
    since = Now() - timedelta(seconds=_PATIENCE_SECONDS)
    rows = OrderImport.objects.filter(state=ImportState.WAITING, waiting_since__lt=since).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:_AT_ONCE])


def clear_old_imports() -> int:
    """Delete tables, and what was read of them, after ORDER_IMPORT_DAYS; the orders stay. Return how many."""
    since = timezone.now() - timedelta(days=settings.ORDER_IMPORT_DAYS)
    keys = list(OrderImport.objects.filter(created_at__lt=since).values_list("pk", flat=True)[:_AT_ONCE])
    OrderImport.objects.filter(pk__in=keys).delete()
    return len(keys)
