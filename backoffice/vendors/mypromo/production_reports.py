"""From mypromo's words about production to ours."""

from collections.abc import Iterable
from typing import Any

from backoffice.vendors.messages import (
    Customs,
    PostalAddress,
    ShipmentReport,
)
from backoffice.vendors.mypromo import production_schemas
from backoffice.vendors.mypromo.designs import design_state
from backoffice.vendors.mypromo.reports import LINE_KINDS, histories_of, shipment_report, version_of
from backoffice.vendors.production_messages import (
    PRODUCTION_RANK,
    LabelReport,
    PartyReport,
    ProductionDesign,
    ProductionFileData,
    ProductionItemReport,
    ProductionOrderReport,
    PropertyData,
    RemoteFileKind,
    RemoteProductionState,
)
from backoffice.vendors.reading import flag, link, number, read_time, text

# FINISHED is the only word in the examples; the others follow the history texts and the states of orders (assumed).
PRODUCTION_STATES = {
    "NEW": RemoteProductionState.PENDING,
    "PENDING": RemoteProductionState.PENDING,
    "PROCESSING": RemoteProductionState.IN_PRODUCTION,
    "FINISHED": RemoteProductionState.DONE,
    "CANCELED": RemoteProductionState.CANCELLED,
    "CANCELLED": RemoteProductionState.CANCELLED,
}
FILE_KINDS = {
    "deliveryslip": RemoteFileKind.DELIVERY_SLIP,
    "label": RemoteFileKind.LABEL,
    "labelgeneric": RemoteFileKind.GENERIC_LABEL,
}


def production_state(word: str) -> RemoteProductionState:
    return PRODUCTION_STATES.get(word.upper(), RemoteProductionState.UNKNOWN)


def production_report(order: production_schemas.ProductionOrderSchema, *, vendor: str) -> ProductionOrderReport:
    state = production_state(order.status)
    return ProductionOrderReport(
        vendor=vendor,
        vendor_id=str(order.id),
        state=state,
        raw_state=order.status,
        version=version_of(order, rank=PRODUCTION_RANK[state]),
        order_vendor_id=text(order.order_id, most=64),
        reference=text(order.reference),
        reference2=text(order.reference2),
        complaint=flag(order.complaint) is True,
        express_production=flag(order.express_production) is True,
        express_shipping=flag(order.express_shipping) is True,
        has_generic_label=flag(order.generic_label) is True,
        shipping_earliest=read_time(order.shipping_earliest),
        shipping_latest=read_time(order.shipping_latest),
        shipping_late=flag(order.shipping_late),
        comment=text(order.comment),
        parties=tuple(_party(client) for client in _objects(order.clients)),
        custom_properties=_properties(order.custom_properties),
        shipper=_address(order.shipper),
        recipient=_address(order.recipient),
        export=_address(order.export),
        items=tuple(_item(item) for item in order.production_order_items or ()),
        files=tuple(
            _file(file, kind=FILE_KINDS.get(text(file.type).lower(), RemoteFileKind.UNKNOWN))
            for file in order.files or ()
        ),
        shipments=tuple(parcel_report(shipment) for shipment in order.shipments or ()),
        histories=histories_of(order.histories),
        created_at=read_time(order.created_at),
    )


def parcel_report(shipment: production_schemas.ProductionShipmentSchema) -> ShipmentReport:
    """Return a parcel as the fulfiller sees it: its lines are named by production items."""
    return shipment_report(
        shipment,
        items=shipment.production_order_items,
        carrier_name=text(shipment.carrier_name, most=100),
        forced=flag(shipment.force),
    )


def label_report(label: production_schemas.LabelSchema) -> LabelReport:
    return LabelReport(
        vendor_id=str(label.id),
        url=label.url,
        carrier=text(label.carrier, most=64).lower(),
        tracking_code=text(label.tracking_code, most=200),
        raw_state=text(label.status, most=64),
    )


def _item(item: production_schemas.ProductionItemSchema) -> ProductionItemReport:
    raw_state = text(item.status, most=64)
    return ProductionItemReport(
        vendor_id=str(item.id),
        quantity=item.quantity,
        state=production_state(raw_state),
        raw_state=raw_state,
        order_line_vendor_id=text(item.order_item_id, most=64),
        reference=text(item.reference),
        sku=text(item.sku, most=100),
        sku_fulfiller=text(item.sku_fulfiller, most=100),
        name=text(item.name, most=500),
        kind=LINE_KINDS.get(text(item.type).upper()),
        shipping_earliest=read_time(item.shipping_earliest),
        shipping_latest=read_time(item.shipping_latest),
        shipping_late=flag(item.shipping_late),
        custom_properties=_properties(item.custom_properties),
        configuration=_properties(item.configuration),
        files=tuple(_file(file, kind=RemoteFileKind.PRINT) for file in item.files or ()),
        designs=tuple(_design(design) for design in item.designs or ()),
        customs=_customs(item.customs),
    )


def _file(file: production_schemas.ProductionFileSchema, *, kind: RemoteFileKind) -> ProductionFileData:
    return ProductionFileData(
        vendor_id=str(file.id),
        url=link(file.url),
        kind=kind,
        raw_kind=text(file.type, most=64),
        raw_state=text(file.status, most=64),
        carrier=text(file.carrier, most=64).lower(),
        tracking_code=text(file.tracking_code, most=200),
    )


def _design(design: production_schemas.ProductionDesignSchema) -> ProductionDesign:
    raw_state = text(design.status, most=64)
    return ProductionDesign(
        vendor_id=str(design.id),
        state=design_state(raw_state),
        raw_state=raw_state,
        preview_url=link(design.preview_url),
        start_url=link(design.editor_start_url),
    )


def _party(client: dict[str, Any]) -> PartyReport:
    return PartyReport(
        vendor_id=text(client.get("id"), most=64),
        kind=text(client.get("type"), most=32).lower(),
        name=text(client.get("name"), most=200),
        contract_id=text(client.get("contract_id"), most=64),
    )


def _properties(rows: Any) -> tuple[PropertyData, ...]:
    return tuple(PropertyData(key=text(row.get("key")), value=text(row.get("value"))) for row in _objects(rows))


def _objects(rows: Any) -> Iterable[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _address(address: Any) -> PostalAddress | None:
    """Return None where there is none; an empty object comes as []."""
    if not isinstance(address, dict) or not address:
        return None
    return PostalAddress(**{name: text(address.get(name), most=255) for name in PostalAddress.__struct_fields__})


def _customs(customs: Any) -> Customs | None:
    """Return None also where the amount cannot be read: a declaration without it is of no use."""
    amount = number(customs.get("amount")) if isinstance(customs, dict) else None
    if amount is None:
        return None
    return Customs(
        description=text(customs.get("description"), most=255),
        number=text(customs.get("number"), most=64),
        origin=text(customs.get("origin"), most=3),
        currency=text(customs.get("currency"), most=3),
        amount=amount,
    )
