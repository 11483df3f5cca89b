"""Asks a vendor something harmless, to see whether it can be reached with our credentials."""

import time
from dataclasses import dataclass

from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import Vendor
from backoffice.vendors.errors import RateLimited, VendorAuthFailed, VendorError
from backoffice.vendors.registry import vendor_type


@dataclass(frozen=True)
class VendorCheck:
    """What the vendor answered, or why it did not; `seconds` is how long that took.

    `is_asked` is false for a vendor that offers nothing harmless: then the text is ours.
    """

    is_ok: bool
    text: str
    remedy: str
    seconds: float
    is_asked: bool = True


def check_vendor(name: str) -> VendorCheck:
    """Make the vendor's harmless call, through the limiter like any other. Raises UnknownVendor."""
    if not vendor_type(name, Vendor).is_configured():
        remedy = _("Set its address and credentials; .env.example says which settings these are.")
        return VendorCheck(is_ok=False, text=_("It is not set up."), remedy=remedy, seconds=0)
    started = time.monotonic()
    try:
        text, is_ok, remedy = get_vendor(name, Vendor, lane=Lane.ORDERS).check(), True, ""
    except VendorError as error:
        text, is_ok, remedy = error.text, False, _remedy(error)
    seconds, is_asked = time.monotonic() - started, vendor_type(name, Vendor).CHECK_ASKS
    return VendorCheck(is_ok=is_ok, text=str(text), remedy=remedy, seconds=seconds, is_asked=is_asked)


def _remedy(error: VendorError) -> str:
    match error:
        case RateLimited():
            return _("Start it again if it is stopped; else wait a moment.")
        case VendorAuthFailed():
            return _("Check client id and secret in the settings; they may have been changed at the vendor.")
        case _:
            return _("Check the address in the settings and whether the vendor is up.")
