"""What is known of people with accounts at vendors: nothing."""

from backoffice.privacy.registry import register_without

register_without(
    "accounts of the merchant at vendors, their credentials sealed",
    "vendor_accounts.VendorAccount",
    "vendor_accounts.ShopAccount",
)
