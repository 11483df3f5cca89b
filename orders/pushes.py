"""The pushes of orders: each kind is registered by the service that handles it, once that is loaded."""

from orders.services import cancelling
from orders.services.placing import discarding, single_call, two_phases

__all__ = ["cancelling", "discarding", "single_call", "two_phases"]
