"""The staff pages of what all apps share."""

from backoffice.admin import callbacks, drift, integrations, pushes, shop, users

__all__ = ["callbacks", "drift", "integrations", "pushes", "shop", "users"]
