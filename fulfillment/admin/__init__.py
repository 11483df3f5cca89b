"""The staff pages of fulfilment."""

from fulfillment.admin import reference

__all__ = ["reference"]
