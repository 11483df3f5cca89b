"""The accounts as each process remembers them: asked all the time, read from the database every two seconds at most.

What is up to two seconds old does no harm: a new order may still be planned at the account that its shop had before,
and a token belongs to the credentials that it was got with (`engine/services/tokens.py`).
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.conf import settings

from backoffice.model_fields import KeyMissing
from backoffice.vendor_accounts.models import ShopAccount, VendorAccount
from backoffice.vendors.auth import origin
from backoffice.vendors.kept_accounts import KeptAccount
from backoffice.vendors.registry import setting_name, vendor_title

FRESH_SECONDS = 2.0
# A name that is not known may be of an account that another process has just made.
FRESH_FOR_UNKNOWN_SECONDS = 0.2


@dataclass(frozen=True)
class Known:
    """What was read at once; `of_shops` names an account by shop and vendor."""

    accounts: Mapping[str, KeptAccount] = field(default_factory=dict)
    of_shops: Mapping[tuple[int, str], str] = field(default_factory=dict)
    read_at: float = float("-inf")


class RememberedAccounts:
    """The `AccountSource` of all processes."""

    def __init__(self) -> None:
        self._known = Known()

    def find(self, name: str) -> KeptAccount | None:
        known = self._read(FRESH_SECONDS)
        if name not in known.accounts:
            known = self._read(min(FRESH_SECONDS, FRESH_FOR_UNKNOWN_SECONDS))
        return known.accounts.get(name)

    def every(self) -> Sequence[KeptAccount]:
        return [*self._read(FRESH_SECONDS).accounts.values()]

    def of_shop(self, shop_id: int, vendor: str) -> str:
        """Return the account of the shop at the vendor; the vendor's name where it has none of its own."""
        return self._read(FRESH_SECONDS).of_shops.get((shop_id, vendor), vendor)

    def forget(self) -> None:
        """Read it anew when somebody asks next."""
        self._known = Known()

    def pin(self, known: Known) -> None:
        """Take this for what was read just now."""
        self._known = known

    def _read(self, seconds: float) -> Known:
        known = self._known
        if time.monotonic() - known.read_at <= seconds:
            return known
        before = known.accounts
        read_at = time.monotonic()
        accounts = {account.name: _same_or(account, before.get(account.name)) for account in _read_accounts()}
        rows = ShopAccount.objects.values_list("shop_id", "vendor", "account__name")
        self._known = known = Known(accounts, {(shop, vendor): name for shop, vendor, name in rows}, read_at)
        return known


def _same_or(account: KeptAccount, before: KeptAccount | None) -> KeptAccount:
    """Return the one that is known already where nothing has changed: classes are made of these."""
    return before if before is not None and before == account else account


def _read_accounts() -> list[KeptAccount]:
    rows = VendorAccount.objects.order_by("pk")
    try:
        return [_kept(row, row.credentials) for row in rows]
    except KeyMissing:
        # One that no key opens must not take the others with it: it is not set up, and nothing leaves from it.
        return [_kept(row, _opened(row)) for row in rows.defer("credentials")]


def _opened(row: VendorAccount) -> dict[str, object]:
    try:
        return dict(row.credentials)
    except KeyMissing:
        return {}


def _kept(row: VendorAccount, credentials: Mapping[str, object]) -> KeptAccount:
    values = {} if row.retired_at else dict(credentials)
    if row.requests_per_minute:
        values[setting_name(row.vendor, "REQUESTS_PER_MINUTE")] = row.requests_per_minute
    if not _is_usual_address(row.vendor, values):
        # What the environment says of its sandbox is said of its own address.
        values[setting_name(row.vendor, "SANDBOX")] = False
    return KeptAccount(
        name=row.name,
        vendor=row.vendor,
        title=f"{vendor_title(row.vendor)} · {row.title}",
        values=values,
        fingerprint=str(row.version),
        is_retired=row.retired_at is not None,
    )


def _is_usual_address(vendor: str, values: Mapping[str, object]) -> bool:
    setting = setting_name(vendor, "URL")
    own = str(values.get(setting) or "")
    return not own or origin(own) == origin(str(getattr(settings, setting, "")))


ACCOUNTS = RememberedAccounts()
