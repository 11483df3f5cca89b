"""What is made and shipped, and the reference data that shipping needs."""

from fulfillment.models.reference import Carrier, Country, State
from fulfillment.models.shipment import Shipment, ShipmentLine

__all__ = ["Carrier", "Country", "Shipment", "ShipmentLine", "State"]
