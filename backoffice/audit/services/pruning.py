"""Removes entries that are older than they are kept; what is left still proves itself."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from backoffice.audit.models import AuditAction, AuditEntry
from backoffice.audit.services.chain import append_own
from backoffice.audit.services.guard import alone_at_chain

AT_ONCE = 20_000


def prune_old() -> int:
    """Remove what is older than AUDIT_DAYS; return how many entries. 0 days keep everything."""
    if not settings.AUDIT_DAYS:
        return 0
    return prune(timezone.now() - timedelta(days=settings.AUDIT_DAYS))


def prune(before: datetime) -> int:
    """Remove the entries from the first on that are older; return how many."""
    removed = 0
    while some := list(older_than(before).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        removed += prune_to(some[-1])
    return removed


def older_than(before: datetime) -> QuerySet[AuditEntry]:
    """Return the entries that stand before the first one that is not older."""
    kept = AuditEntry.objects.filter(at__gte=before).order_by("pk").values_list("pk", flat=True).first()
    return AuditEntry.objects.all() if kept is None else AuditEntry.objects.filter(pk__lt=kept)


def prune_to(position: int) -> int:
    """Remove all entries up to that place; return how many.

    In the same transaction an entry names the place and its hash: the checkpoint from which the rest is verified.
    """
    with alone_at_chain(wait=True):
        last = AuditEntry.objects.filter(pk__lte=position).order_by("-pk").values_list("pk", "chain").first()
        if last is None:
            return 0
        up_to, chain = last
        old = AuditEntry.objects.filter(pk__lte=up_to)
        count = old.count()
        append_own(AuditAction.PRUNE, payload={"up_to": up_to, "chain": bytes(chain).hex(), "count": count})
        old._raw_delete("default")
    return count
