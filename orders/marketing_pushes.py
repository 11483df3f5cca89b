"""The pushes of marketing: each kind is registered by the service that handles it, once that is loaded."""

from orders.services.campaigns import conversions, handling, paying, preparing
from orders.services.exports import telling

__all__ = ["conversions", "handling", "paying", "preparing", "telling"]
