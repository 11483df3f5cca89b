"""Orders in every state with lines, addresses, holds of every reason, parts, parcels and a timeline."""

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any

from fulfillment.models import Shipment, ShipmentLine
from orders.models import (
    Address,
    AddressRole,
    Hold,
    HoldReason,
    Order,
    OrderAlarm,
    OrderDocument,
    OrderEvent,
    OrderLine,
    VendorOrder,
    VendorOrderLine,
)
from orders.services.search import refresh_searches
from orders.services.timeline import SENTENCES
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import (
    ACTOR,
    EMAIL,
    HOSTILE,
    LONG,
    MARKUP,
    SCRIPT,
    SKU,
    at_place,
    bulk,
    next_keys,
    since,
)

# (order, production, shipment, how many of 40)
STATES = [
    ("held", "none", "none", 13),
    ("new", "none", "none", 3),
    ("released", "sent", "none", 3),
    ("released", "in_production", "none", 4),
    ("released", "in_production", "partial", 2),
    ("released", "done", "none", 2),
    ("released", "done", "shipped", 3),
    ("released", "failed", "none", 2),
    ("closed", "done", "delivered", 5),
    ("cancelled", "none", "none", 2),
    ("cancelled", "failed", "none", 1),
]
PARTS = {"sent": "submitted", "in_production": "in_production", "done": "done", "failed": "refused"}
CITIES = [("10115", "Berlin", "DE"), ("1010", "Wien", "AT"), ("10118", "New York", "US"), ("00-001", "Warszawa", "PL")]
TAGS: list[list[str]] = [[], ["vip"], [], ["messe", "b2b"], [SCRIPT[:40]], ["Sehr langes Schlagwort ohne Ende 123456"]]
# What the timeline's sentences ask for.
PARAMS = dict.fromkeys(
    ("reason", "text", "vendor", "reference", "to", "tags", "note", "carrier", "tracking_code", "vendor_id"), MARKUP
)


@dataclass
class Rows:
    """Rows of the orders by kind, each kind written at once."""

    lines: list[OrderLine] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    alarms: list[OrderAlarm] = field(default_factory=list)
    documents: list[OrderDocument] = field(default_factory=list)
    parts: list[VendorOrder] = field(default_factory=list)
    part_lines: list[VendorOrderLine] = field(default_factory=list)
    parcels: list[Shipment] = field(default_factory=list)
    parcel_lines: list[ShipmentLine] = field(default_factory=list)
    events: list[OrderEvent] = field(default_factory=list)

    def write(self) -> None:
        for name in self.__dataclass_fields__:
            bulk(getattr(self, name))


def fill(scene: Scene, count: int) -> None:
    """Make so many orders."""
    states = [state for state in STATES for _ in range(state[3])]
    rows = Rows()
    for place, key in enumerate(next_keys(Order, count)):
        state, production, shipment, _share = at_place(states, place)
        order = _order(scene, key, place, state=state, production=production, shipment=shipment)
        scene.orders.append(order)
        _add(rows, scene, order, place)
    bulk(scene.orders)
    since(scene.orders, "created_at", [order.placed_at for order in scene.orders])
    rows.write()
    since(rows.holds, "placed_at", [hold.order.placed_at for hold in rows.holds])
    refresh_searches([order.pk for order in scene.orders])


def _order(scene: Scene, key: int, place: int, **axes: Any) -> Order:
    dice, shop = scene.dice, at_place(scene.shops, place)
    age = timedelta(days=min(58, dice.expovariate(1 / 8)), minutes=dice.randrange(1440))
    is_odd = place % 3 != 2
    return Order(
        pk=key,
        shop=shop,
        number=f"{shop.code}-{100_000 + key}",
        reference=f"{scene.mark}{place}-{LONG}"[:50] if place % 5 == 0 else f"{scene.mark}-{20_000 + place}",
        placed_at=scene.now - age,
        ship_by=None if axes["state"] == "cancelled" else scene.now - age + timedelta(days=dice.choice((2, 5, 9))),
        late=axes["state"] == "released" and place % 4 == 0,
        leaves_at=scene.now + timedelta(hours=9) if axes["production"] == "sent" and place % 2 else None,
        currency=shop.currency,
        total=Decimal("99999999.99") if place % 97 == 0 else Decimal(dice.randrange(500, 250_000)) / 100,
        customer_email=EMAIL if place % 40 == 0 else f"kunde{place % 90}@example.com",
        customer_firstname=at_place(HOSTILE, place)[:100] if is_odd else "Jana",
        customer_lastname=at_place(HOSTILE, place)[100:200] if is_odd else "Größer",
        customer_phone=f"+49 30 {1_000_000 + place}",
        accepts_letters=place % 3 == 0,
        accepts_review_request=place % 2 == 0,
        shipping_method=LONG[:100] if is_odd else "Standard",
        express_shipping=place % 4 == 0,
        complaint=place % 61 == 0,
        is_test=place % 53 == 0,
        gift_message=(MARKUP + LONG)[:500] if place % 6 == 0 else "",
        custom_properties={LONG[:60]: MARKUP} if place % 6 == 0 else {},
        tags=at_place(TAGS, place),
        assignee=at_place(scene.staff, place) if place % 3 == 0 else None,
        **axes,
    )


def _add(rows: Rows, scene: Scene, order: Order, place: int) -> None:
    lines = [_line(scene, order, position) for position in range(1, (12 if place % 20 == 0 else place % 3) + 2)]
    rows.lines += lines
    rows.addresses += _addresses(order, place)
    rows.events += _events(order, place)
    if order.state == "held":
        rows.holds.append(_hold(scene, order, place))
    if order.state in ("closed", "cancelled") and place % 2:
        rows.alarms.append(
            OrderAlarm(order=order, reason="second_at_vendor", text=MARKUP + LONG, raised_by="vendor:mypromo")
        )
    if place % 4 == 0:
        rows.documents.append(
            OrderDocument(order=order, kind="delivery_slip", url=f"https://files.example.com/{LONG}.pdf")
        )
    if order.production in PARTS or place % 30 == 0:
        _add_part(rows, order, lines)


def _line(scene: Scene, order: Order, position: int) -> OrderLine:
    variant = scene.dice.choice(scene.variants)
    return OrderLine(
        order=order,
        position=position,
        reference=str(position),
        kind="files" if position % 2 else "stock",
        vendor="mypromo",
        sku=variant.sku,
        name=variant.name,
        quantity=scene.dice.choice((1, 100, 1_000_000)),
        unit_price=Decimal(scene.dice.randrange(50, 2000)) / 100,
        tax_percent=19,
        unit_cost=Decimal("0.40") if position % 2 else None,
        files=[{"url": f"https://files.example.com/{SKU}/front.pdf", "type": "front"}] if position % 2 else [],
        custom_properties={"engraving": MARKUP} if position % 2 else {},
    )


def _addresses(order: Order, place: int) -> list[Address]:
    text = at_place(HOSTILE, place)
    zip_, city, country = at_place(CITIES, place)
    values = {
        "firstname": text[:200],
        "lastname": text[:200],
        "company": text[::-1][:200],
        "street": f"{text} 12"[-200:],
        "zip": zip_,
        "city": f"{city} {text}"[:200],
        "country_code": country,
        "email": order.customer_email,
        "phone": order.customer_phone,
    }
    roles = (AddressRole.RECIPIENT, AddressRole.INVOICE) if place % 4 == 0 else (AddressRole.RECIPIENT,)
    return [Address(order=order, role=role, **values) for role in roles]


def _hold(scene: Scene, order: Order, place: int) -> Hold:
    reason = at_place(list(HoldReason), place)
    text = at_place(HOSTILE, place)
    errors = {"recipient.street": ["212 characters; the vendor allows 30."], "lines[0].sku": [text]}
    return Hold(
        order=order,
        reason=reason,
        text=f"{text} {LONG}",
        errors=errors
        if reason in (HoldReason.BAD_ADDRESS, HoldReason.INVALID_INPUT, HoldReason.VENDOR_REFUSED)
        else {},
        placed_by={HoldReason.RULE: "rule:1", HoldReason.MANUAL: ACTOR}.get(reason, "system"),
        owner=at_place(scene.staff, place) if place % 2 else None,
        until=scene.now + timedelta(days=9) if place % 3 == 0 else None,
        duplicate_of=scene.orders[0] if reason == HoldReason.POSSIBLE_DUPLICATE and len(scene.orders) > 1 else None,
    )


def _add_part(rows: Rows, order: Order, lines: list[OrderLine]) -> None:
    state = PARTS.get(order.production, "unknown")
    part = VendorOrder(
        order=order,
        vendor="mypromo",
        part=1,
        reference=order.number,
        state=state,
        vendor_id="" if state == "refused" else f"9{order.pk}",
        raw_state=LONG[:64],
        submitted_at=order.placed_at,
        shipping_latest=order.ship_by,
        late=order.late,
    )
    rows.parts.append(part)
    rows.part_lines += [
        VendorOrderLine(vendor_order=part, line=line, reference=line.reference, vendor_id=f"{order.pk}-{line.position}")
        for line in lines
    ]
    if order.shipment != "none":
        _add_parcel(rows, part, lines[0])


def _add_parcel(rows: Rows, part: VendorOrder, line: OrderLine) -> None:
    is_delivered = part.order.shipment == "delivered"
    parcel = Shipment(
        order=part.order,
        vendor_order=part,
        vendor_id=f"S{part.order_id}",
        carrier="dhl",
        tracking_code=f"00340434{part.order_id:012}",
        tracking_url=f"https://tracking.example.com/{LONG}",
        delivered=is_delivered,
        delivered_at=part.order.placed_at if is_delivered else None,
        late=part.late,
        weight_g=1200,
    )
    rows.parcels.append(parcel)
    rows.parcel_lines.append(
        ShipmentLine(
            shipment=parcel, line=line, sku=line.sku, quantity=line.quantity, line_vendor_id=f"{part.order_id}-1"
        )
    )


def _events(order: Order, place: int) -> list[OrderEvent]:
    """Return what came in, and a few kinds of line; over all orders every kind that there is."""
    kinds = [kind for number, kind in enumerate(SENTENCES) if number % 12 == place % 12]
    received = OrderEvent(order=order, at=order.placed_at, actor=f"shop:{order.shop.code}", kind="order.received")
    return [
        received,
        *(OrderEvent(order=order, at=order.placed_at, actor=ACTOR, kind=kind, params=PARAMS) for kind in kinds),
    ]
