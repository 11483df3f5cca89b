"""The pushes of fulfilment, whose handlers are registered by importing these services."""

from fulfillment.services import label_fetching, reporting_parcels

__all__ = ["label_fetching", "reporting_parcels"]
