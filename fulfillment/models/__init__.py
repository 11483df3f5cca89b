"""What is made and shipped, by others for us or by us for others, and the reference data that shipping needs."""

from fulfillment.models.label import Label, LabelKind, LabelResponse, LabelState
from fulfillment.models.production_event import ProductionEvent
from fulfillment.models.production_file import ProductionFile, ProductionFileKind
from fulfillment.models.production_item import ProductionItem
from fulfillment.models.production_order import DispatchState, ProductionOrder, ProductionOrderState
from fulfillment.models.production_shipment import ParcelState, ProductionShipment, ProductionShipmentLine
from fulfillment.models.reference import Carrier, Country, State
from fulfillment.models.shipment import Shipment, ShipmentLine

__all__ = [
    "Carrier",
    "Country",
    "DispatchState",
    "Label",
    "LabelKind",
    "LabelResponse",
    "LabelState",
    "ParcelState",
    "ProductionEvent",
    "ProductionFile",
    "ProductionFileKind",
    "ProductionItem",
    "ProductionOrder",
    "ProductionOrderState",
    "ProductionShipment",
    "ProductionShipmentLine",
    "Shipment",
    "ShipmentLine",
    "State",
]
