"""The pushes of fulfilment: what they mean is said by the services that are registered here."""

from fulfillment.services import label_fetching, reporting_parcels

__all__ = ["label_fetching", "reporting_parcels"]
