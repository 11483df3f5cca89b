"""Faults switched on by rule: which request they hit and how often. What they do is in `mishaps`."""

import itertools
import random
import re
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

KINDS = (
    "status",  # answer `status` without doing the work
    "status_after",  # do the work, then answer `status`
    "hang",  # no work, no answer for `seconds`, then the connection closes
    "hang_after",  # the work is done, no answer for `seconds`, then the connection closes
    "late",  # nothing for `seconds`, only then the work is done and answered
    "cut_before",  # connection reset without the work
    "cut_after",  # the work is done, then connection reset
    "broken_json",  # the work is done, the answer is half a JSON text of honest length
    "truncated",  # the work is done, the answer ends before its Content-Length
    "slow_body",  # the work is done, the answer drips over `seconds`
    "html",  # the work is done, the answer is an HTML page with `status` (200)
    "empty",  # the work is done, the answer is `status` (200) without a body
    "revoked_token",  # 401, and the token that was sent is worth nothing from now on
    "too_many",  # 429, with Retry-After when `retry_after` is given
    "redirect",  # 307 to `location`
    "maintenance",  # 503 with mypromo's maintenance text
    "reworded",  # the work is done, and what matches each of `words` in the answer says something else
    "repeated",  # the work is done once; its answer is sent to all such requests
)


@dataclass(slots=True, kw_only=True)
class FaultRule:
    """One rule. All conditions must hold; the first rule that holds decides.

    `path` is a regular expression searched in the path below the base path; `nth` counts matching requests from 1
    (empty: every one); `times` ends the rule after so many hits (0: never); `probability` is drawn last. `words` are
    regular expressions, each with its replacement.
    """

    kind: str
    method: str = ""
    path: str = ""
    vendor: str = ""
    nth: list[int] = field(default_factory=list)
    probability: float = 1.0
    times: int = 0
    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 60.0
    retry_after: int | None = None
    location: str = ""
    words: dict[str, str] = field(default_factory=dict)
    id: int = 0
    seen: int = 0
    hits: int = 0

    def __post_init__(self) -> None:
        """Refuse a rule that could never do what it says. Raises ValueError."""
        if self.kind not in KINDS:
            raise ValueError(f"unknown fault: {self.kind}")
        if self.kind in ("status", "status_after") and not 200 <= self.status <= 599:
            raise ValueError(f"{self.kind} needs a status")
        if self.kind == "redirect" and not self.location:
            raise ValueError("redirect needs a location")
        try:
            re.compile(self.path)
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error

    def matches(self, vendor: str, method: str, path: str) -> bool:
        """Return whether the rule applies to the request."""
        if self.times and self.hits >= self.times:
            return False
        if (self.vendor and self.vendor != vendor) or (self.method and self.method.upper() != method):
            return False
        return re.search(self.path, path) is not None


class Faults:
    """The rules in force, with one seeded source of chance for all of them."""

    def __init__(self, *, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self._rules: list[FaultRule] = []
        self._ids = itertools.count(1)
        self._lock = threading.Lock()

    def add(self, kind: str, **conditions: Any) -> FaultRule:
        """Switch a fault on and return its rule, whose `hits` keep counting. Raises ValueError, TypeError."""
        rule = FaultRule(kind=kind, **conditions)
        with self._lock:
            rule.id = next(self._ids)
            self._rules.append(rule)
        return rule

    def remove(self, rule_id: int) -> None:
        """Switch one fault off; an unknown id is fine."""
        with self._lock:
            self._rules = [rule for rule in self._rules if rule.id != rule_id]

    def clear(self) -> None:
        """Switch every fault off."""
        with self._lock:
            self._rules = []

    def reseed(self, seed: int) -> None:
        """Begin the series of chances again."""
        with self._lock:
            self._random = random.Random(seed)

    def pick(self, vendor: str, method: str, path: str) -> FaultRule | None:
        """Return the rule that hits this request, counting it, or None."""
        with self._lock:
            for rule in self._rules:
                if not rule.matches(vendor, method, path):
                    continue
                rule.seen += 1
                if rule.nth and rule.seen not in rule.nth:
                    continue
                if rule.probability < 1 and self._random.random() >= rule.probability:
                    continue
                rule.hits += 1
                return rule
        return None

    def as_list(self) -> list[dict[str, Any]]:
        """Return all rules with their counts."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]
