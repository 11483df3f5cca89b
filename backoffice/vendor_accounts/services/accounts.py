"""Accounts at vendors: made, changed, their credentials changed, given to shops, removed.

Whose account it is at the vendor (address and identity) is fixed once anything was sent from it: with other credentials
for the same name, a search for a lost answer would look in the wrong place. Before that the address may change, and its
secrets are then asked for again: a host is shown only what was entered for it.
"""

import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback, Push, VendorToken, WebhookSubscription
from backoffice.engine.services.limiter import try_credentials_again
from backoffice.errors import ELIGIBLE, Conflict, Eligibility, Errors, InvalidInput, add_error, ineligible
from backoffice.text.translatable import gettext as _
from backoffice.vendor_accounts import hooks
from backoffice.vendor_accounts.models import ShopAccount, VendorAccount
from backoffice.vendor_accounts.models.account import LONGEST_NAME
from backoffice.vendor_accounts.services.checking import (
    check_values,
    fields_of,
    fixed_of,
    identity_of,
    other_with_identity,
)
from backoffice.vendor_accounts.services.remembering import ACCOUNTS
from backoffice.vendors.kept_accounts import SEPARATOR, FieldKind

logger = logging.getLogger(__name__)

MOST_ACCOUNTS = 200  # of one vendor
SECRET_BYTES = 32


@dataclass(frozen=True)
class AccountValues:
    """What people choose of an account. A secret that is empty stays as it is; another host asks for it again."""

    title: str
    shops: Sequence[Shop] = ()
    requests_per_minute: float | None = None
    credentials: Mapping[str, Any] = field(default_factory=dict, repr=False)


@transaction.atomic
def add_account(vendor: str, values: AccountValues, *, actor: str) -> VendorAccount:
    """Return a new account at the vendor, which its shops use for new orders from now on. Secrets that vendors show us
    are made here. Raise InvalidInput; Conflict beyond MOST_ACCOUNTS.
    """
    used = VendorAccount.objects.select_for_update().filter(vendor=vendor)
    if sum(row.retired_at is None for row in used) >= MOST_ACCOUNTS:
        raise Conflict(_("A vendor can have at most %(count)d accounts here.") % {"count": MOST_ACCOUNTS})
    account = VendorAccount(vendor=vendor, name=_free_name(vendor, values.title), created_by=actor)
    credentials = _merged(account, values.credentials)
    _check(account, values, credentials)
    for made in fields_of(vendor):
        if made.kind == FieldKind.MADE and not made.setting.endswith("_PREVIOUS"):
            credentials[made.setting] = secrets.token_urlsafe(SECRET_BYTES)
    account.title, account.requests_per_minute = values.title, values.requests_per_minute
    account.credentials = credentials
    account.save(force_insert=True)
    _give(account, values.shops)
    _changed("Account %s was made by %s.", account, actor)
    return account


@transaction.atomic
def change_account(account: VendorAccount, values: AccountValues, *, actor: str) -> VendorAccount:
    """Change what was chosen: orders that are planned already stay where they are. Raise InvalidInput, also for
    another identity once anything was sent from the account, and IllegalTransition for one that was removed.
    """
    account = _locked(account)
    before = dict(account.credentials)
    credentials = _merged(account, values.credentials)
    _check(account, values, credentials)
    if credentials != before:
        _set_credentials(account, credentials, actor=actor)
    account.title, account.requests_per_minute = values.title, values.requests_per_minute
    account.save()
    _give(account, values.shops)
    _changed("Account %s was changed by %s.", account, actor)
    return account


@transaction.atomic
def renew_callback_secret(account: VendorAccount, *, actor: str) -> VendorAccount:
    """Have the vendor show another secret with its callbacks; the one before stays valid until the next change, as
    orders that are under way carry it.
    """
    account = _locked(account)
    credentials = dict(account.credentials)
    for made in fields_of(account.vendor):
        if made.kind == FieldKind.MADE and not made.setting.endswith("_PREVIOUS"):
            credentials[f"{made.setting}_PREVIOUS"] = credentials.get(made.setting, "")
            credentials[made.setting] = secrets.token_urlsafe(SECRET_BYTES)
    account.credentials = credentials
    account.save(update_fields=["credentials"])
    _changed("The secret of callbacks of account %s was renewed by %s.", account, actor)
    return account


def can_remove_account(account: VendorAccount) -> Eligibility:
    """Return whether nothing needs it any more."""
    if account.retired_at is not None:
        return ineligible(_("This account was removed."))
    if shops := [str(row.shop) for row in account.shop_accounts.select_related("shop")]:
        return ineligible(
            _("Used by: %(shops)s. Assign another account to these shops first.") % {"shops": ", ".join(shops)}
        )
    if Push.objects.filter(vendor=account.name).open().exists():
        return ineligible(_("Requests from this account are still waiting to be sent."))
    if WebhookSubscription.objects.filter(vendor=account.name, ended_at__isnull=True).exists():
        return ineligible(_("This account still has webhooks at the vendor. End them first."))
    if reason := next(filter(None, (use(account.name) for use in hooks.uses)), ""):
        return ineligible(reason)
    return ELIGIBLE


@transaction.atomic
def remove_account(account: VendorAccount, *, actor: str) -> None:
    """Remove its credentials for good; its name stays with what was sent from it. Raise IllegalTransition while
    anything needs it.
    """
    account = _locked(account)
    can_remove_account(account).ensure()
    account.credentials, account.retired_at = {}, timezone.now()
    account.save(update_fields=["credentials", "retired_at"])
    VendorToken.objects.filter(vendor=account.name).delete()
    _changed("Account %s was removed by %s.", account, actor)


def was_used(account: VendorAccount) -> bool:
    """Return whether anything was sent from it, came to it or lies there: then it stays the same one at the vendor."""
    rows = (Push.objects.filter(vendor=account.name), Callback.objects.filter(vendor=account.name))
    return any(some.exists() for some in rows) or any(trace(account.name) for trace in hooks.traces)


def _locked(account: VendorAccount) -> VendorAccount:
    locked = VendorAccount.objects.select_for_update().get(pk=account.pk)
    if locked.retired_at is not None:
        ineligible(_("This account was removed.")).ensure()
    return locked


def _merged(account: VendorAccount, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the credentials with what was given; a secret that was left empty stays."""
    merged = dict(account.credentials or {})
    for one in fields_of(account.vendor):
        if one.setting in given and (given[one.setting] or not one.is_secret):
            merged[one.setting] = given[one.setting]
    return {setting: value for setting, value in merged.items() if value}


def _kept_secrets(account: VendorAccount, given: Mapping[str, Any]) -> list[str]:
    """Return the settings whose secrets, entered by people, would stay as they are."""
    entered = [one.setting for one in fields_of(account.vendor) if one.is_secret and one.kind != FieldKind.MADE]
    return [setting for setting in entered if account.credentials.get(setting) and not given.get(setting)]


def _check(account: VendorAccount, values: AccountValues, credentials: Mapping[str, Any]) -> None:
    errors = check_values(account, values.title, values.requests_per_minute, credentials)
    _ensure_none(errors)
    before, after = (fixed_of(account.vendor, known or {}) for known in (account.credentials, credentials))
    if account.pk and before != after and was_used(account):
        text = _(
            "Orders were sent from this account, so it must stay the same account at the vendor. Add another one "
            "instead."
        )
        errors.setdefault(after.setting, []).append(text)
    elif account.pk and before.host != after.host:
        for setting in _kept_secrets(account, values.credentials):
            add_error(errors, setting, _("Enter this again: the saved value belongs to the previous address."))
    if other := other_with_identity(account, credentials):
        text = _("This is already the account %(other)s.") % {"other": other}
        errors.setdefault(identity_of(account.vendor, credentials).setting, []).append(text)
    _ensure_none(errors)


def _ensure_none(errors: Errors) -> None:
    if errors:
        raise InvalidInput(_("The account cannot be saved like this."), errors=errors)


def _set_credentials(account: VendorAccount, credentials: dict[str, Any], *, actor: str) -> None:
    account.credentials = credentials
    account.version += 1
    account.changed_by, account.changed_at = actor, timezone.now()
    VendorToken.objects.filter(vendor=account.name).delete()
    try_credentials_again(account.name)


def _give(account: VendorAccount, shops: Sequence[Shop]) -> None:
    """Have these shops use it, and no others."""
    account.shop_accounts.exclude(shop__in=[shop.pk for shop in shops]).delete()
    rows = [ShopAccount(shop=shop, vendor=account.vendor, account=account) for shop in shops]
    ShopAccount.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["shop", "vendor"], update_fields=["account"]
    )


def _free_name(vendor: str, title: str) -> str:
    """Return a name that no account ever had: the vendor's, and a word of the title behind it."""
    room = LONGEST_NAME - len(vendor) - len(SEPARATOR)
    word = slugify(title).replace("_", "-")[:room].strip("-") or "1"
    taken = set(VendorAccount.objects.filter(vendor=vendor).values_list("name", flat=True))
    name, number = f"{vendor}{SEPARATOR}{word}", 1
    while name in taken:
        number += 1
        name = f"{vendor}{SEPARATOR}{word[: room - len(str(number)) - 1].strip('-')}-{number}"
    return name


def _changed(text: str, account: VendorAccount, actor: str) -> None:
    """Let this process see it at once, others within two seconds."""
    logger.warning(text, account.name, actor)
    ACCOUNTS.forget()
    transaction.on_commit(ACCOUNTS.forget)
