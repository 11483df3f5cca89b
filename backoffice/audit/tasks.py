"""What workers do for the audit trail by themselves."""

from celery import shared_task

from backoffice.audit.services.anchors import keep_anchor
from backoffice.audit.services.chain import close_all
from backoffice.audit.services.pruning import prune_old
from backoffice.audit.services.watching import watch_trail


@shared_task(name="backoffice.audit.tasks.close_audit")
def close_audit() -> None:
    """Move what was recorded into the chain."""
    close_all()


@shared_task(name="backoffice.audit.tasks.keep_audit")
def keep_audit() -> None:
    """Write the head of the chain out, and remove what is older than it is kept."""
    keep_anchor()
    prune_old()


@shared_task(name="backoffice.audit.tasks.verify_audit")
def verify_audit() -> None:
    """Verify what is new in the chain, and a part of the whole where that is due."""
    watch_trail()
