"""Who sees accounts at vendors."""

from backoffice.vendor_accounts.models import ShopAccount, VendorAccount
from backoffice.visibility import register, register_shared

register(ShopAccount, "shop")
register_shared(VendorAccount, reason="accounts at vendors are the merchant's, whichever shops use them")
