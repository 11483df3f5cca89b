"""The staff pages of accounts at vendors."""

from backoffice.vendor_accounts.admin import cards, pages

__all__ = ["cards", "pages"]
