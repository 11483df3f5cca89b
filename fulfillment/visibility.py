"""Whose rows of fulfilment are whose."""

from backoffice.visibility import register, register_shared
from fulfillment.models import (
    Carrier,
    Country,
    Label,
    LabelResponse,
    ProductionEvent,
    ProductionFile,
    ProductionItem,
    ProductionOrder,
    ProductionShipment,
    ProductionShipmentLine,
    Shipment,
    ShipmentLine,
    State,
)

register(Shipment, "order__shop")
register(ShipmentLine, "shipment__order__shop")
register_shared(
    Label, LabelResponse, ProductionEvent, ProductionFile, ProductionItem, ProductionOrder, ProductionShipment,
    ProductionShipmentLine, reason="What our own production makes for other merchants: of no shop of ours.",
)  # fmt: skip
register_shared(Carrier, Country, State, reason="Reference data of vendors.")
