"""The rows of past orders: what the intake, the vendor's reports and its parcels would have left of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings

from backoffice.accounts.models import Shop
from backoffice.demo.history.plan import PastOrder, Purchase
from backoffice.demo.history.timeline import REFUSAL, events_of, hold_of
from backoffice.engine.models import Push
from backoffice.engine.models.push import PushAttempt, PushState
from backoffice.engine.services.epoch import take_id
from backoffice.vendors.money import round_money
from fulfillment.models import Shipment, ShipmentLine
from orders.models import (
    Hold,
    Order,
    OrderEvent,
    OrderLine,
    OrderState,
    ProductionState,
    ShipmentState,
    VendorOrder,
    VendorOrderState,
)
from orders.models.line import LineKind
from orders.models.vendor_order import VendorOrderLine
from orders.services.intake.input import NewAddress, NewCustomer, NewLine, NewOrder, NewTax, NewTotals, PrintFile
from orders.services.intake.new_rows import build_rows, number_of
from orders.services.order_message import OrderRows
from orders.services.placing.planning import reference_of
from orders.services.push_kinds import CANCEL, PLACE

CARRIERS = ("DHL", "DPD", "GLS")
SHIPPING = Decimal("4.90")
# Above what the sandbox counts from: it knows none of these orders, and gives no other the same id.
FIRST_VENDOR_ID = 48_000_000


@dataclass
class Made:
    """What was made of one past order; `parts` are the rows below it, by model, parents first."""

    past: PastOrder
    rows: OrderRows
    vendor_order: VendorOrder
    vendor_lines: list[VendorOrderLine]
    shipments: list[Shipment] = field(default_factory=list)
    shipment_lines: list[ShipmentLine] = field(default_factory=list)
    pushes: list[Push] = field(default_factory=list)
    attempts: list[PushAttempt] = field(default_factory=list)
    events: list[OrderEvent] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)

    @property
    def order(self) -> Order:
        return self.rows.order

    def parts(self) -> Iterator[list[Any]]:
        yield from (self.rows.lines, self.rows.addresses, [self.vendor_order], self.vendor_lines)
        yield from (self.shipments, self.shipment_lines, self.pushes, self.attempts, self.events, self.holds)


def make_order(past: PastOrder, *, shop: Shop) -> Made:
    """Return the rows of an order, unsaved; the order has its id and number."""
    rows = build_rows(_as_sent(past), shop=shop)
    order = rows.order
    order.pk, letters = take_id("orders_order_id_seq")
    order.number = number_of(shop, pk=order.pk, letters=letters)
    for line, purchase in zip(rows.lines, past.purchases, strict=True):
        _complete(line, purchase)
    _set_states(order, past)
    vendor_order = _vendor_order(order, past)
    vendor_lines = [
        VendorOrderLine(
            vendor_order=vendor_order,
            line=line,
            reference=str(line.position),
            vendor_id=f"{vendor_order.vendor_id}{line.position:02}",
            raw_state=vendor_order.raw_state,
            shipping_earliest=vendor_order.shipping_earliest,
            shipping_latest=vendor_order.shipping_latest,
            late=False,
        )
        for line in rows.lines
    ]
    made = Made(past, rows, vendor_order, vendor_lines)
    if not past.is_cancelled and past.has_come(past.left):
        made.shipments = [_parcel(made, place) for place in range(past.parcels)]
    made.events = events_of(past, order, vendor_order, made.shipments)
    made.holds = [hold_of(past, order)] if past.was_refused else []
    return made


def link(made: Made) -> None:
    """Make the rows that name others by plain ids: to be called once those have theirs."""
    per_parcel = max(len(made.vendor_lines) // max(len(made.shipments), 1), 1)
    for place, shipment in enumerate(made.shipments):
        until = None if place == len(made.shipments) - 1 else (place + 1) * per_parcel
        made.shipment_lines += [
            ShipmentLine(
                shipment=shipment,
                line=row.line,
                sku=row.line.sku,
                quantity=row.line.quantity,
                line_vendor_id=row.vendor_id,
            )
            for row in made.vendor_lines[place * per_parcel : until]
        ]
    made.pushes = list(_pushes(made))


def attempt_of(push: Push) -> PushAttempt:
    """Return the one request that decided what became of a push."""
    return PushAttempt(
        push=push,
        step="submit" if push.kind == PLACE else "cancel",
        started_at=push.created_at,
        duration_ms=180 + push.subject_id % 240,
        method="POST",
        url=f"{settings.MYPROMO_URL}orders/{FIRST_VENDOR_ID + push.subject_id}",
        status=200 if push.state == PushState.CONFIRMED else 400,
        has_effect=True,
    )


def _as_sent(past: PastOrder) -> NewOrder:
    person = past.person
    address: dict[str, Any] = {
        name: getattr(person, name) for name in ("firstname", "lastname", "street", "zip", "city", "country_code")
    }
    address |= {"company": person.company or None, "phone": person.phone or None}
    totals, total = _totals(past)
    return NewOrder(
        reference=f"{5000 + past.makes_good}-R1" if past.makes_good else f"{5000 + past.number}",
        placed_at=past.received,
        currency="EUR",
        total=total,
        totals=totals,
        customer=NewCustomer(
            email=person.email,
            firstname=person.firstname,
            lastname=person.lastname,
            phone=person.phone or None,
            accepts_letters=past.number % 3 == 0,
            accepts_review_request=past.number % 2 == 0,
        ),
        recipient=NewAddress(**address),
        invoice_address=NewAddress(**address) if person.company else None,
        complaint=past.makes_good > 0,
        shipping_method="Standard",
        lines=[_line_as_sent(place, purchase) for place, purchase in enumerate(past.purchases, start=1)],
    )


def _line_as_sent(place: int, purchase: Purchase) -> NewLine:
    good = purchase.good
    files = [PrintFile(url=f"https://files.example.com/{good.sku}/front.pdf", type="front")]
    return NewLine(
        reference=str(place),
        sku=good.sku,
        name=good.name,
        quantity=purchase.quantity,
        unit_price=str(purchase.price),
        files=files if good.personalized else [],
    )


def _totals(past: PastOrder) -> tuple[NewTotals | None, str]:
    """Return what the order's total is made of, and the total: gross, of goods and shipping."""
    if past.makes_good:
        return None, "0"
    net = round_money(sum((one.price * one.quantity for one in past.purchases), Decimal(0)), currency="EUR")
    tax = round_money((net + SHIPPING) * Decimal("0.19"), currency="EUR")
    taxes = [NewTax(name="MwSt.", percent="19", net=str(net + SHIPPING), amount=str(tax))]
    return NewTotals(lines=str(net), shipping=str(SHIPPING), taxes=taxes), str(net + SHIPPING + tax)


def _complete(line: OrderLine, purchase: Purchase) -> None:
    """Add what only the catalogue knows, as the pre-flight does."""
    good = purchase.good
    line.kind = LineKind.FILES if good.personalized else LineKind.STOCK
    line.vendor, line.unit_cost, line.takes_stock = good.vendor, purchase.cost, False


def _set_states(order: Order, past: PastOrder) -> None:
    order.created_at, order.updated_at = past.received, past.last_moment
    if past.is_cancelled:
        order.state, order.cancel_requested_at = OrderState.CANCELLED, past.submitted + timedelta(minutes=6)
        return
    order.state = OrderState.CLOSED if past.has_come(past.arrived) else OrderState.RELEASED
    order.ship_by = past.ship_by
    if past.has_come(past.left):
        order.production = ProductionState.DONE
        order.shipment = ShipmentState.DELIVERED if past.has_come(past.arrived) else ShipmentState.SHIPPED
    else:
        order.production = ProductionState.IN_PRODUCTION if past.has_come(past.begun) else ProductionState.SENT


def _vendor_order(order: Order, past: PastOrder) -> VendorOrder:
    generation = 2 if past.was_refused else 1
    state, word = _progress(past)
    return VendorOrder(
        order=order,
        vendor=past.purchases[0].good.vendor,
        part=1,
        generation=generation,
        reference=reference_of(order, part=1, generation=generation),
        state=state,
        raw_state=word,
        vendor_id=str(FIRST_VENDOR_ID + order.pk),
        submitted_at=past.submitted,
        shipping_earliest=past.ship_by - timedelta(days=3),
        shipping_latest=past.ship_by,
        late=False,
        reported_at=past.last_moment,
        read_at=past.now,
        created_at=past.received,
        updated_at=past.last_moment,
    )


def _progress(past: PastOrder) -> tuple[VendorOrderState, str]:
    if past.is_cancelled:
        return VendorOrderState.CANCELLED, "CANCELLED"
    if past.has_come(past.left):
        return VendorOrderState.DONE, "FINISHED"
    if past.has_come(past.begun):
        return VendorOrderState.IN_PRODUCTION, "IN_PRODUCTION"
    if past.has_come(past.checked):
        return VendorOrderState.CHECKED, "READY"
    return VendorOrderState.SUBMITTED, "SUBMITTED"


def _parcel(made: Made, place: int) -> Shipment:
    past, order = made.past, made.order
    left, has_arrived = past.left + timedelta(minutes=7 * place), past.has_come(past.arrived)
    code = f"{order.pk:06}{(order.pk * 7919 + place * 104729) % 10**8:08}"
    return Shipment(
        order=order,
        vendor_order=made.vendor_order,
        vendor_id=f"{made.vendor_order.vendor_id}{place + 1}",
        carrier=CARRIERS[order.pk % len(CARRIERS)],
        tracking_code=f"JD{code}" if order.pk % len(CARRIERS) == 0 else code,
        raw_state="DELIVERED" if has_arrived else "SHIPPED",
        delivered=has_arrived,
        delivered_at=past.arrived if has_arrived else None,
        delivery_earliest=left + timedelta(days=1),
        delivery_latest=left + timedelta(days=3),
        late=past.was_late,
        weight_g=Decimal(400 + order.pk * 131 % 6000),
        created_at=left,
        updated_at=past.arrived if has_arrived else left,
    )


def _pushes(made: Made) -> Iterator[Push]:
    past = made.past
    if past.was_refused:
        refused = _push(made, PLACE, at=past.received, state=PushState.FAILED)
        refused.cause = REFUSAL
        yield refused
    yield _push(made, PLACE, at=past.submitted, generation=2 if past.was_refused else 1)
    if past.is_cancelled:
        yield _push(made, CANCEL, at=past.submitted + timedelta(minutes=6))


def _push(made: Made, kind: str, *, at: datetime, state: PushState = PushState.CONFIRMED, generation: int = 1) -> Push:
    return Push(
        vendor=made.vendor_order.vendor,
        kind=kind,
        subject_type=VendorOrder._meta.label_lower,
        subject_id=made.vendor_order.pk,
        generation=generation,
        payload={"first_generation": generation} if kind == PLACE else {},
        state=state,
        attempts=1,
        next_at=at,
        created_by=f"shop:{made.order.shop.code}",
        created_at=at,
        updated_at=at + timedelta(seconds=2),
        finished_at=at + timedelta(seconds=2),
    )
