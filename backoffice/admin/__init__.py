"""The staff pages of what all apps share."""

from backoffice.admin import callbacks, integrations, pushes, shop, users

__all__ = ["callbacks", "integrations", "pushes", "shop", "users"]
