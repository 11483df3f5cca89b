"""Putting mails into the queue, in the transaction that causes them."""

from collections.abc import Iterable

from backoffice.engine.services.task_queue import enqueue_soon_on_commit
from backoffice.mail.models import Mail
from backoffice.text.emails import usable_email

SEND_MAILS = "backoffice.mail.tasks.send_mails"


def queue_mails(mails: Iterable[Mail]) -> None:
    """Queue these; one that was queued before for the same occasion and recipient is left as it is, and one to an
    address at which nobody can be written to is left out.
    """
    possible = [mail for mail in mails if usable_email(mail.recipient)]
    if possible:
        Mail.objects.bulk_create(possible, ignore_conflicts=True)
        enqueue_soon_on_commit(SEND_MAILS)
