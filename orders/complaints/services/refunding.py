"""Money back for the customer: noted with who pays it out, then recorded as paid. Nothing here moves money."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from backoffice.amounts import money
from backoffice.errors import ELIGIBLE, Eligibility, InvalidInput, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import round_money, spell_total
from orders.complaints.models import Complaint, Payer, Refund
from orders.complaints.services.ending import settle_if_done
from orders.models import Order


def find_refundable(order: Order) -> Decimal:
    """Return how much of what the customer paid is not refunded or to be refunded yet."""
    noted = Refund.objects.filter(complaint__order=order, withdrawn_at__isnull=True).aggregate(sum=Sum("amount"))
    return max(order.total - (noted["sum"] or Decimal(0)), Decimal(0))


@transaction.atomic
def note_refund(complaint: Complaint, *, amount: Decimal, payer: Payer, token: str, actor: str) -> Refund:
    """Note a refund to be paid. The same form sent again is the same refund.

    Raise InvalidInput beyond what the customer paid for the order, IllegalTransition for an ended complaint.
    """
    order = Order.objects.locked(complaint.order_id)
    complaint = Complaint.objects.locked(complaint.pk)
    if known := complaint.refunds.filter(token=token).first():
        return known
    complaint.can_change().ensure()
    _ensure_refundable(order, amount)
    refund = Refund.objects.create(complaint=complaint, amount=amount, payer=payer, token=token, noted_by=actor)
    order.events.create(actor=actor, kind="complaint.refund_noted", params=_params(refund, complaint))
    return refund


def can_pay(refund: Refund) -> Eligibility:
    """Return whether its payment or withdrawal may be recorded."""
    if refund.paid_at:
        return ineligible(_("The refund has already been paid."))
    return ineligible(_("The refund was withdrawn.")) if refund.withdrawn_at else ELIGIBLE


@transaction.atomic
def record_payment(refund: Refund, *, actor: str) -> Complaint:
    """Record that the refund is paid. Raise IllegalTransition where it is, or was withdrawn."""
    complaint, refund = _locked(refund)
    can_pay(refund).ensure()
    refund.paid_at, refund.paid_by = timezone.now(), actor
    refund.save(update_fields=["paid_at", "paid_by"])
    complaint.order.events.create(actor=actor, kind="complaint.refund_paid", params=_params(refund, complaint))
    return settle_if_done(complaint, actor=actor)


@transaction.atomic
def withdraw_refund(refund: Refund, *, actor: str) -> Complaint:
    """Take back a refund that is not paid. Raise IllegalTransition where it is, or was withdrawn."""
    complaint, refund = _locked(refund)
    can_pay(refund).ensure()
    refund.withdrawn_at = timezone.now()
    refund.save(update_fields=["withdrawn_at"])
    complaint.order.events.create(actor=actor, kind="complaint.refund_withdrawn", params=_params(refund, complaint))
    return complaint


def _locked(refund: Refund) -> tuple[Complaint, Refund]:
    Order.objects.locked(refund.complaint.order_id)
    complaint = Complaint.objects.locked(refund.complaint_id)
    return complaint, Refund.objects.select_for_update().get(pk=refund.pk)


def _ensure_refundable(order: Order, amount: Decimal) -> None:
    left, currency = find_refundable(order), order.currency
    text = ""
    if amount <= 0 or amount != round_money(amount, currency=currency):
        text = _("Enter an amount above 0 with the decimal places of %(currency)s.") % {"currency": currency}
    elif amount > left:
        text = _("At most %(left)s of what the customer paid can still be refunded.") % {"left": money(left, currency)}
    if text:
        raise InvalidInput(text, errors={"amount": [text]})


def _params(refund: Refund, complaint: Complaint) -> dict[str, object]:
    amount = spell_total(refund.amount, currency=complaint.order.currency)
    currency = complaint.order.currency
    return {"complaint": complaint.pk, "amount": amount, "currency": currency, "payer": refund.payer}
