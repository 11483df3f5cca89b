"""Production orders in every state, with items, files, labels, parcels and their timeline."""

from datetime import timedelta

from fulfillment.models import (
    Label,
    ProductionEvent,
    ProductionFile,
    ProductionItem,
    ProductionOrder,
    ProductionShipment,
    ProductionShipmentLine,
)
from fulfillment.models.label import LabelState
from fulfillment.models.production_shipment import ParcelState
from tests.browser.hostile.seeding import Scene
from tests.browser.hostile.words import ACTOR, HOSTILE, LONG, MARKUP, SKU, at_place, bulk

STATES = [
    ("pending", "none"),
    ("in_production", "none"),
    ("in_production", "partial"),
    ("done", "shipped"),
    ("cancelled", "none"),
    ("unknown", "none"),
]
DUE_DAYS = (-6, -1, 0, 1, 7)


def fill(scene: Scene, count: int) -> None:
    orders = bulk([_order(scene, n) for n in range(max(12, count // 6))])
    items = bulk(
        [_item(one, n) for place, one in enumerate(orders) for n in range(6 if place % 7 == 0 else 1 + place % 2)]
    )
    bulk(
        [ProductionEvent(production_order=one, actor=ACTOR, kind="production.received", at=scene.now) for one in orders]
    )
    bulk(
        [
            ProductionFile(
                production_order=item.production_order,
                item=item,
                kind=at_place(("print", "slip", "preview", "other"), n),
                source_key=f"{item.pk}-{n}",
                url=f"https://files.example.com/{LONG}",
                problem=MARKUP + LONG if n % 3 == 0 else "",
                needs_attention=n % 3 == 0,
                next_at=scene.now + timedelta(days=300) if n % 3 == 1 else None,
            )
            for n, item in enumerate(items)
        ]
    )
    labels = bulk([_label(scene, one, n) for n, one in enumerate(orders)])
    parcels = bulk([_parcel(scene, label, n) for n, label in enumerate(labels) if n % 3 == 0])
    first = {item.production_order_id: item for item in reversed(items)}
    bulk([ProductionShipmentLine(shipment=one, item=first[one.production_order_id], quantity=1) for one in parcels])


def _order(scene: Scene, place: int) -> ProductionOrder:
    text = at_place(HOSTILE, place)
    state, dispatch = at_place(STATES, place)
    due = scene.now + timedelta(days=at_place(DUE_DAYS, place))
    return ProductionOrder(
        vendor="mypromo-fulfiller",
        vendor_id=f"{scene.mark}{place}",
        order_vendor_id=str(place),
        reference=text[:200],
        reference2=LONG[:200],
        merchant=text[:200],
        state=state,
        raw_state=LONG[:64],
        dispatch=dispatch,
        complaint=place % 5 == 0,
        express_production=place % 4 == 0,
        shipping_latest=due,
        due_at=due,
        late=True if due < scene.now else None,
        comment=text * 2,
        has_generic_label=place % 2 == 0,
        recipient={
            "firstname": text,
            "lastname": text,
            "street": LONG,
            "zip": "10115",
            "city": text,
            "country_code": "DE",
        },
        custom_properties=[{"name": LONG[:60], "value": MARKUP}] if place % 4 == 0 else [],
        ordered_at=scene.now - timedelta(days=3),
        read_at=scene.now,
    )


def _item(order: ProductionOrder, place: int) -> ProductionItem:
    return ProductionItem(
        production_order=order,
        vendor_id=f"{order.vendor_id}-{place}",
        sku=SKU,
        sku_fulfiller=SKU,
        name=at_place(HOSTILE, place),
        kind="files",
        quantity=at_place((1, 20, 1_000_000), place),
        state=order.state,
        printing_methods=[at_place(HOSTILE, place)[:40]],
    )


def _label(scene: Scene, order: ProductionOrder, place: int) -> Label:
    state = at_place(list(LabelState), place)
    return Label(
        production_order=order,
        kind="generic" if place % 2 == 0 else "supplied",
        state=state,
        vendor_id=f"L{order.vendor_id}",
        carrier="dhl",
        tracking_code=f"00340434{place:012}" if place % 2 else f"{'9' * 190}{place}",
        raw_state=LONG[:64],
        asked_by=ACTOR,
        asked_at=scene.now if state != LabelState.WAITING else None,
    )


def _parcel(scene: Scene, label: Label, place: int) -> ProductionShipment:
    return ProductionShipment(
        production_order=label.production_order,
        state=at_place(list(ParcelState), place // 3),
        vendor_id=f"S{label.vendor_id}",
        carrier="dhl",
        tracking_code=label.tracking_code,
        tracking_url=f"https://tracking.example.com/{LONG}",
        force=True,
        force_reason=MARKUP + LONG,
        made_by=ACTOR,
        leaves_at=scene.now,
    )
