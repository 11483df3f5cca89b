"""What a person decides about a call that was not received."""

from django.db import transaction
from django.db.models.functions import Now

from backoffice.decisions import note_decision
from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE, enqueue_soon_on_commit
from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _
from orders.rules.models import CallState, RuleCall
from orders.rules.services.calls.queueing import SEND_CALLS
from orders.rules.services.calls.sending import finish


def can_send_again(call: RuleCall) -> Eligibility:
    """Return whether it may be sent (again) now; one that was received may be, too: it has the same id."""
    if call.state == CallState.SENDING:
        return ineligible(_("It is being sent right now."))
    return ELIGIBLE


def can_dismiss(call: RuleCall) -> Eligibility:
    """Return whether there is anything to dismiss."""
    if call.state in (CallState.SENT, CallState.DISMISSED):
        return ineligible(_("This call has nothing to dismiss."))
    return can_send_again(call)


@transaction.atomic
def send_call_again(call: RuleCall, *, actor: str) -> RuleCall:
    """Send the call now, and go on trying for the whole time again. Raise IllegalTransition."""
    call = _locked(call)
    can_send_again(call).ensure()
    call.state, call.needs_attention, call.cause, call.finished_at = CallState.NEW, False, "", None
    call.attempts, call.begun_at, call.next_at, call.decided_by = 0, Now(), Now(), actor
    call.save()
    note_decision(call, _("Sent again"))
    enqueue_soon_on_commit(SEND_CALLS, queue=WEBHOOKS_QUEUE)
    return call


@transaction.atomic
def dismiss_call(call: RuleCall, *, actor: str) -> RuleCall:
    """Record that it is not to be sent any more. Raise IllegalTransition."""
    call = _locked(call)
    can_dismiss(call).ensure()
    call.decided_by = actor
    call.save(update_fields=["decided_by"])
    note_decision(call, _("Dismissed"))
    finish(call, CallState.DISMISSED, cause=call.cause, actor=actor)
    return call


def _locked(call: RuleCall) -> RuleCall:
    return RuleCall.objects.select_for_update(of=("self",)).select_related("rule").get(pk=call.pk)
