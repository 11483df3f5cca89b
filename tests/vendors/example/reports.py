"""From their orders to our words."""

from datetime import UTC, datetime

from backoffice.text.cleaning import clean_foreign
from backoffice.vendors.messages import (
    RANK,
    LineReport,
    OrderReport,
    PostalAddress,
    RemoteOrderState,
    ShipmentReport,
    ShippedLine,
    Version,
)
from tests.vendors.example import schemas
from tests.vendors.example.client import NAME

ORDER_STATES = {
    "draft": RemoteOrderState.DRAFT,
    "pending": RemoteOrderState.SUBMITTED,
    "inprocess": RemoteOrderState.IN_PRODUCTION,
    "fulfilled": RemoteOrderState.DONE,
    "canceled": RemoteOrderState.CANCELLED,
}


def order_report(order: schemas.Order) -> OrderReport:
    """Return an order; a status that is not documented becomes UNKNOWN and is kept as it came."""
    state = ORDER_STATES.get(order.status, RemoteOrderState.UNKNOWN)
    return OrderReport(
        vendor=NAME,
        vendor_id=str(order.id),
        reference=_line(order.external_id, most=50),
        state=state,
        raw_state=_line(order.status, most=64),
        version=Version(updated_at=_utc(order.updated), history_id=order.revision, rank=RANK[state]),
        recipient=_address(order.recipient) if order.recipient else None,
        created_at=_utc(order.created),
        lines=tuple(line_report(item) for item in order.items),
        shipments=tuple(_parcel(shipment, order) for shipment in order.shipments),
    )


def line_report(item: schemas.Item) -> LineReport:
    return LineReport(
        vendor_id=str(item.id),
        reference=_line(item.external_id, most=50),
        sku=_line(item.sku, most=100),
        quantity=item.quantity,
        file_urls=tuple(file.url for file in item.files),
    )


def _parcel(shipment: schemas.Shipment, order: schemas.Order) -> ShipmentReport:
    """Return a parcel. A shipment names items by their ids only; what they are is read from the order."""
    items = {item.id: item for item in order.items}
    shipped = [(entry, items[entry.item_id]) for entry in shipment.items if entry.item_id in items]
    return ShipmentReport(
        vendor_id=str(shipment.id),
        carrier=_line(shipment.carrier, most=64).lower(),
        tracking_code=_line(shipment.tracking_number, most=200),
        tracking_url=shipment.tracking_url if shipment.tracking_url.startswith(("https://", "http://")) else "",
        delivered=shipment.delivered_at is not None,
        delivered_at=_utc(shipment.delivered_at) if shipment.delivered_at else None,
        lines=tuple(
            ShippedLine(line_vendor_id=str(item.id), reference=item.external_id, sku=item.sku, quantity=entry.quantity)
            for entry, item in shipped
        ),
    )


def _address(recipient: schemas.Recipient) -> PostalAddress:
    return PostalAddress(
        company=recipient.company,
        lastname=recipient.name,
        street=recipient.address1,
        care_of=recipient.address2,
        zip=recipient.zip,
        city=recipient.city,
        state_code=recipient.state_code,
        country_code=recipient.country_code,
    )


def _line(text: str, *, most: int) -> str:
    return clean_foreign(text, is_line=True)[:most]


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
