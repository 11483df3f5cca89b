"""Finds vendors by name and by what they offer, from `settings.VENDORS`; a class is loaded on first use."""

from typing import Any, TypeVar, cast

from django.conf import settings
from django.utils.module_loading import import_string

from backoffice.vendors.base import Vendor

V = TypeVar("V", bound=Vendor)


class UnknownVendor(LookupError):
    """No vendor of that name in `settings.VENDORS`."""


class MissingAbility(UnknownVendor):
    """The vendor is known, and does not offer that."""


def vendor_type(name: str, ability: type[V]) -> type[V]:
    """Return the vendor's class, as one that has that ability. Raises UnknownVendor, MissingAbility.

    `Vendor` is what all have.
    """
    try:
        path = settings.VENDORS[name]
    except KeyError:
        raise UnknownVendor(name) from None
    found: type[V] = import_string(path)
    # By its bases: what a class happens to have methods for, it does not offer.
    if ability not in found.__mro__:
        raise MissingAbility(f"{name} is no vendor that {ability.__name__}")
    return found


def has_ability(name: str, ability: type[Vendor]) -> bool:
    """Return whether there is a vendor of that name with that ability, configured or not."""
    try:
        vendor_type(name, ability)
    except UnknownVendor:
        return False
    return True


def as_able(vendor: Vendor, ability: type[V]) -> V:
    """Return the vendor as one that has that ability. Raises MissingAbility."""
    if ability not in type(vendor).__mro__:
        raise MissingAbility(f"{vendor.name} is no vendor that {ability.__name__}")
    return cast(V, vendor)


def vendors_with(ability: type[Vendor], *, configured: bool = False) -> list[str]:
    """Return the names of the vendors that have that ability; with `configured` only those whose settings are there."""
    names = [name for name in settings.VENDORS if has_ability(name, ability)]
    return [name for name in names if vendor_type(name, ability).is_configured()] if configured else names


def vendor_names() -> list[str]:
    """Return the names of all vendors that the project knows, configured or not."""
    return list(settings.VENDORS)


def vendor_title(name: str) -> str:
    """Return what the vendor calls itself, for people; the registry's name where it is gone."""
    return vendor_type(name, Vendor).title if has_ability(name, Vendor) else name


def setting_name(vendor: str, name: str) -> str:
    """Return what a setting of the vendor is called: its own, such as <VENDOR>_REQUESTS_PER_MINUTE, else the one that
    all accounts of its system share (`settings_prefix`), such as <PREFIX>_URL.
    """
    own = f"{vendor.upper().replace('-', '_')}_{name}"
    if hasattr(settings, own) or not has_ability(vendor, Vendor):
        return own
    return f"{vendor_type(vendor, Vendor).settings_prefix}_{name}"


def vendor_setting(vendor: str, name: str, default: Any) -> Any:
    """Return a setting of the vendor."""
    return getattr(settings, setting_name(vendor, name), default)
