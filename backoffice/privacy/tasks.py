"""What workers do about personal data."""

from celery import shared_task

from backoffice.privacy.services import requests, retention

WORK_SECONDS = 60
RETENTION_SECONDS = 120


@shared_task(name=requests.WORK_REQUESTS)
def work_requests() -> None:
    """Make copies and erase who is to be erased."""
    requests.work_requests(seconds=WORK_SECONDS)


@shared_task(name="backoffice.privacy.tasks.run_retention")
def run_retention() -> None:
    """End what has been kept long enough; what is left waits for the next run, an hour later."""
    retention.run_retention(seconds=RETENTION_SECONDS)
