"""The mark in the header that says whether vendors really produce."""

from django.conf import settings
from django.http import HttpRequest

from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_names, vendor_setting


def badge(request: HttpRequest) -> list[str] | None:
    """Return `[label, colour]`; None in real operation, where a mark would only tire the eye."""
    if any(vendor_setting(name, "SANDBOX", False) for name in vendor_names()):
        return [_("Sandbox (nothing is produced)"), "warning"]
    if not settings.PRODUCTION:
        return [_("Development"), "info"]
    return None
