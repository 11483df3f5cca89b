"""Registers accounts at vendors with Django, and has the registry of vendors find them."""

from django.apps import AppConfig


class VendorAccountsConfig(AppConfig):
    name = "backoffice.vendor_accounts"
    verbose_name = "Vendor accounts"

    def ready(self) -> None:
        from backoffice.vendor_accounts.services.remembering import ACCOUNTS
        from backoffice.vendors.registry import use_accounts

        use_accounts(ACCOUNTS)
