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


def vendor_title(name: str) -> str:
    """What the vendor calls itself, for people; the registry's name where the class has none, or is gone."""
    try:
        return str(getattr(vendor_class(name), "title", name))
    except UnknownVendor:
        return name


def vendor_purpose(name: str) -> str:
    """One line of what the vendor does, for people; empty where its class says nothing."""
    return str(getattr(vendor_class(name), "purpose", ""))


def vendor_names(*, able_to: str = "") -> list[str]:
    """All vendors the project knows, configured or not; with `able_to` those whose class has that method."""
    return [name for name in settings.VENDORS if not able_to or hasattr(vendor_class(name), able_to)]
