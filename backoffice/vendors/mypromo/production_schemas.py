"""The shapes of mypromo's answers about production orders. Seen by this package only; strict as `schemas.py` is."""

from datetime import datetime
from typing import Any

from msgspec import Struct

from backoffice.vendors.mypromo.schemas import History, Id, Quantity, Word, sane_time


class File(Struct):
    """A file of an order (slip or label) or of an item (print file, without carrier)."""

    id: Id
    url: Any = None
    type: Any = None
    carrier: Any = None
    tracking_code: Any = None
    status: Any = None


class Label(Struct):
    """The answer to "get generic label": the link is all it is for."""

    id: Id
    url: str
    carrier: Any = None
    tracking_code: Any = None
    status: Any = None


class Design(Struct):
    id: Id
    editor_start_url: Any = None
    preview_url: Any = None
    status: Any = None


class Item(Struct):
    id: Id
    quantity: Quantity
    order_item_id: Any = None
    reference: Any = None
    sku: Any = None
    sku_fulfiller: Any = None
    name: Any = None
    type: Any = None
    shipping_earliest: Any = None
    shipping_latest: Any = None
    shipping_late: Any = None
    status: Any = None
    custom_properties: Any = None
    configuration: Any = None
    files: list[File] | None = None
    designs: list[Design] | None = None
    customs: Any = None


class ShippedItem(Struct):
    id: Id
    quantity: Quantity
    reference: Any = None
    sku: Any = None


class Shipment(Struct):
    """A parcel. The answer to "add shipment" shows `tracking_code`, later readings `tracking_id`."""

    id: Id
    carrier: Any = None
    carrier_name: Any = None
    tracking_id: Any = None
    tracking_code: Any = None
    tracking_url: Any = None
    status: Any = None
    delivered: Any = None
    delivered_date: Any = None
    delivery_earliest: Any = None
    delivery_latest: Any = None
    delivery_late: Any = None
    height: Any = None
    width: Any = None
    depth: Any = None
    weight: Any = None
    force: Any = None
    production_order_items: list[ShippedItem] | None = None


class ProductionOrder(Struct):
    """A production order as the single one, the list and the callbacks show it. Its `generic_label` is a flag."""

    id: Id
    status: Word
    updated_at: datetime
    order_id: Any = None
    reference: Any = None
    reference2: Any = None
    complaint: Any = None
    express_production: Any = None
    express_shipping: Any = None
    shipping_earliest: Any = None
    shipping_latest: Any = None
    shipping_late: Any = None
    comment: Any = None
    generic_label: Any = None
    clients: Any = None
    custom_properties: Any = None
    shipper: Any = None
    recipient: Any = None
    export: Any = None
    production_order_items: list[Item] | None = None
    histories: list[History] | None = None
    files: list[File] | None = None
    shipments: list[Shipment] | None = None
    created_at: Any = None

    def __post_init__(self) -> None:
        self.updated_at = sane_time(self.updated_at)
