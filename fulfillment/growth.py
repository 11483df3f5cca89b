"""Why what is made and shipped is kept."""

from backoffice.engine.services.retention import keep

keep(
    "fulfillment.ProductionOrder", "fulfillment.ProductionItem", "fulfillment.ProductionFile",
    "fulfillment.ProductionEvent", "fulfillment.ProductionShipment", "fulfillment.ProductionShipmentLine",
    "fulfillment.Shipment", "fulfillment.ShipmentLine", "fulfillment.Label", "fulfillment.LabelResponse",
    because="as long as the order or production order; what is personal of it: see privacy",
)  # fmt: skip
keep("fulfillment.Country", "fulfillment.State", "fulfillment.Carrier", because="as many as there are in the world")
