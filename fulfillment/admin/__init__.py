"""The staff pages of fulfilment."""

from fulfillment.admin import production, reference

__all__ = [
    "production",
    "reference",
]
