"""What workers do for mails by themselves."""

from celery import shared_task

from backoffice.mail.services import sending

SEND_SECONDS = 60


@shared_task(name="backoffice.mail.tasks.send_mails")
def send_mails() -> None:
    """Send what is due; end the leases of lost workers."""
    sending.end_expired_leases()
    sending.send_due_mails(seconds=SEND_SECONDS)
