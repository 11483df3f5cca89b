"""What was wrong with some of the past orders, and how it was made good. All of it has ended: nobody has to act."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from backoffice.demo.history.orders import Made
from backoffice.demo.history.plan import complained_of
from backoffice.demo.history.timeline import STAFF
from backoffice.vendors.money import round_money, spell_total
from orders.complaints.models import (
    Bearer,
    ClaimState,
    Complaint,
    ComplaintCause,
    ComplaintLine,
    ComplaintState,
    Payer,
    Refund,
    Replacement,
)
from orders.complaints.models.choices import USUAL_BEARER
from orders.complaints.services.deadlines import complaint_days
from orders.models import Order, OrderEvent, OrderLine

_CASES = (
    (ComplaintCause.DAMAGED, "Some pieces arrived broken; the box was dented on one side.", Decimal("0.15")),
    (ComplaintCause.MISPRINT, "The logo is printed a centimetre too far to the left.", Decimal("0.5")),
    (ComplaintCause.MISSING, "Fewer pieces in the box than on the delivery slip.", Decimal("0.1")),
    (ComplaintCause.LATE, "Arrived two days after the trade fair had begun.", Decimal("0.2")),
    (ComplaintCause.FAULTY, "The colour comes off after the first wash.", Decimal("0.3")),
)


@dataclass
class Settled:
    """A complaint with its rows: a refund, or an order that replaces the goods. Its events belong to timelines."""

    made: Made
    complaint: Complaint
    lines: list[ComplaintLine]
    refund: Refund | None
    replaced_by: Made | None

    @property
    def replacement(self) -> Replacement | None:
        """The row that names the order that makes it good; the complaint has its id."""
        if self.replaced_by is None:
            return None
        order, line = self.replaced_by.order, self.replaced_by.rows.lines[0]
        cost = round_money((line.unit_cost or Decimal(0)) * line.quantity, currency=order.currency)
        return Replacement(complaint=self.complaint, order=order, cost=cost, made_by=STAFF, made_at=order.created_at)

    def events(self) -> Iterator[OrderEvent]:
        """Yield what the timelines say of it; the complaint has its id."""
        one, currency = self.complaint, self.made.order.currency
        pieces = ", ".join(f"{row.quantity} × {row.line.sku}" for row in self.lines)
        yield self._event(one.opened_at, "opened", cause=one.cause, bearer=one.bearer, pieces=pieces, text=one.text)
        yield from self._remedied()
        ended = one.ended_at or one.opened_at
        if one.claimed_at and one.credit is not None:
            credit = spell_total(one.credit, currency=currency)
            yield self._event(one.claimed_at, "claimed", bearer=one.bearer)
            yield self._event(ended, "claim_accepted", amount=credit, currency=currency, note="")
        yield self._event(ended, "settled", note="")

    def _remedied(self) -> Iterator[OrderEvent]:
        if self.refund is not None:
            amount = spell_total(self.refund.amount, currency=self.made.order.currency)
            params: dict[str, Any] = {
                "amount": amount,
                "currency": self.made.order.currency,
                "payer": self.refund.payer,
            }
            yield self._event(self.refund.noted_at, "refund_noted", **params)
            yield self._event(self.refund.paid_at or self.refund.noted_at, "refund_paid", **params)
        if self.replaced_by is not None:
            old, new = self.made.order, self.replaced_by.order
            yield self._event(new.created_at, "replaced", number=new.number)
            yield self._event(new.created_at, "replaces", about=new, number=old.number, cause=self.complaint.cause)

    def _event(self, at: datetime, kind: str, *, about: Order | None = None, **params: Any) -> OrderEvent:
        params |= {"complaint": self.complaint.pk}
        return OrderEvent(order=about or self.made.order, at=at, actor=STAFF, kind=f"complaint.{kind}", params=params)


def draw_complaints(orders: Sequence[Made]) -> list[Settled]:
    """Return complaints about some orders that arrived some days ago, oldest first."""
    bought = {made.past.number: made for made in orders if not made.past.makes_good}
    sent_again = {made.past.makes_good: made for made in orders if made.past.makes_good}
    chosen = complained_of([made.past for made in orders])
    return [_settle(bought[past.number], place, sent_again.get(past.number)) for place, past in enumerate(chosen)]


def _settle(made: Made, place: int, replaced_by: Made | None) -> Settled:
    cause, text, share = _CASES[place % len(_CASES)]
    line, past = made.rows.lines[0], made.past
    opened = past.arrived + timedelta(hours=5)
    ended = opened + timedelta(days=2)
    quantity = max(int(line.quantity * share), 1)
    if replaced_by is not None:
        quantity = min(quantity, replaced_by.rows.lines[0].quantity)
    bearer = USUAL_BEARER[cause]
    is_claimed = bearer in (Bearer.VENDOR, Bearer.CARRIER)
    credit = round_money((line.unit_cost or Decimal(0)) * quantity, currency=made.order.currency)
    complaint = Complaint(
        order=made.order,
        vendor=line.vendor,
        cause=cause,
        text=text,
        bearer=bearer,
        state=ComplaintState.SETTLED,
        claim=ClaimState.ACCEPTED if is_claimed else ClaimState.NONE,
        claimed_at=opened + timedelta(hours=5) if is_claimed else None,
        credit=credit if is_claimed else None,
        deadline=past.arrived + timedelta(days=complaint_days(line.vendor)),
        opened_by=STAFF,
        opened_at=opened,
        ended_by=STAFF,
        ended_at=ended,
        updated_at=ended,
        token=f"history-{made.order.pk}",
    )
    lines = [ComplaintLine(complaint=complaint, line=line, quantity=quantity)]
    refund = None if replaced_by else _refund(complaint, line, quantity)
    return Settled(made, complaint, lines, refund, replaced_by)


def _refund(complaint: Complaint, line: OrderLine, quantity: int) -> Refund:
    gross = (line.unit_price_gross or line.unit_price) * quantity
    return Refund(
        complaint=complaint,
        amount=round_money(gross, currency=complaint.order.currency),
        payer=Payer.SHOP,
        noted_by=STAFF,
        noted_at=complaint.opened_at + timedelta(hours=1),
        paid_by=STAFF,
        paid_at=complaint.ended_at,
        token=complaint.token,
    )
