"""What people decide about orders that could not come in, and about what WooCommerce did not take."""

from django.db import transaction
from django.db.models.functions import Now

from backoffice.decisions import note_decision
from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE, enqueue_soon_on_commit
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _
from orders.connectors.woocommerce.models import MessageState, SendingState, WooMessage, WooSending
from orders.connectors.woocommerce.services.queueing import SEND
from orders.connectors.woocommerce.services.receiving import PROCESS_MESSAGES

_TRIED_BY_PEOPLE = (MessageState.BLOCKED, MessageState.DISMISSED)


def can_retry(message: WooMessage) -> Eligibility:
    """Return whether the order may be tried again."""
    if message.state in _TRIED_BY_PEOPLE or message.needs_attention:
        return ELIGIBLE
    return ineligible(_("This order is no longer waiting."))


@transaction.atomic
def retry_message(message: WooMessage, *, actor: str) -> None:
    """Try the order again now. Raise IllegalTransition."""
    message = WooMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    can_retry(message).ensure()
    message.state, message.next_at, message.attempts = MessageState.NEW, Now(), 0
    message.cause, message.needs_attention, message.decided_by = "", False, actor
    message.save()
    note_decision(message, _("Tried again"))
    enqueue_soon_on_commit(PROCESS_MESSAGES)


@transaction.atomic
def dismiss_message(message: WooMessage, *, actor: str) -> None:
    """Leave the order out. Raise IllegalTransition."""
    message = WooMessage.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if message.state == MessageState.DISMISSED:
        ineligible(_("This order is no longer waiting.")).ensure()
    can_retry(message).ensure()
    message.state, message.needs_attention, message.decided_by = MessageState.DISMISSED, False, actor
    message.processed_at = Now()
    message.save()
    note_decision(message, _("Dismissed"))


def can_decide(row: WooSending) -> Eligibility:
    """Return whether it may be sent again or dismissed now."""
    if row.state in (SendingState.NEW, SendingState.FAILED):
        return ELIGIBLE
    return ineligible(_("This is no longer waiting."))


@transaction.atomic
def send_again(row: WooSending, *, actor: str) -> None:
    """Send it now, and go on trying for the whole time again. Raise IllegalTransition."""
    row = WooSending.objects.select_for_update(of=("self",)).get(pk=row.pk)
    can_decide(row).ensure()
    row.state, row.attempts, row.needs_attention, row.cause = SendingState.NEW, 0, False, ""
    row.begun_at, row.next_at, row.finished_at, row.decided_by = Now(), Now(), None, actor
    row.save()
    note_decision(row, _("Sent again"))
    enqueue_soon_on_commit(SEND, queue=WEBHOOKS_QUEUE)


@transaction.atomic
def dismiss(row: WooSending, *, actor: str) -> None:
    """Record that it is not to be sent any more. Raise IllegalTransition."""
    row = WooSending.objects.select_for_update(of=("self",)).get(pk=row.pk)
    can_decide(row).ensure()
    row.state, row.needs_attention, row.decided_by, row.finished_at = SendingState.DISMISSED, False, actor, Now()
    row.save()
    note_decision(row, _("Dismissed"))
