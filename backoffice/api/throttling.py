"""How much one key may ask for."""

import logging
import time
from functools import cache
from typing import TYPE_CHECKING, cast

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from backoffice.accounts.models import ApiKey

if TYPE_CHECKING:  # its module loads this one
    from rest_framework.views import APIView

log = logging.getLogger(__name__)
# What the policy is called in the headers.
POLICY = "key"
PERIODS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def allowance() -> tuple[int, int]:
    """Return requests and the seconds they are for, from API_REQUESTS_PER_KEY such as "1200/min"."""
    rates = cast("dict[str, str]", settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"])
    count, _slash, period = rates["key"].partition("/")
    return int(count), PERIODS[period[0]]


class PerKey(BaseThrottle):
    """Counts a key's requests per period, over all web processes. For fairness, not for protection.

    One counter instead of the framework's list of times: at 1,200 a minute that list costs more than the request.
    Without Redis nothing is counted: taking orders does not depend on it.
    """

    seconds_left = 0.0
    used: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """What an answer says of it, in the fields of the IETF's draft; empty where nothing was counted."""
        if self.used is None:
            return {}
        count, seconds = allowance()
        left = max(0, count - self.used)
        return {
            "RateLimit-Policy": f'"{POLICY}";q={count};w={seconds}',
            "RateLimit": f'"{POLICY}";r={left};t={max(1, round(self.seconds_left))}',
        }

    def allow_request(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, ApiKey):
            return True
        count, seconds = allowance()
        window, passed = divmod(time.time(), seconds)
        self.seconds_left = seconds - passed
        try:
            self.used = _count(f"api:{request.auth.prefix}:{int(window)}", seconds=seconds)
        except RedisError:
            log.warning("Requests per key are not counted: Redis does not answer")
            return True
        return self.used <= count

    def wait(self) -> float:
        return self.seconds_left


def _count(counter: str, *, seconds: int) -> int:
    """Count one more and return how many by now. One round trip, where Django's cache would take two or three."""
    # Held in a variable: when two threads make one at once, the cache keeps one, and the other closes its connections
    # as soon as nobody holds it, were it in the middle of a request.
    client = _redis()
    with client.pipeline(transaction=False) as pipe:
        pipe.incr(counter)
        pipe.expire(counter, seconds)
        return int(pipe.execute()[0])


@cache
def _redis() -> Redis:
    # Its own way of trying again takes seconds, and an uncounted request is no loss.
    once = Retry(NoBackoff(), 0)
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, retry=once)
