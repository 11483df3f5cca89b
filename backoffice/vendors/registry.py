"""Finds vendors by name and by what they offer, from `settings.VENDORS`; a class is loaded on first use.

Accounts that take test orders stand apart, in `settings.TEST_VENDORS`: they are found by their names only, so that
nothing which goes through all vendors ever takes one of them for a vendor that makes something. So do the accounts that
are kept beside those of the environment (`kept_accounts.py`): `vendors_with` names vendors, `accounts_with` accounts.
"""

from types import new_class
from typing import Any, TypeVar, cast

from django.conf import settings
from django.utils.module_loading import import_string

from backoffice.vendors.base import Vendor
from backoffice.vendors.kept_accounts import (
    SEPARATOR,
    AccountSettings,
    AccountSource,
    FieldKind,
    KeptAccount,
    NoAccounts,
)

V = TypeVar("V", bound=Vendor)
# Who takes test orders of vendors without a sandbox.
SIMULATED = "simulated"
_source: AccountSource = NoAccounts()
_types: dict[str, tuple[KeptAccount, type[Vendor]]] = {}


class UnknownVendor(LookupError):
    """No vendor of that name in the settings."""


class MissingAbility(UnknownVendor):
    """The vendor is known, and does not offer that."""


def vendor_type(name: str, ability: type[V]) -> type[V]:
    """Return the vendor's class, as one that has that ability. Raises UnknownVendor, MissingAbility.

    `Vendor` is what all have.
    """
    found = cast(type[V], _type_of(name))
    # By its bases: what a class happens to have methods for, it does not offer.
    if ability not in found.__mro__:
        raise MissingAbility(f"{name!r} is no vendor that {ability.__name__}")
    return found


def use_accounts(source: AccountSource) -> None:
    """Find accounts beside those of the environment there, from now on."""
    global _source
    _source = source


def find_account(name: str) -> KeptAccount | None:
    """Return the kept account of that name; None for vendors, accounts of the environment and names of nobody."""
    return _source.find(name) if SEPARATOR in name else None


def kept_accounts() -> list[KeptAccount]:
    """Return the accounts that are kept beside those of the environment, retired ones too."""
    return list(_source.every())


def _type_of(name: str) -> type[Vendor]:
    path = settings.VENDORS.get(name) or settings.TEST_VENDORS.get(name)
    if path is not None:
        found: type[Vendor] = import_string(path)
        return found
    account = find_account(name)
    if account is None or account.vendor not in (*settings.VENDORS, *settings.TEST_VENDORS):
        raise UnknownVendor(name)
    known = _types.get(name)
    if known is None or known[0] is not account:
        known = _types[name] = (account, _make_type(account))
    return known[1]


def _make_type(account: KeptAccount) -> type[Vendor]:
    """Return the class of the account's vendor with the account's name, title and settings. What it has no value of is
    empty, never another account's.
    """
    base = _type_of(account.vendor)
    # An address that was left out is the usual one.
    own = {field.setting: field.nothing for field in base.ACCOUNT_FIELDS if field.kind != FieldKind.ADDRESS}
    own |= {name: value for name, value in account.values.items() if value != ""}
    body = {"name": account.name, "title": account.title, "settings": AccountSettings(own)}
    return new_class(base.__name__, (base,), exec_body=lambda namespace: namespace.update(body))


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
        raise MissingAbility(f"{vendor.name!r} is no vendor that {ability.__name__}")
    return cast(V, vendor)


def vendors_with(ability: type[Vendor], *, configured: bool = False) -> list[str]:
    """Return the names of the vendors that have that ability; with `configured` only those whose settings are there."""
    names = [name for name in settings.VENDORS if has_ability(name, ability)]
    return [name for name in names if vendor_type(name, ability).is_configured()] if configured else names


def vendor_names() -> list[str]:
    """Return the names of all vendors that the project knows, configured or not."""
    return list(settings.VENDORS)


def test_names() -> list[str]:
    """Return the names of the environment's accounts for tests, set up or not."""
    return list(settings.TEST_VENDORS)


def account_names() -> list[str]:
    """Return the names under which anything may be on its way or kept: of all vendors, and of accounts for tests."""
    return [*settings.VENDORS, *settings.TEST_VENDORS, *(account.name for account in kept_accounts())]


def names_for(*, tests: bool) -> list[str]:
    """Return the names of the accounts that orders of that mode can be at."""
    names = settings.TEST_VENDORS if tests else settings.VENDORS
    return [*names, *(account.name for account in kept_accounts() if account.vendor in names)]


def accounts_of(vendor: str) -> list[str]:
    """Return the names of its accounts: the environment's, which bears the vendor's name, and those that are kept."""
    return [vendor, *(account.name for account in kept_accounts() if account.vendor == vendor)]


def live_accounts(ability: type[Vendor], *, configured: bool = False) -> list[str]:
    """Return the accounts of the vendors with that ability, kept ones too; none for tests. With `configured` only those
    that are set up.
    """
    names = [name for vendor in vendors_with(ability) for name in accounts_of(vendor)]
    return [name for name in names if _is_configured(name)] if configured else names


def vendors_in_use(ability: type[Vendor]) -> list[str]:
    """Return the vendors with that ability of which any account is set up."""
    return [name for name in vendors_with(ability) if any(map(_is_configured, accounts_of(name)))]


def _is_configured(name: str) -> bool:
    return has_ability(name, Vendor) and vendor_type(name, Vendor).is_configured()


def sandbox_names() -> list[str]:
    """Return the accounts for tests that are set up at a vendor of their own."""
    return [name for name in settings.TEST_VENDORS if name != SIMULATED and vendor_type(name, Vendor).is_configured()]


def accounts_with(ability: type[Vendor]) -> list[str]:
    """Return the configured accounts that have that ability: of vendors, those for tests, and those that are kept."""
    return [name for name in account_names() if has_ability(name, ability) and _is_configured(name)]


def account_for_tests(vendor: str) -> str:
    """Return the account that takes the vendor's test orders: its sandbox where one is set up, else the simulator.
    Raises UnknownVendor.
    """
    own = vendor_type(vendor, Vendor).TEST_ACCOUNT
    return own if own and vendor_type(own, Vendor).is_configured() else SIMULATED


def vendor_behind(account: str) -> str:
    """Return the vendor whose account it is, be it one for tests; the name itself where it is a vendor's."""
    kept = find_account(account)
    name = kept.vendor if kept else account
    return next((vendor for vendor in settings.VENDORS if name == vendor_type(vendor, Vendor).TEST_ACCOUNT), name)


def is_for_tests(vendor: str) -> bool:
    """Return whether it is an account for tests; not where the name is unknown."""
    return has_ability(vendor, Vendor) and vendor_type(vendor, Vendor).FOR_TESTS


def vendor_title(name: str) -> str:
    """Return what the vendor calls itself, for people; the registry's name where it is gone."""
    return vendor_type(name, Vendor).title if has_ability(name, Vendor) else name


def setting_name(vendor: str, name: str) -> str:
    """Return what a setting of the vendor is called: its own, such as <VENDOR>_REQUESTS_PER_MINUTE, else the one that
    all accounts of its system share (`settings_prefix`), such as <PREFIX>_URL. A kept account's are called the same.
    """
    if kept := find_account(vendor):
        return setting_name(kept.vendor, name)
    own = f"{vendor.upper().replace('-', '_')}_{name}"
    if hasattr(settings, own) or not has_ability(vendor, Vendor):
        return own
    return f"{vendor_type(vendor, Vendor).settings_prefix}_{name}"


def vendor_setting(vendor: str, name: str, default: Any) -> Any:
    """Return a setting of the vendor."""
    seen = vendor_type(vendor, Vendor).settings if find_account(vendor) else settings
    return getattr(seen, setting_name(vendor, name), default)


def fingerprint_of(name: str) -> str:
    """Return what changes with the account's credentials; empty for the accounts of the environment."""
    kept = find_account(name)
    return kept.fingerprint if kept else ""
