"""Start-up checks: what is missing or contradictory in the settings, with a hint each."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register
from django.utils.module_loading import import_string

from backoffice.vendors.abilities import CallsSecretAddresses, Vendor
from backoffice.vendors.explaining import find_catalogue_faults
from backoffice.vendors.registry import vendor_names, vendor_type, vendors_with


def find_missing_classes() -> list[str]:
    """Return a line for each setting that names a class which cannot be loaded."""
    try:
        import_string(settings.LABEL_SOURCE)
    except ImportError as error:
        return [f"LABEL_SOURCE: {error}."]
    return []


@register(Tags.admin)
def load_staff_pages(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Load the staff pages for Django's own checks of them, which come next and see only what is loaded."""
    import_module(settings.ROOT_URLCONF)
    return []


@register()
def check_lease(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """Warn when a lease does not outlive the longest call: slow responses would be taken for lost workers."""
    longest = settings.VENDOR_CONNECT_TIMEOUT + settings.VENDOR_READ_TIMEOUT
    if longest < settings.PUSH_LEASE_SECONDS:
        return []
    return [
        Warning(
            f"PUSH_LEASE_SECONDS ({settings.PUSH_LEASE_SECONDS}) should exceed connect plus read time-out ({longest}).",
            hint="Raise PUSH_LEASE_SECONDS or lower VENDOR_READ_TIMEOUT.",
            id="backoffice.W002",
        )
    ]


@register()
def check_vendor_settings(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """Report unusable entries of a vendor's settings: the vendor's class names them, and quotes no secret."""
    return [
        Warning(fault, hint="See .env.example.", id="backoffice.W003")
        for name in vendor_names()
        for fault in vendor_type(name, Vendor).find_setting_faults()
    ]


@register()
def check_error_catalogue(app_configs: Any, **kwargs: Any) -> list[Error]:
    """Report entries of the catalogue of vendors' errors that cannot be right, by vendor or file."""
    hint = "See backoffice/vendors/known_errors.py."
    return [Error(fault, hint=hint, id="backoffice.E001") for fault in find_catalogue_faults()]


@register(deploy=True)
def check_callback_secret(app_configs: Any, **kwargs: Any) -> list[Warning]:
    """Warn when a vendor in use cannot authenticate itself; its accounts may share the secret."""
    found = [vendor_type(name, CallsSecretAddresses).find_weak_secret() for name in vendors_with(CallsSecretAddresses)]
    hint = "The vendor signs nothing; the secret alone protects the callback address."
    return [Warning(fault, hint=hint, id="backoffice.W001") for fault in dict.fromkeys(found) if fault]
