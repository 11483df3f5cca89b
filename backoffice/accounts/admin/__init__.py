"""The staff pages of shops."""

from backoffice.accounts.admin import api_keys, shop

__all__ = [
    "api_keys",
    "shop",
]
