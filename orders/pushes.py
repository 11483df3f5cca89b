"""The pushes of orders: each kind is registered by the service that handles it, once that is loaded."""

from orders.services import vendor_cancellation
from orders.services.placing import discarding, simulated, single_call, two_phases

__all__ = ["discarding", "simulated", "single_call", "two_phases", "vendor_cancellation"]
