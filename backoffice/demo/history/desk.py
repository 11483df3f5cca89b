"""What the production desk has made and shipped in the last month for other merchants."""

import random
from datetime import datetime, timedelta

from django.utils import timezone

from backoffice.demo.history.filling import number_rows, write_past
from backoffice.demo.history.orders import CARRIERS, FIRST_VENDOR_ID
from backoffice.demo.history.plan import DAYS, SEED, Good
from backoffice.demo.history.timeline import STAFF
from backoffice.text.datetimes import start_of_day
from fulfillment.models import ParcelState, ProductionItem, ProductionOrder, ProductionShipment
from fulfillment.models.production_order import DispatchState, ProductionOrderState
from fulfillment.models.production_shipment import ProductionShipmentLine

VENDOR = "mypromo-fulfiller"
MERCHANTS = ("Druckshop24", "Fanwelt GmbH", "Imprimerie du Lac", "Papeterie Süd", "Werbemittel Nord")
# Parcels of a weekday, Monday first; nobody works on Sundays.
BY_WEEKDAY = (9, 8, 8, 7, 6, 2, 0)


def write_desk(goods: list[Good], *, now: datetime) -> int:
    """Write production orders that are made and reported, with one parcel each. Return how many."""
    rng = random.Random(SEED)
    orders = [_order(number, moment) for number, moment in enumerate(_moments(rng, now=now))]
    number_rows(orders)
    items = [_item(order, rng.choice(goods), rng) for order in orders]
    parcels = [_parcel(order) for order in orders]
    number_rows(items)
    number_rows(parcels)
    lines = [
        ProductionShipmentLine(shipment=parcel, item=item, quantity=item.quantity)
        for parcel, item in zip(parcels, items, strict=True)
    ]
    for rows in (orders, items, parcels, lines):
        write_past(rows)
    return len(orders)


def _moments(rng: random.Random, *, now: datetime) -> list[datetime]:
    """Return when each parcel left, oldest first."""
    days = [timezone.localdate(now) - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    moments = [
        start_of_day(day) + timedelta(hours=rng.uniform(8, 17))
        for day in days
        for _number in range(max(BY_WEEKDAY[day.weekday()] + rng.randint(-2, 2), 0) if day.weekday() < 6 else 0)
    ]
    return sorted(moment for moment in moments if moment < now)


def _order(number: int, left: datetime) -> ProductionOrder:
    ordered = left - timedelta(days=2)
    return ProductionOrder(
        vendor=VENDOR,
        vendor_id=str(FIRST_VENDOR_ID + number),
        order_vendor_id=str(FIRST_VENDOR_ID + number),
        reference=f"B-{20400 + number}",
        merchant=MERCHANTS[number % len(MERCHANTS)],
        state=ProductionOrderState.DONE,
        raw_state="FINISHED",
        dispatch=DispatchState.SHIPPED,
        shipping_earliest=ordered,
        shipping_latest=left + timedelta(days=1),
        due_at=left + timedelta(days=1),
        late=False,
        ordered_at=ordered,
        reported_at=left,
        read_at=left,
        created_at=ordered,
        updated_at=left,
    )


def _item(order: ProductionOrder, good: Good, rng: random.Random) -> ProductionItem:
    quantity = rng.choice(good.prices)[0]
    return ProductionItem(
        production_order=order,
        vendor_id=f"{order.vendor_id}1",
        reference="1",
        sku=good.sku,
        name=good.name,
        kind="files" if good.personalized else "stock",
        quantity=quantity,
        shipped=quantity,
        state=ProductionOrderState.DONE,
        raw_state="FINISHED",
        late=False,
    )


def _parcel(order: ProductionOrder) -> ProductionShipment:
    number, at = int(order.vendor_id), order.reported_at or order.created_at
    return ProductionShipment(
        production_order=order,
        state=ParcelState.REPORTED,
        vendor_id=f"{order.vendor_id}1",
        carrier=CARRIERS[number * 7 % 5 % len(CARRIERS)],
        tracking_code=f"0034{number * 7919 % 10**10:010}",
        is_whole=True,
        made_by=STAFF,
        leaves_at=at,
        reported_at=at,
        created_at=at,
        updated_at=at,
        late=False,
    )
