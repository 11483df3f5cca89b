"""What every vendor offers and what it is given.

A vendor package sees no model: all it needs of the outside comes in through `Connection`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from django.utils.functional import Promise

from backoffice.vendors.messages import Message


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


class Gate(Protocol):
    """Stands before every call: shared allowance, breaker, pause. Raises `BudgetEmpty`.

    `write`: the call changes something at the vendor, so a pause stops it.
    """

    def enter(self, *, write: bool) -> None: ...

    def succeeded(self, *, write: bool) -> None: ...

    def failed(self, *, write: bool, text: str) -> None: ...

    def throttled(self, *, retry_after: float, took: float) -> None: ...


class TokenStore(Protocol):
    """One token shared by all workers."""

    def get(self) -> str | None:
        """The current token, None when there is none or it ends soon."""
        ...

    def renew(self, *, stale: str | None, fetch: Callable[[], tuple[str, float]]) -> str:
        """Replace `stale` by what `fetch` gives (token, seconds it lives); of many callers at once one fetches."""
        ...


class Experience(Protocol):
    """What was found out about a vendor where its documents contradict each other; shared by all workers and kept."""

    def get(self, name: str) -> str:
        """Return what was found; empty when nothing was yet."""
        ...

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

    gate: Gate
    tokens: TokenStore
    record: Callable[[Exchange], None] = field(default=lambda exchange: None)
    patience: float | None = None
    experience: Experience = field(default_factory=NoExperience)


@dataclass(frozen=True)
class CallbackRequest:
    """What of an incoming request a vendor may look at: header names in lower case, the body as it came.

    `recipient` is the address's last part where the vendor calls one for each shop (`ADDRESSED_BY_SHOP`), `secrets`
    are those that we keep of its webhooks (`SIGNS_WEBHOOKS`).
    """

    topic: str
    headers: Mapping[str, str]
    body: bytes
    recipient: str = ""
    secrets: tuple[str, ...] = ()


class InvalidCallback(ValueError):
    """The body cannot be read; the text says why."""


class CallsNobody:
    """Mixed into a vendor that never calls us: what claims to come from it does not."""

    @classmethod
    def is_callback_path(cls, token: str) -> bool:
        return token == ""

    @classmethod
    def verify_callback(cls, request: CallbackRequest) -> bool:
        return False

    @classmethod
    def callback_key(cls, topic: str, body: bytes) -> str | None:
        return None

    @classmethod
    def read_callback(cls, topic: str, body: bytes) -> tuple[Message, ...]:
        raise InvalidCallback("This vendor sends no callbacks.")


class Vendor(Protocol):
    """The part that every vendor has. Abilities (placing orders, catalogue ...) are methods beside it."""

    name: str
    # For people: what it is called, and one line of what it does.
    title: str
    purpose: Promise

    def __init__(self, connection: Connection) -> None: ...

    @classmethod
    def is_configured(cls) -> bool: ...

    def check(self) -> str:
        """Ask the vendor something harmless; answer what it said. Raises VendorError."""
        ...
