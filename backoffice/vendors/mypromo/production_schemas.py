"""The shapes of mypromo's answers about production orders. Seen by this package only; strict as `schemas.py` is."""

from typing import Any

from msgspec import Struct

from backoffice.vendors.mypromo.schemas import BaseOrder, Id, Parcel, Quantity, ShippedItemSchema


class ProductionFileSchema(Struct):
    """A file of an order (slip or label) or of an item (print file, without carrier)."""

    id: Id
    url: Any = None
    type: Any = None
    carrier: Any = None
    tracking_code: Any = None
    status: Any = None


class LabelSchema(Struct):
    """The answer to "get generic label": the link is all it is for."""

    id: Id
    url: str
    carrier: Any = None
    tracking_code: Any = None
    status: Any = None


class ProductionDesignSchema(Struct):
    id: Id
    editor_start_url: Any = None
    preview_url: Any = None
    status: Any = None


class ProductionItemSchema(Struct):
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
    files: list[ProductionFileSchema] | None = None
    designs: list[ProductionDesignSchema] | None = None
    customs: Any = None


class ProductionShipmentSchema(Parcel):
    carrier_name: Any = None
    force: Any = None
    production_order_items: list[ShippedItemSchema] | None = None


class ProductionOrderSchema(BaseOrder):
    """A production order as the single one, the list and the callbacks show it. Its `generic_label` is a flag."""

    order_id: Any = None
    complaint: Any = None
    express_production: Any = None
    express_shipping: Any = None
    comment: Any = None
    generic_label: Any = None
    clients: Any = None
    custom_properties: Any = None
    shipper: Any = None
    export: Any = None
    production_order_items: list[ProductionItemSchema] | None = None
    files: list[ProductionFileSchema] | None = None
    shipments: list[ProductionShipmentSchema] | None = None
