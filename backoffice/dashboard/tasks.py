"""Background work of the inbox."""

from celery import shared_task

from backoffice.dashboard.inbox.snoozes import forget_ended
from backoffice.dashboard.inbox.trends import record_counts


@shared_task(ignore_result=True)
def count_inbox() -> None:
    """Keep how much of each kind there is now, and forget snoozes that are over."""
    record_counts()
    forget_ended()
