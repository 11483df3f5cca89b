"""The claim against the vendor or carrier that bears the cost. None of them takes one over its interface: a person
sends the text, and records that and the answer.
"""

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from backoffice.errors import ELIGIBLE, Eligibility, InvalidInput, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.vendor_accounts.services.choosing import account_of_shop
from backoffice.vendors.money import round_money
from orders.complaints.models import Bearer, ClaimState, Complaint
from orders.complaints.services.ending import settle_if_done
from orders.models import Order


def can_claim(complaint: Complaint) -> Eligibility:
    """Return whether the claim may be recorded as sent. Late ones too: a vendor may be obliging."""
    if not (refused := complaint.can_change()):
        return refused
    return ELIGIBLE if complaint.claim == ClaimState.DUE else ineligible(_("There is no claim to send."))


def can_answer(complaint: Complaint) -> Eligibility:
    """Return whether an answer to the claim may be recorded."""
    if not (refused := complaint.can_change()):
        return refused
    return ELIGIBLE if complaint.claim == ClaimState.SENT else ineligible(_("No claim is waiting for an answer."))


@transaction.atomic
def record_claim(complaint: Complaint, *, actor: str) -> Complaint:
    """Record that the claim was sent. Raise IllegalTransition unless one is due."""
    Order.objects.locked(complaint.order_id)
    complaint = Complaint.objects.locked(complaint.pk)
    can_claim(complaint).ensure()
    complaint.claim, complaint.claimed_at = ClaimState.SENT, timezone.now()
    complaint.save(update_fields=["claim", "claimed_at", "updated_at"])
    params = {"complaint": complaint.pk, "bearer": complaint.bearer}
    complaint.order.events.create(actor=actor, kind="complaint.claimed", params=params)
    return complaint


@transaction.atomic
def answer_claim(complaint: Complaint, *, credit: Decimal | None, actor: str, note: str = "") -> Complaint:
    """Record the answer: a credit of so much, in the order's currency, or (None) a refusal: then we bear the cost.

    Raise IllegalTransition unless a claim was sent, InvalidInput for an amount that is none.
    """
    Order.objects.locked(complaint.order_id)
    complaint = Complaint.objects.locked(complaint.pk)
    can_answer(complaint).ensure()
    if credit is not None and (credit <= 0 or credit != round_money(credit, currency=complaint.order.currency)):
        text = _("Enter an amount above 0 with the decimal places of %(currency)s.")
        text = text % {"currency": complaint.order.currency}
        raise InvalidInput(text, errors={"credit": [text]})
    was = complaint.bearer
    complaint.credit, complaint.claim = credit, ClaimState.REFUSED if credit is None else ClaimState.ACCEPTED
    if credit is None:
        complaint.bearer = Bearer.US
    complaint.save(update_fields=["credit", "claim", "bearer", "updated_at"])
    params = {"complaint": complaint.pk, "bearer": was, "note": note}
    kind = "complaint.claim_refused" if credit is None else "complaint.claim_accepted"
    if credit is not None:
        params |= {"amount": str(credit), "currency": complaint.order.currency}
    complaint.order.events.create(actor=actor, kind=kind, params=params)
    return settle_if_done(complaint, actor=actor)


def write_claim(complaint: Complaint) -> str:
    """Return the text of the claim, to be sent by mail or through the form of whoever bears the cost."""
    order = complaint.order
    parts = list(order.vendor_orders.all())
    used = [row.vendor for row in parts]
    at = account_of_shop(order.shop_id, complaint.vendor, is_test=order.is_test, used=used)
    rows = [row for row in parts if row.vendor == at]
    said = [
        _("Complaint about order %(references)s") % {"references": ", ".join(row.reference for row in rows)},
        "",
        *(_("Your number: %(number)s") % {"number": row.vendor_id} for row in rows if row.vendor_id),
        _("Our number: %(number)s") % {"number": order.number},
        *_parcel_lines(complaint),
        "",
        _("Reason: %(cause)s") % {"cause": complaint.get_cause_display()},
        *(f"- {row}" for row in complaint.lines.all()),
        *(["", complaint.text] if complaint.text else []),
    ]
    if photos := complaint.photos.count():
        said += ["", _("Photos attached: %(count)d") % {"count": photos}]
    return "\n".join([*said, "", _request(complaint)])


def _parcel_lines(complaint: Complaint) -> list[str]:
    parcels = [complaint.parcel] if complaint.parcel else list(complaint.order.shipments.all())
    named = [one for one in parcels if one.tracking_code]
    text = _("Parcel: %(carrier)s %(code)s")
    return [text % {"carrier": one.carrier.upper(), "code": one.tracking_code} for one in named]


def _request(complaint: Complaint) -> str:
    if complaint.bearer == Bearer.CARRIER:
        return _("Please investigate the parcel and refund the damage.")
    return _("Please credit the cost of the pieces named above.")
