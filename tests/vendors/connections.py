"""What a vendor package is given of the outside, in memory: a gate that takes notes, one token, the exchanges."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from backoffice.vendors.base import Connection, Exchange


@dataclass
class NotingLimiter:
    """Lets everybody in and writes down what it is told; `closed` is raised instead, when set."""

    events: list[Any] = field(default_factory=list)
    closed: Exception | None = None

    def acquire(self, *, write: bool) -> None:
        if self.closed:
            raise self.closed
        self.events.append(("acquire", write))

    def succeeded(self, *, write: bool) -> None:
        self.events.append(("succeeded", write))

    def failed(self, *, write: bool, text: str) -> None:
        self.events.append(("failed", write))

    def throttled(self, *, retry_after: float, took: float) -> None:
        self.events.append(("throttled", retry_after))


@dataclass
class MemoryTokens:
    """A token store for threads: of many that find the token stale, one fetches."""

    token: str | None = None
    life: float = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self) -> str | None:
        return self.token

    def renew(self, *, stale: str | None, fetch: Callable[[], tuple[str, float]]) -> str:
        with self.lock:
            if self.token is None or self.token == stale:
                self.token, self.life = fetch()
            return self.token


@dataclass
class Outside:
    """All three together, ready to be looked into."""

    limiter: NotingLimiter = field(default_factory=NotingLimiter)
    tokens: MemoryTokens = field(default_factory=MemoryTokens)
    exchanges: list[Exchange] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        return Connection(limiter=self.limiter, tokens=self.tokens, record=self.exchanges.append)

    def patient(self, seconds: float) -> Connection:
        """Return the same while somebody waits that long for each answer: then nothing is repeated."""
        return replace(self.connection, patience=seconds)
