"""One rate limit per vendor, shared by all workers on all machines: GCRA on one PostgreSQL row.

A caller reserves the next free moment and sleeps until then, so the limit is used to the full and never exceeded.
A 429 stops all calls for the time that the vendor names and halves the rate, which then grows back in equal steps, as
TCP does. Answers to calls that had left before say nothing new: they lengthen the block, but halve nothing again.
All times are the database's.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from backoffice.engine.models import RateLimit
from backoffice.engine.models.push import Lane
from backoffice.vendors.errors import RateLimited
from backoffice.vendors.registry import vendor_setting, vendor_title

BURST = 5
# How long a caller of each lane stands in line. Those with little patience leave the line to orders.
PATIENCE = {Lane.ORDERS: 5.0, Lane.READS: 2.0, Lane.CATALOG: 0.2}
# So many seconds a caller comes back to the line. The catalogue has time; an order waits out a short block where it is:
# put back and taken up again, it would have to be read at its vendor once more.
PERSISTENCE = {Lane.ORDERS: 2.0, Lane.READS: 0.0, Lane.CATALOG: 60.0}
# From the smallest share of the rate to the whole of it in 108 seconds.
RECOVERY_PER_SECOND = 0.5 / 60
SMALLEST_FACTOR = 0.1
DEFAULT_REQUESTS_PER_MINUTE = 60.0

# The share of the full rate in force: halved by a 429, growing back with time.
_RESERVE = """
    UPDATE engine_ratelimit
       SET arrival_at = greatest(arrival_at, clock_timestamp()) + make_interval(secs => %(gap)s / current.factor)
      FROM (SELECT least(1, factor + %(recovery)s * extract(epoch from clock_timestamp() - factor_at)) AS factor
              FROM engine_ratelimit WHERE vendor = %(vendor)s) AS current
     WHERE vendor = %(vendor)s
       AND (blocked_until IS NULL OR blocked_until <= clock_timestamp())
       AND arrival_at <= clock_timestamp() + make_interval(secs => %(patience)s + %(burst)s)
 RETURNING extract(epoch from arrival_at - clock_timestamp()) - %(gap)s / current.factor - %(burst)s, blocked_until
"""
_WHEN = """
    SELECT greatest(extract(epoch from blocked_until - clock_timestamp()),
                    extract(epoch from arrival_at - clock_timestamp()) - %(burst)s - %(patience)s, 0)
      FROM engine_ratelimit WHERE vendor = %(vendor)s
"""
_CREATE = """
    INSERT INTO engine_ratelimit (vendor, arrival_at, factor, factor_at)
    VALUES (%(vendor)s, clock_timestamp(), 1, clock_timestamp()) ON CONFLICT DO NOTHING
"""
# The line is void: whoever stands in it takes a new place behind the block.
_BLOCK = """
    UPDATE engine_ratelimit
       SET blocked_until = greatest(blocked_until, block.ends_at), arrival_at = least(arrival_at, block.ends_at)
      FROM (SELECT clock_timestamp() + make_interval(secs => %(seconds)s) AS ends_at) AS block
     WHERE vendor = %(vendor)s
"""
_HALVE = """
    UPDATE engine_ratelimit
       SET factor = greatest(
               %(smallest)s, 0.5 * least(1, factor + %(recovery)s * extract(epoch from clock_timestamp() - factor_at))
           ),
           factor_at = clock_timestamp()
     WHERE vendor = %(vendor)s AND factor_at <= clock_timestamp() - make_interval(secs => %(took)s)
"""
_STATUS = """
    SELECT vendor, least(1, factor + %(recovery)s * extract(epoch from clock_timestamp() - factor_at)),
           greatest(extract(epoch from arrival_at - clock_timestamp()), 0),
           greatest(extract(epoch from blocked_until - clock_timestamp()), 0)
      FROM engine_ratelimit WHERE vendor = ANY(%(vendors)s)
"""


@dataclass(frozen=True)
class RateLimitStatus:
    """How much of the rate is used: `waiting` in seconds of line, `factor` of the full rate."""

    per_minute: float
    factor: float
    waiting: float
    blocked_seconds: float


def requests_per_minute(vendor: str) -> float:
    """Return the vendor's rate limit from its setting REQUESTS_PER_MINUTE."""
    return float(vendor_setting(vendor, "REQUESTS_PER_MINUTE", DEFAULT_REQUESTS_PER_MINUTE))


def take(vendor: str, *, lane: Lane) -> bool:
    """Wait for the next free place under the vendor's rate limit. Return whether any time passed meanwhile: then what
    was known before may no longer be so. Raises RateLimited when the place is too far away.
    """
    deadline = time.monotonic() + PERSISTENCE[lane]
    has_waited = False
    while True:
        place = _reserve(vendor, lane=lane)
        if place is None:
            retry_after = max(_seconds_until_free(vendor, lane=lane), 0.05)
            if time.monotonic() + retry_after >= deadline:
                raise RateLimited(f"The rate limit of {vendor_title(vendor)} is used up.", retry_after=retry_after)
            time.sleep(retry_after)
        else:
            wait, blocked_until = place
            if wait <= 0:
                return has_waited
            time.sleep(wait)
            # Any 429 since has changed it, and voided the place.
            if RateLimit.objects.filter(vendor=vendor, blocked_until=blocked_until).exists():
                return True
        has_waited = True


def throttle(vendor: str, *, seconds: float, took: float = 0.0) -> None:
    """Let nothing leave for `seconds` after a 429 to a call that left `took` seconds ago, and halve the rate, unless
    that has happened since the call left.
    """
    values: dict[str, Any] = {"vendor": vendor, "seconds": seconds, "took": took}
    values |= {"recovery": RECOVERY_PER_SECOND, "smallest": SMALLEST_FACTOR}
    with connection.cursor() as cursor:
        for statement in (_CREATE, _BLOCK, _HALVE):
            cursor.execute(statement, values)


def rate_limit_status(vendor: str) -> RateLimitStatus:
    """Return how much of the limit is used now."""
    return rate_limit_statuses([vendor])[vendor]


def rate_limit_statuses(vendors: Sequence[str]) -> dict[str, RateLimitStatus]:
    """Return how much of each limit is used now; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_STATUS, {"vendors": list(vendors), "recovery": RECOVERY_PER_SECOND})
        known = {vendor: [float(value or 0) for value in values] for vendor, *values in cursor.fetchall()}
    return {
        vendor: RateLimitStatus(requests_per_minute(vendor), *known.get(vendor, (1.0, 0.0, 0.0))) for vendor in vendors
    }


def _reserve(vendor: str, *, lane: Lane) -> tuple[float, datetime | None] | None:
    """Take a place in the line: return the seconds to wait, and `blocked_until` as it is now. None when calls are
    blocked or the line is too long for this lane.
    """
    values = _values(vendor, lane=lane)
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, values)
        row = cursor.fetchone()
        if row is None:  # blocked or a long line, or the vendor's first calls ever, which may be many at once
            cursor.execute(_CREATE, values)
            cursor.execute(_RESERVE, values)
            row = cursor.fetchone()
    return None if row is None else (float(row[0]), row[1])


def _seconds_until_free(vendor: str, *, lane: Lane) -> float:
    with connection.cursor() as cursor:
        cursor.execute(_WHEN, _values(vendor, lane=lane))
        row = cursor.fetchone()
    return float(row[0]) if row else 0.0


def _values(vendor: str, *, lane: Lane) -> dict[str, Any]:
    gap = 60 / requests_per_minute(vendor)
    return {
        "vendor": vendor,
        "gap": gap,
        "burst": gap * (BURST - 1),
        "patience": PATIENCE[lane],
        "recovery": RECOVERY_PER_SECOND,
    }
