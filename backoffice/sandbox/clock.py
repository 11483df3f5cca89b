"""The sandbox's time: real by default, moved by hand in tests."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def iso(when: datetime) -> str:
    """Write a time as mypromo does: whole seconds, six zeros, `Z`."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def parse_iso(text: str) -> datetime:
    """Read what `iso` wrote."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class Clock:
    """Tells the time and runs what is due.

    A manual clock stands still until `advance`; a running one follows the wall clock and may be advanced too.
    `speed` divides every delay, so that speed 10 makes a two-second step last 0.2 s; time stamps stay real.
    """

    def __init__(self, *, manual: bool = False, speed: float = 1.0) -> None:
        self.manual = manual
        self.speed = speed
        self._start = datetime.now(UTC)
        self._offset = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._advancing = threading.RLock()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def now(self) -> datetime:
        """Return the sandbox's time, aware, in UTC."""
        if self.manual:
            return self._start + timedelta(seconds=self._offset)
        return datetime.now(UTC) + timedelta(seconds=self._offset)

    def seconds(self) -> float:
        """Return a rising number of seconds for windows and lifetimes; real time counts even when manual."""
        return time.monotonic() + self._offset

    def call_later(self, delay: float, action: Callable[[], None]) -> None:
        """Run `action` after `delay` seconds of sandbox time, divided by `speed`."""
        with self._changed:
            heapq.heappush(self._due, (self._reading() + delay / self.speed, next(self._order), action))
            self._changed.notify()

    def advance(self, seconds: float) -> None:
        """Move the time on and run everything that became due on the way, each at its own time."""
        with self._advancing:
            target = self._reading() + seconds
            while (action := self._pop(until=target, moving=True)) is not None:
                action()
            with self._changed:
                self._offset += max(0.0, target - self._reading())
                self._changed.notify()

    def start(self) -> None:
        """Let a running clock do what is due by itself; a manual clock needs no thread."""
        if not self.manual:
            self._thread = threading.Thread(target=self._run, name="sandbox-clock", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the thread; what is not yet due stays undone."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def waiting(self) -> int:
        """Return how many actions are still to come."""
        with self._changed:
            return len(self._due)

    def _reading(self) -> float:
        return self._offset if self.manual else self.seconds()

    def _pop(self, *, until: float, moving: bool) -> Callable[[], None] | None:
        with self._changed:
            if not self._due or self._due[0][0] > until:
                return None
            due, _, action = heapq.heappop(self._due)
            if moving:
                self._offset += max(0.0, due - self._reading())
            return action

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopped:
                    return
                wait = self._due[0][0] - self._reading() if self._due else None
                if wait is None or wait > 0:
                    self._changed.wait(wait)
                    continue
            action = self._pop(until=self._reading(), moving=False)
            if action is not None:
                action()
