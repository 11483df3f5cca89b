"""How a complaint ends: settled when nothing is left to do, or withdrawn; and reopened."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone

from backoffice.errors import ELIGIBLE, Eligibility, ineligible
from backoffice.text.translatable import gettext as _
from orders.complaints.models import ClaimState, Complaint, ComplaintState, Refund, Replacement
from orders.models import Order, OrderEvent, OrderState


class LeftToDo(StrEnum):
    """What a complaint waits for, in the order in which it is done."""

    REMEDY = "remedy"
    CLAIM = "claim"
    PAYMENT = "payment"
    ANSWER = "answer"


@dataclass(frozen=True)
class Remedies:
    """What the customer gets: `replacement` is the one that is not cancelled."""

    replacement: Replacement | None
    refunds: list[Refund]

    @property
    def is_any(self) -> bool:
        return self.replacement is not None or bool(self.refunds)


def find_remedies(complaint: Complaint) -> Remedies:
    """Return what the customer gets so far; two queries."""
    made = complaint.replacements.exclude(order__state=OrderState.CANCELLED).select_related("order").last()
    return Remedies(made, list(complaint.refunds.filter(withdrawn_at__isnull=True)))


def what_is_left(complaint: Complaint, remedies: Remedies) -> list[LeftToDo]:
    """Return what is still to be done about an open complaint, the next step first."""
    waits = {
        LeftToDo.REMEDY: not remedies.is_any,
        LeftToDo.CLAIM: complaint.claim == ClaimState.DUE,
        LeftToDo.PAYMENT: any(refund.is_due for refund in remedies.refunds),
        LeftToDo.ANSWER: complaint.claim == ClaimState.SENT,
    }
    return [step for step, is_waiting in waits.items() if is_waiting and complaint.state == ComplaintState.OPEN]


def can_settle(complaint: Complaint, remedies: Remedies) -> Eligibility:
    """Return whether a person may say that nothing more is to be done: no refund waits for its payment."""
    if not (refused := complaint.can_change()):
        return refused
    if any(refund.is_due for refund in remedies.refunds):
        return ineligible(_("A refund has not been paid yet. Record its payment or withdraw it first."))
    return ELIGIBLE


def can_withdraw(complaint: Complaint, remedies: Remedies) -> Eligibility:
    """Return whether it may be taken back: the customer got nothing for it yet, and nothing was claimed."""
    if not (refused := complaint.can_change()):
        return refused
    if remedies.is_any or complaint.claim not in (ClaimState.NONE, ClaimState.DUE):
        return ineligible(_("Action has already been taken: settle the complaint instead."))
    return ELIGIBLE


@transaction.atomic
def settle_complaint(complaint: Complaint, *, actor: str, note: str = "") -> Complaint:
    """Say that nothing more is to be done. Raise IllegalTransition while a refund is to be paid, and once it ended."""
    Order.objects.locked(complaint.order_id)
    complaint = Complaint.objects.locked(complaint.pk)
    can_settle(complaint, find_remedies(complaint)).ensure()
    return _end(complaint, ComplaintState.SETTLED, actor=actor, note=note)


@transaction.atomic
def withdraw_complaint(complaint: Complaint, *, actor: str, note: str = "") -> Complaint:
    """Take it back: its pieces may be complained of again. Raise IllegalTransition once something was done about it."""
    Order.objects.locked(complaint.order_id)
    complaint = Complaint.objects.locked(complaint.pk)
    can_withdraw(complaint, find_remedies(complaint)).ensure()
    return _end(complaint, ComplaintState.WITHDRAWN, actor=actor, note=note)


@transaction.atomic
def reopen_complaint(complaint: Complaint, *, actor: str) -> Complaint:
    """Open a settled complaint again. Raise IllegalTransition for any other."""
    Order.objects.locked(complaint.order_id)
    complaint = Complaint.objects.locked(complaint.pk)
    can_reopen(complaint).ensure()
    complaint.state, complaint.ended_by, complaint.ended_at = ComplaintState.OPEN, "", None
    complaint.save(update_fields=["state", "ended_by", "ended_at", "updated_at"])
    complaint.order.events.create(actor=actor, kind="complaint.reopened", params={"complaint": complaint.pk})
    return complaint


def reopen_without_remedy(events: Sequence[OrderEvent]) -> None:
    """Reopen complaints that were settled by an order which is cancelled now, and that have no other remedy. `events`
    are lines of the timelines of cancelled orders.
    """
    orders = {event.order_id for event in events}
    for found in Complaint.objects.filter(replacements__order__in=orders, state=ComplaintState.SETTLED):
        Order.objects.locked(found.order_id)
        complaint = Complaint.objects.locked(found.pk)  # somebody may just have opened it
        if can_reopen(complaint) and not find_remedies(complaint).is_any:
            reopen_complaint(complaint, actor="system")


def can_reopen(complaint: Complaint) -> Eligibility:
    if complaint.state == ComplaintState.SETTLED:
        return ELIGIBLE
    return ineligible(_("Only a settled complaint can be reopened."))


def settle_if_done(complaint: Complaint, *, actor: str) -> Complaint:
    """Settle it where nothing is left to do. It must be locked."""
    if complaint.state == ComplaintState.OPEN and not what_is_left(complaint, find_remedies(complaint)):
        _end(complaint, ComplaintState.SETTLED, actor=actor, note="")
    return complaint


def _end(complaint: Complaint, state: ComplaintState, *, actor: str, note: str) -> Complaint:
    complaint.state, complaint.ended_by, complaint.ended_at = state, actor, timezone.now()
    complaint.save(update_fields=["state", "ended_by", "ended_at", "updated_at"])
    params = {"complaint": complaint.pk, "note": note}
    complaint.order.events.create(actor=actor, kind=f"complaint.{state}", params=params)
    return complaint
