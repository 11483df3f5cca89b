"""The webhooks that came, each with what a shop makes of it, and whoever waits for the next one.

It does what docs/api/webhooks.md asks of a shop's developer: verify, drop what was seen, drop what is older than what
was dealt with of the same thing.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature", "webhook-attempt")
NEW, SEEN, OLD = "new", "seen before", "older than what is known"
_LONGEST_BODY = 4000


@dataclass
class Arrivals:
    """The newest `kept`, oldest first, each with its number, from 1."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    count: int = 0
    # Event ids that were dealt with, and the newest version of each thing.
    seen: dict[str, int] = field(default_factory=dict)
    newest: dict[str, int] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def take(self, headers: Mapping[str, str], text: str, *, secret: str, keep: int) -> dict[str, Any]:
        """Keep what came, with its verdict, and return it; `event` is its content, None where it is not genuine."""
        event, fault = _verify(headers, text, secret=secret)
        with self.changed:
            self.count += 1
            arrival = {
                "number": self.count,
                "at": datetime.now(UTC).isoformat(timespec="seconds"),
                "id": headers.get("webhook-id", ""),
                "attempt": headers.get("webhook-attempt", ""),
                "topic": event["type"] if event else "",
                "verdict": self._judge(event) if event else f"not verified: {fault}",
                "is_verified": event is not None,
                "event": event,
                "body": text[:_LONGEST_BODY],
            }
            self.kept.append(arrival)
            del self.kept[:-keep]
            self.changed.notify_all()
        return arrival

    def after(
        self, number: int, *, seconds: float = 0, until: Callable[[], bool] | None = None
    ) -> list[dict[str, Any]]:
        """Return those that came later than the one of that number; wait for the first of them, but no longer."""
        with self.changed:
            self.changed.wait_for(lambda: self.count > number or (until is not None and until()), timeout=seconds)
            return [arrival for arrival in self.kept if arrival["number"] > number]

    def clear(self) -> None:
        """Forget what is shown, not what was dealt with."""
        with self.changed:
            self.kept.clear()

    def _judge(self, event: dict[str, Any]) -> str:
        thing, version = f"{event['data']['object']}:{event['data']['id']}", int(event["data"]["version"])
        if event["id"] in self.seen:
            return SEEN
        self.seen[event["id"]] = version
        if version < self.newest.get(thing, 0):
            return OLD
        self.newest[thing] = version
        return NEW


def _verify(headers: Mapping[str, str], text: str, *, secret: str) -> tuple[dict[str, Any] | None, str]:
    try:
        event: dict[str, Any] = Webhook(secret).verify(text, dict(headers))
    except Exception as error:  # noqa: BLE001 - whatever is sent, it is no proof
        return None, str(error)
    return event, ""
