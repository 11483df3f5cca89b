"""What an account has to have, and whether it is one that we have already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from backoffice.errors import Errors, add_error
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendor_accounts.models import VendorAccount
from backoffice.vendor_accounts.models.account import LONGEST_ADDRESS, LONGEST_TITLE
from backoffice.vendors.addresses import UnsafeUrl, check_public_url
from backoffice.vendors.auth import origin
from backoffice.vendors.base import Vendor
from backoffice.vendors.kept_accounts import AccountField, FieldKind
from backoffice.vendors.registry import vendor_title, vendor_type

LONGEST_VALUE = 500
MOST_LINES = 200
MOST_PER_MINUTE = 100_000.0


@dataclass(frozen=True)
class AccountIdentity:
    """What tells one account at a vendor from another, and the setting that complaints about it are shown at."""

    setting: str
    host: tuple[str, str, int | None]
    values: tuple[str, ...]


def fields_of(vendor: str) -> tuple[AccountField, ...]:
    """Return the settings of which each account of the vendor has its own."""
    return vendor_type(vendor, Vendor).ACCOUNT_FIELDS


def check_values(
    account: VendorAccount, title: str, requests_per_minute: float | None, credentials: Mapping[str, Any]
) -> Errors:
    """Return what is wrong, by field."""
    errors: Errors = {}
    same = VendorAccount.objects.filter(vendor=account.vendor, title=title, retired_at__isnull=True)
    if not title or len(title) > LONGEST_TITLE:
        add_error(errors, "title", _("A name must have 1 to %(most)d characters.") % {"most": LONGEST_TITLE})
    elif same.exclude(pk=account.pk).exists():
        add_error(errors, "title", _("Another account of this vendor already has this name."))
    if requests_per_minute is not None and not 1 <= requests_per_minute <= MOST_PER_MINUTE:
        text = _("Calls per minute: 1 to %(most)d, or empty.") % {"most": int(MOST_PER_MINUTE)}
        add_error(errors, "requests_per_minute", text)
    for field in fields_of(account.vendor):
        if text := _complaint(field, credentials.get(field.setting) or field.nothing):
            add_error(errors, field.setting, text)
    return errors


def _complaint(field: AccountField, value: Any) -> str:
    lines = [value] if isinstance(value, str) else list(value)
    if field.kind == FieldKind.ADDRESS:
        return _about_address(value)
    if field.is_required and not any(lines) and field.kind != FieldKind.MADE:
        return _("This value is required.")
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_VALUE for line in lines):
        text = _("At most %(characters)d characters per line and %(lines)d lines.")
        return text % {"characters": LONGEST_VALUE, "lines": MOST_LINES}
    return ""


def _about_address(url: str) -> str:
    if len(url) > LONGEST_ADDRESS:
        return _("An address can have at most %(most)d characters.") % {"most": LONGEST_ADDRESS}
    try:
        if url:
            check_public_url(url, schemes=("https",))
    except UnsafeUrl as unsafe:
        return text_of(unsafe)
    return ""


def identity_of(vendor: str, credentials: Mapping[str, Any]) -> AccountIdentity:
    """Return what tells the account from others; by its secrets where a vendor numbers no accounts."""
    fields = fields_of(vendor)
    secret = [field for field in fields if field.is_required and field.is_secret]
    return _identity([field for field in fields if field.kind == FieldKind.IDENTITY] or secret, fields, credentials)


def fixed_of(vendor: str, credentials: Mapping[str, Any]) -> AccountIdentity:
    """Return what never changes once an account was used: where it is, and its number where the vendor gives one."""
    fields = fields_of(vendor)
    return _identity([field for field in fields if field.kind == FieldKind.IDENTITY], fields, credentials)


def _identity(
    telling: Sequence[AccountField], fields: Sequence[AccountField], credentials: Mapping[str, Any]
) -> AccountIdentity:
    address = next(field.setting for field in fields if field.kind == FieldKind.ADDRESS)
    url = str(credentials.get(address) or getattr(settings, address, ""))
    values = tuple(str(credentials.get(field.setting) or field.nothing) for field in telling)
    return AccountIdentity(telling[0].setting if telling else address, origin(url), values)


def other_with_identity(account: VendorAccount, credentials: Mapping[str, Any]) -> str:
    """Return the title of another account of ours that is the same one at the vendor; empty for none. Two of ours would
    each take the orders of the other for strangers.
    """
    identity = identity_of(account.vendor, credentials)
    if not any(identity.values):
        return ""
    usual = {field.setting: getattr(settings, field.setting, "") for field in fields_of(account.vendor)}
    if identity == identity_of(account.vendor, usual):
        return vendor_title(account.vendor)
    others = VendorAccount.objects.filter(vendor=account.vendor, retired_at__isnull=True).exclude(pk=account.pk)
    return next((str(row) for row in others if identity_of(row.vendor, row.credentials) == identity), "")
