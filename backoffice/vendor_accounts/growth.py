"""Why accounts at vendors are kept."""

from backoffice.engine.services.retention import keep

keep("vendor_accounts.VendorAccount", "vendor_accounts.ShopAccount", because="as many as accounts and shops")
