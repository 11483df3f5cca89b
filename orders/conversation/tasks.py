"""What workers do for conversation by themselves."""

from celery import shared_task

from orders.conversation.services.digest import queue_digests
from orders.conversation.services.troubles import queue_failure_mails, queue_outage_mails


@shared_task(name="orders.conversation.tasks.write_staff_mails")
def write_staff_mails() -> None:
    """Queue what staff want to read: the digest of the day, failures, outages; each once."""
    queue_digests()
    queue_failure_mails()
    queue_outage_mails()
