"""What the page of one complaint shows."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from backoffice.engine.admin.timeline import Timeline, read_timeline
from backoffice.errors import Eligibility
from backoffice.states import Chip
from backoffice.vendors.money import round_money
from orders.admin.order_page.chips import status_chips
from orders.admin.pictures import pictures_of
from orders.complaints.admin.chips import case_chips, cause_chip
from orders.complaints.admin.forms import AboutForm, AnswerForm, EndForm, PhotosForm, RefundForm
from orders.complaints.models import Complaint, ComplaintLine, ComplaintPhoto, Payer, Refund, Replacement
from orders.complaints.services.claims import can_answer, can_claim, write_claim
from orders.complaints.services.deadlines import complaint_days
from orders.complaints.services.ending import (
    LeftToDo,
    can_reopen,
    can_settle,
    can_withdraw,
    find_remedies,
    what_is_left,
)
from orders.complaints.services.refunding import find_refundable
from orders.complaints.services.replacing import can_replace
from orders.services.timeline import SENTENCES, describe


@dataclass(frozen=True)
class ComplaintContext:
    """The complaint with its parts, what can be done about it, and the forms for that."""

    complaint: Complaint
    cause: Chip
    chips: list[Chip]
    lines: list[tuple[ComplaintLine, str]]
    photos: list[ComplaintPhoto]
    replacements: list[tuple[Replacement, list[Chip]]]
    refunds: list[Refund]
    next_step: LeftToDo | None
    days: int
    claim_text: str
    refundable: Decimal
    can: dict[str, Eligibility]
    forms: dict[str, forms.Form]
    timeline: Timeline


def complaint_context(complaint: Complaint, *, bound: dict[str, forms.Form]) -> ComplaintContext:
    """Return what the page shows; `bound` are forms that came back with errors, by name."""
    remedies, order = find_remedies(complaint), complaint.order
    lines = list(complaint.lines.select_related("line"))
    pictures = pictures_of(row.line for row in lines)
    left = what_is_left(complaint, remedies)
    refundable = find_refundable(order)
    made = complaint.replacements.select_related("order").defer("order__search")
    events = order.events.filter(kind__startswith="complaint.", params__complaint=complaint.pk)
    return ComplaintContext(
        complaint=complaint,
        cause=cause_chip(complaint),
        chips=case_chips(complaint),
        lines=[(row, pictures.get((row.line.vendor, row.line.sku), "")) for row in lines],
        photos=list(complaint.photos.all()),
        replacements=[(row, status_chips(row.order, reasons=[])) for row in made],
        refunds=list(complaint.refunds.all()),
        next_step=left[0] if left else None,
        days=complaint_days(complaint.vendor),
        claim_text=write_claim(complaint) if complaint.usually_claimed else "",
        refundable=refundable,
        can={
            "change": complaint.can_change(),
            "replace": can_replace(complaint, remedies),
            "claim": can_claim(complaint),
            "answer": can_answer(complaint),
            "settle": can_settle(complaint, remedies),
            "withdraw": can_withdraw(complaint, remedies),
            "reopen": can_reopen(complaint),
        },
        forms=_forms(complaint, amount=min(_worth(complaint, lines), refundable)) | bound,
        timeline=read_timeline(events, sentences=SENTENCES, describe=describe),
    )


def _forms(complaint: Complaint, *, amount: Decimal) -> dict[str, forms.Form]:
    about: dict[str, Any] = {name: getattr(complaint, name) for name in ("cause", "text", "bearer")}
    refund = {"amount": amount or None, "payer": Payer.SHOP, "token": uuid.uuid4().hex}
    return {
        "change": AboutForm(initial=about),
        "photos": PhotosForm(),
        "refund": RefundForm(initial=refund, currency=complaint.order.currency),
        "answer": AnswerForm(currency=complaint.order.currency),
        "settle": EndForm(),
        "withdraw": EndForm(),
    }


def _worth(complaint: Complaint, lines: list[ComplaintLine]) -> Decimal:
    """Return what the customer paid for these pieces, gross where the tax is known."""
    prices = ((row.line.unit_price_gross or row.line.unit_price) * row.quantity for row in lines)
    return round_money(sum(prices, Decimal(0)), currency=complaint.order.currency)
