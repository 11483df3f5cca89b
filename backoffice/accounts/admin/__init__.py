"""The staff pages of shops and users."""

from backoffice.accounts.admin import shop, users

__all__ = [
    "shop",
    "users",
]
