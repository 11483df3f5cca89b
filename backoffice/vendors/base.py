"""What every vendor offers and what it is given.

A vendor package sees no model: all it needs of the outside comes in through `Connection`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol

from django.conf import settings as all_settings
from django.utils.functional import Promise

from backoffice.vendors.kept_accounts import AccountField
from backoffice.vendors.known_errors import KnownError


@dataclass(frozen=True)
class Exchange:
    """One request and what came back, secrets masked, cut to size: kept as the record of an attempt.

    `started_at` and `duration_ms` are the worker's clock; `status` is None when no answer came. `has_effect`: it may
    have changed something at the vendor, whatever its verb. `error` says what broke, also in the midst of an answer.
    """

    method: str
    url: str
    started_at: datetime
    duration_ms: int
    request: str = ""
    status: int | None = None
    answer: str = ""
    error: str = ""
    has_effect: bool = False


class Limiter(Protocol):
    """Stands before every call: shared rate limit, breaker, pause. Raises `RateLimited`.

    `write`: the call changes something at the vendor, so a pause stops it.
    """

    def acquire(self, *, write: bool) -> None: ...

    def succeeded(self, *, write: bool) -> None: ...

    def failed(self, *, write: bool, text: str) -> None: ...

    def throttled(self, *, retry_after: float, took: float) -> None: ...


class TokenStore(Protocol):
    """One token shared by all workers."""

    def get(self) -> str | None:
        """Return the current token, None when there is none or it ends soon."""

    def renew(self, *, stale: str | None, fetch: Callable[[], tuple[str, float]]) -> str:
        """Replace `stale` by what `fetch` gives (token, seconds it lives); of many callers at once one fetches."""


class Experience(Protocol):
    """What was found out about a vendor where its documents contradict each other; shared by all workers and kept."""

    def get(self, name: str) -> str:
        """Return what was found; empty when nothing was yet."""

    def keep(self, name: str, value: str) -> None: ...


class NoExperience:
    """Nothing was found out, and nothing is kept."""

    def get(self, name: str) -> str:
        return ""

    def keep(self, name: str, value: str) -> None:
        return


@dataclass(frozen=True)
class Connection:
    """All that a vendor package needs of the outside.

    `patience` is set while somebody waits for the answer: then each call may take that many seconds, and no call is
    repeated.
    """

    limiter: Limiter
    tokens: TokenStore
    record: Callable[[Exchange], None] = field(default=lambda exchange: None)
    patience: float | None = None
    experience: Experience = field(default_factory=NoExperience)


@dataclass(frozen=True)
class CallbackRequest:
    """What of an incoming request a vendor may look at: header names in lower case, the body as it came.

    `recipient` is the address's last part where the vendor calls one for each shop (`ADDRESSED_BY_SHOP`), `secrets`
    are those that we keep of its webhooks (`ManagesWebhooks`).
    """

    topic: str
    headers: Mapping[str, str]
    body: bytes
    recipient: str = ""
    secrets: tuple[str, ...] = ()


class InvalidCallback(ValueError):
    """The body cannot be read; the text says why."""


class Vendor(Protocol):
    """What every vendor is. All else that it may offer is an ability (`vendors/abilities/`)."""

    # The name in `settings.VENDORS` or `settings.TEST_VENDORS`, under which rows keep it.
    name: ClassVar[str]
    # For people: what it is called, one line of what it does, and what to do by hand after a restore from a backup.
    title: ClassVar[str]
    purpose: ClassVar[Promise]
    after_restore: ClassVar[Promise | str] = ""
    # What its settings begin with; several accounts of one vendor may share them (see `vendor_setting`).
    settings_prefix: ClassVar[str]
    # What it sees of the settings: an account beside the environment's has credentials of its own (`kept_accounts.py`).
    settings: ClassVar[Any] = all_settings
    # The settings of which each account has its own; none where there is one account only.
    ACCOUNT_FIELDS: ClassVar[tuple[AccountField, ...]] = ()
    # Whether it makes nothing: test orders go to such accounts only, and no other order does.
    FOR_TESTS: ClassVar[bool] = False
    # The name of the account that takes its test orders; empty where the vendor has no sandbox.
    TEST_ACCOUNT: ClassVar[str] = ""
    # Whether `check` asks the vendor anything.
    CHECK_ASKS: ClassVar[bool] = True
    # Whether `check` is a call made for being asked again and again: how the vendor is doing.
    HAS_STATUS: ClassVar[bool] = False
    # What it may answer when something is wrong, as people read it (`known_errors.py`).
    KNOWN_ERRORS: ClassVar[tuple[KnownError, ...]] = ()

    def __init__(self, connection: Connection) -> None: ...

    @classmethod
    def is_configured(cls) -> bool:
        """Return whether the settings that it needs are there."""

    @classmethod
    def find_setting_faults(cls) -> list[str]:
        """Return what is wrong in the settings, in words without any secret."""
        return []

    def check(self) -> str:
        """Call something harmless at the vendor and return its response as text. Raise VendorError."""
