"""What storefronts get to see of complaints."""

from datetime import datetime
from typing import Annotated

import msgspec
from django.db.models import QuerySet

from backoffice.api.responses import TotalMoney
from backoffice.api.validation import one_of
from backoffice.vendors.money import spell_total
from orders.complaints.models import Complaint, ComplaintCause, ComplaintState, Refund, Replacement
from orders.models import Order, OrderState


class OrderLink(msgspec.Struct):
    """Another order of the shop."""

    id: int
    number: str
    reference: str


class ComplainedLineResponse(msgspec.Struct):
    """So many pieces of a line; `reference` is the line's."""

    reference: str
    sku: str
    quantity: int


class RefundResponse(msgspec.Struct):
    """What is paid back, gross; `paid_at` is null while it is not paid."""

    amount: TotalMoney
    currency: str
    paid_at: datetime | None


class ComplaintResponse(msgspec.Struct):
    """A complaint; `replacement` is the order that makes it good, unless that was cancelled."""

    id: str
    cause: Annotated[str, one_of(ComplaintCause)]
    state: Annotated[str, one_of(ComplaintState)]
    opened_at: datetime
    ended_at: datetime | None
    lines: list[ComplainedLineResponse]
    replacement: OrderLink | None
    refunds: list[RefundResponse]


class ComplaintsResponse(msgspec.Struct):
    """Complaints about the order, oldest first. `replaces` is the order whose pieces this one replaces."""

    replaces: OrderLink | None
    results: list[ComplaintResponse]


def complaints_response(order: Order) -> ComplaintsResponse:
    """Return the complaints about the order, in a constant number of queries."""
    rows = _with_parts().filter(order=order).order_by("pk")
    replaces = Replacement.objects.filter(order=order).select_related("complaint__order").first()
    return ComplaintsResponse(
        replaces=_link(replaces.complaint.order) if replaces else None, results=[_complaint(row) for row in rows]
    )


def read_complaint(complaint: Complaint) -> ComplaintResponse:
    """Return a complaint, read with its parts."""
    return _complaint(_with_parts().get(pk=complaint.pk))


def _with_parts() -> QuerySet[Complaint]:
    rows = Complaint.objects.select_related("order").defer("order__search")
    return rows.prefetch_related("lines__line", "replacements__order", "refunds")


def _complaint(complaint: Complaint) -> ComplaintResponse:
    made = [row.order for row in complaint.replacements.all() if row.order.state != OrderState.CANCELLED]
    return ComplaintResponse(
        id=str(complaint),
        cause=complaint.cause,
        state=complaint.state,
        opened_at=complaint.opened_at,
        ended_at=complaint.ended_at,
        lines=[ComplainedLineResponse(row.line.reference, row.line.sku, row.quantity) for row in complaint.lines.all()],
        replacement=_link(made[-1]) if made else None,
        refunds=[
            _refund(row, currency=complaint.order.currency)
            for row in complaint.refunds.all()
            if row.withdrawn_at is None
        ],
    )


def _refund(refund: Refund, *, currency: str) -> RefundResponse:
    return RefundResponse(spell_total(refund.amount, currency=currency), currency, refund.paid_at)


def _link(order: Order) -> OrderLink:
    return OrderLink(order.pk, order.number, order.reference)
