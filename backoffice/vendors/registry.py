"""Finds the class that speaks for a vendor by its name, from `settings.VENDORS`, on first use."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


class UnknownVendor(LookupError):
    """No vendor of that name in `settings.VENDORS`."""


def vendor_class(name: str) -> Any:
    """The vendor's adapter class. Raises UnknownVendor."""
    try:
        path = settings.VENDORS[name]
    except KeyError:
        raise UnknownVendor(name) from None
    return import_string(path)


def vendor_names() -> list[str]:
    """All vendors the project knows, configured or not."""
    return list(settings.VENDORS)
