"""The jobs of exports: each kind is registered by its module, once that is loaded."""

from orders.marketing.services.exports import jobs

__all__ = ["jobs"]
