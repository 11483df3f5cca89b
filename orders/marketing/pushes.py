"""The pushes of marketing: each kind is registered by the service that handles it, once that is loaded."""

from orders.marketing.services.campaigns import conversions, handling, paying, preparing
from orders.marketing.services.exports import exporting

__all__ = ["conversions", "exporting", "handling", "paying", "preparing"]
