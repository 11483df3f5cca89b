"""Accounts at vendors, and which shop uses which."""

from backoffice.vendor_accounts.models.account import ShopAccount, VendorAccount

__all__ = ["ShopAccount", "VendorAccount"]
