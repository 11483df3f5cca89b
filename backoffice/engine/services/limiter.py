"""What stands before every call to a vendor: pause, breaker, rate limit, and the lease of the push being sent.

A pause stops what changes something at the vendor; reads, searches and pulls go on, or nobody could find out during a
pause how things stand. The breaker opens after FAILURES_TO_OPEN failures in a row (time-outs, connection errors, 5xx;
not 4xx, not 429), for OPEN_SECONDS, doubling to LONGEST_SECONDS. Then one call goes through as a probe; its success
closes it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models.functions import Coalesce, Now

from backoffice.engine.models import Integration
from backoffice.engine.models.push import Lane
from backoffice.engine.services import epoch, rate_limits
from backoffice.vendors.errors import RateLimited
from backoffice.vendors.registry import vendor_title

logger = logging.getLogger(__name__)

FAILURES_TO_OPEN = 10
OPEN_SECONDS = 30
LONGEST_SECONDS = 300
PAUSE_RETRY_SECONDS = 60.0

_STATE = """
    SELECT paused_at IS NOT NULL, extract(epoch from open_until - clock_timestamp())
      FROM engine_integration WHERE vendor = %s
"""
# One of many callers becomes the probe: it moves the end of the opening a little on, so that the others wait for it.
_PROBE = """
    UPDATE engine_integration SET open_until = clock_timestamp() + interval '15 seconds'
     WHERE vendor = %s AND open_until <= clock_timestamp()
"""
_SUCCESS = """
    UPDATE engine_integration
       SET last_success_at = clock_timestamp(), failures = 0, open_until = NULL, open_seconds = 0, auth_failed_at = NULL
     WHERE vendor = %s AND (failures > 0 OR open_until IS NOT NULL OR auth_failed_at IS NOT NULL
                            OR last_success_at IS NULL OR last_success_at < clock_timestamp() - interval '5 seconds')
"""
_FAILURE = """
    UPDATE engine_integration
       SET failures = failures + 1, last_failure_at = clock_timestamp(), last_failure = %(text)s
     WHERE vendor = %(vendor)s
 RETURNING failures
"""
_OPEN = """
    UPDATE engine_integration
       SET open_seconds = least(greatest(open_seconds * 2, %(shortest)s), %(longest)s),
           open_until = clock_timestamp()
                        + make_interval(secs => least(greatest(open_seconds * 2, %(shortest)s), %(longest)s))
     WHERE vendor = %(vendor)s
"""


@dataclass(frozen=True)
class SharedLimiter:
    """The `Limiter` of one vendor for calls of one lane. `before_send` runs last, right before the request leaves."""

    vendor: str
    lane: Lane
    before_send: Callable[[], None] = lambda: None

    def acquire(self, *, write: bool) -> None:
        """Wait for our turn. `write`: the call changes something at the vendor.

        Raises RateLimited when stopped by the breaker or over the rate limit; for a write also when paused, or when the
        database was restored and not yet compared with the vendors.
        """
        self._require_open(write=write)
        if rate_limits.take(self.vendor, lane=self.lane) and write:
            self._require_unpaused(_read_state(self.vendor)[0])
        if write:
            epoch.require_current()
        self.before_send()

    def succeeded(self, *, write: bool) -> None:
        """Count a sensible response, were it a refusal."""
        _execute(_SUCCESS, [self.vendor])

    def failed(self, *, write: bool, text: str) -> None:
        """Count a call without a response, or with a 5xx; too many in a row open the breaker."""
        with connection.cursor() as cursor:
            cursor.execute(_FAILURE, {"vendor": self.vendor, "text": text[:1000]})
            row = cursor.fetchone()
        if row and row[0] >= FAILURES_TO_OPEN:
            _open(self.vendor)

    def throttled(self, *, retry_after: float, took: float = 0.0) -> None:
        """Let nothing leave for `retry_after` seconds after a 429, which came `took` seconds after the request left."""
        rate_limits.throttle(self.vendor, seconds=retry_after, took=took)

    def _require_open(self, *, write: bool) -> None:
        is_paused, open_for = _read_state(self.vendor)
        if write:
            self._require_unpaused(is_paused)
        if open_for is None:
            return
        if open_for > 0 or not _execute(_PROBE, [self.vendor]):
            text = f"Calls to {vendor_title(self.vendor)} are stopped for now."
            raise RateLimited(text, retry_after=max(open_for, 1.0))

    def _require_unpaused(self, is_paused: bool) -> None:
        if is_paused:
            text = f"{vendor_title(self.vendor)} is paused. Nothing is sent until the connection is resumed."
            raise RateLimited(text, retry_after=PAUSE_RETRY_SECONDS)


def _read_state(vendor: str) -> tuple[bool, float | None]:
    """Return whether it is paused, and how long its breaker is open: None = closed, 0 or less = one probe may try."""
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [vendor])
        row = cursor.fetchone()
    if row is None:
        Integration.objects.get_or_create(vendor=vendor)
        return False, None
    is_paused, open_for = row
    return is_paused, None if open_for is None else float(open_for)


def stop_for_credentials(vendor: str, *, text: str) -> None:
    """Stop the queue of a vendor that refused our credentials; a probe now and then notices when they work again."""
    Integration.objects.get_or_create(vendor=vendor)
    since = Coalesce("auth_failed_at", Now())
    failure = {"auth_failed_at": since, "last_failure_at": Now(), "last_failure": text[:1000]}
    Integration.objects.filter(vendor=vendor).update(**failure)
    _open(vendor)


def try_credentials_again(vendor: str) -> None:
    """Forget that credentials were refused: there are others now. A pause stays."""
    fresh = {"auth_failed_at": None, "open_until": None, "open_seconds": 0, "failures": 0}
    Integration.objects.filter(vendor=vendor).update(**fresh)


def pause(vendor: str, *, actor: str, reason: str = "") -> bool:
    """Send nothing to this vendor until somebody resumes it; what waits is kept, and reading goes on.

    Return False when it was paused already: then the first one's name and reason stand.
    """
    Integration.objects.get_or_create(vendor=vendor)
    running = Integration.objects.filter(vendor=vendor, paused_at__isnull=True)
    paused = running.update(paused_at=Now(), paused_by=actor, pause_reason=reason)
    if paused:
        logger.warning("%s was paused by %s: %s", vendor, actor, reason or "no reason given")
    return bool(paused)


def resume(vendor: str, *, actor: str = "system", reason: str = "") -> None:
    """Let calls leave again; the breaker starts afresh."""
    running = {"paused_at": None, "paused_by": "", "pause_reason": "", "auth_failed_at": None}
    closed = {"open_until": None, "open_seconds": 0, "failures": 0}
    Integration.objects.filter(vendor=vendor).update(**running, **closed)
    logger.warning("%s was resumed by %s: %s", vendor, actor, reason or "no reason given")


def _open(vendor: str) -> None:
    _execute(_OPEN, {"vendor": vendor, "shortest": OPEN_SECONDS, "longest": LONGEST_SECONDS})


def _execute(statement: str, values: list[str] | dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount
