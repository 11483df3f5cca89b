"""Which account a shop's orders go to. Asked once for each order, when it is divided among vendors."""

from collections.abc import Iterable

from backoffice.vendor_accounts.services.remembering import ACCOUNTS
from backoffice.vendors.base import Vendor
from backoffice.vendors.registry import account_for_tests, find_account, is_for_tests, vendor_behind, vendor_type


def account_of_shop(shop_id: int, vendor: str, *, is_test: bool = False, used: Iterable[str] = ()) -> str:
    """Return the account that gets what the shop sends to the vendor; of a test one for tests. No query.

    `used` are accounts that have something of the order already: what one has stays there, whatever the shop uses now.
    An account that is named instead of a vendor is meant itself. Raises UnknownVendor.
    """
    if is_test:
        return _sandbox_of_shop(shop_id, vendor, used=used)
    theirs = (name for name in used if vendor_behind(name) == vendor and not is_for_tests(name))
    return next(theirs, None) or ACCOUNTS.of_shop(shop_id, vendor)


def _sandbox_of_shop(shop_id: int, vendor: str, *, used: Iterable[str]) -> str:
    sandbox = vendor_type(vendor, Vendor).TEST_ACCOUNT
    for name in used:
        kept = find_account(name)
        if kept is not None and kept.vendor == sandbox:
            return name
    own = ACCOUNTS.of_shop(shop_id, sandbox)
    return own if own != sandbox else account_for_tests(vendor)
