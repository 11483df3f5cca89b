"""The staff pages of what all apps share."""

from backoffice.admin import shop, users

__all__ = ["shop", "users"]
