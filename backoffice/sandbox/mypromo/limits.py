"""The 500 requests a minute: a sliding window for each account."""

import threading
from collections import defaultdict, deque
from math import ceil

from backoffice.sandbox.clock import Clock
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Response, message


class RateLimit:
    """Refuses what exceeds the allowance in any window; refused requests do not count."""

    def __init__(self, *, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._taken: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def take(self, account: str) -> tuple[dict[str, str], Response | None]:
        """Return the headers every answer carries, and the 429 when the allowance is used up."""
        limit = self._options.rate_limit
        if not limit:
            return {}, None
        now = self._clock.seconds()
        with self._lock:
            taken = self._taken[account]
            while taken and taken[0] <= now - self._options.rate_window:
                taken.popleft()
            if len(taken) >= limit:
                return {}, self._refuse(limit, wait=taken[0] + self._options.rate_window - now)
            taken.append(now)
            left = limit - len(taken)
        return {"X-RateLimit-Limit": str(limit), "X-RateLimit-Remaining": str(left)}, None

    def _refuse(self, limit: int, *, wait: float) -> Response:
        reset = int(self._clock.now().timestamp() + wait)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(reset),
            "Retry-After": str(max(1, ceil(wait))),
        }
        return message(429, "Too Many Attempts.", headers=headers)
