"""One allowance per vendor, shared by all workers on all machines: GCRA on one PostgreSQL row.

A caller reserves the next free moment and sleeps until then, so the allowance is used to the full and never exceeded.
All times are the database's. Source of the numbers: reliability notes in docs/architecture.md.
"""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import connection

from backoffice.models.push import Lane
from backoffice.vendors.errors import BudgetEmpty

BURST = 5
# How long a caller of each lane stands in line. Those with little patience leave the line to orders.
PATIENCE = {Lane.ORDERS: 5.0, Lane.READS: 2.0, Lane.CATALOG: 0.2}
# The catalogue has time: it comes back to the line until this many seconds are over.
PERSISTENCE = {Lane.ORDERS: 0.0, Lane.READS: 0.0, Lane.CATALOG: 60.0}
RECOVERY_PER_SECOND = 0.05 / 60
SMALLEST_FACTOR = 0.1
DEFAULT_REQUESTS_PER_MINUTE = 60.0

# The share of the full rate in force: halved by each 429, growing back with time.
_RESERVE = """
    UPDATE backoffice_vendorbudget
       SET arrival_at = greatest(arrival_at, clock_timestamp()) + make_interval(secs => %(gap)s / current.factor)
      FROM (SELECT least(1, factor + %(recovery)s * extract(epoch from clock_timestamp() - factor_at)) AS factor
              FROM backoffice_vendorbudget WHERE vendor = %(vendor)s) AS current
     WHERE vendor = %(vendor)s
       AND (blocked_until IS NULL OR blocked_until <= clock_timestamp())
       AND arrival_at <= clock_timestamp() + make_interval(secs => %(patience)s + %(burst)s)
 RETURNING extract(epoch from arrival_at - clock_timestamp()) - %(gap)s / current.factor - %(burst)s
"""
_WHEN = """
    SELECT greatest(extract(epoch from blocked_until - clock_timestamp()),
                    extract(epoch from arrival_at - clock_timestamp()) - %(burst)s - %(patience)s, 0)
      FROM backoffice_vendorbudget WHERE vendor = %(vendor)s
"""
_CREATE = """
    INSERT INTO backoffice_vendorbudget (vendor, arrival_at, factor, factor_at)
    VALUES (%(vendor)s, clock_timestamp(), 1, clock_timestamp()) ON CONFLICT DO NOTHING
"""
_THROTTLED = """
    UPDATE backoffice_vendorbudget
       SET blocked_until = greatest(blocked_until, clock_timestamp() + make_interval(secs => %(seconds)s)),
           factor = greatest(
               %(smallest)s, 0.5 * least(1, factor + %(recovery)s * extract(epoch from clock_timestamp() - factor_at))
           ),
           factor_at = clock_timestamp()
     WHERE vendor = %(vendor)s
"""
_GAUGE = """
    SELECT least(1, factor + %(recovery)s * extract(epoch from clock_timestamp() - factor_at)),
           greatest(extract(epoch from arrival_at - clock_timestamp()), 0),
           greatest(extract(epoch from blocked_until - clock_timestamp()), 0)
      FROM backoffice_vendorbudget WHERE vendor = %(vendor)s
"""


@dataclass(frozen=True)
class Gauge:
    """How much of the allowance is used: `waiting` in seconds of line, `factor` of the full rate."""

    per_minute: float
    factor: float
    waiting: float
    blocked_seconds: float


def requests_per_minute(vendor: str) -> float:
    """The vendor's allowance from the setting `<VENDOR>_REQUESTS_PER_MINUTE`, hyphens as underscores."""
    name = vendor.upper().replace("-", "_")
    return float(getattr(settings, f"{name}_REQUESTS_PER_MINUTE", DEFAULT_REQUESTS_PER_MINUTE))


def take(vendor: str, *, lane: Lane) -> None:
    """Wait for the next free moment of the vendor's allowance. Raises BudgetEmpty when that is too far away."""
    deadline = time.monotonic() + PERSISTENCE[lane]
    while True:
        wait = _reserve(vendor, lane=lane)
        if wait is not None:
            time.sleep(max(0.0, wait))
            return
        retry_after = _seconds_until_free(vendor, lane=lane)
        if time.monotonic() + retry_after >= deadline:
            raise BudgetEmpty(f"The allowance of {vendor} is used up.", retry_after=max(retry_after, 0.05))
        time.sleep(max(retry_after, 0.05))


def throttle(vendor: str, *, seconds: float) -> None:
    """The vendor said 429: nothing leaves for `seconds`, and the rate is halved until it recovers."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE, {"vendor": vendor})
        cursor.execute(
            _THROTTLED,
            {"vendor": vendor, "seconds": seconds, "recovery": RECOVERY_PER_SECOND, "smallest": SMALLEST_FACTOR},
        )


def gauge(vendor: str) -> Gauge:
    """The allowance as it stands now."""
    with connection.cursor() as cursor:
        cursor.execute(_GAUGE, {"vendor": vendor, "recovery": RECOVERY_PER_SECOND})
        row = cursor.fetchone() or (1, 0, 0)
    factor, waiting, blocked = (float(value or 0) for value in row)
    return Gauge(per_minute=requests_per_minute(vendor), factor=factor, waiting=waiting, blocked_seconds=blocked)


def _reserve(vendor: str, *, lane: Lane) -> float | None:
    """Seconds until our moment, or None when the line is too long for this lane."""
    values = _values(vendor, lane=lane)
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, values)
        row = cursor.fetchone()
        if row is None:
            cursor.execute(_CREATE, values)
            if cursor.rowcount:
                cursor.execute(_RESERVE, values)
                row = cursor.fetchone()
    return None if row is None else float(row[0])


def _seconds_until_free(vendor: str, *, lane: Lane) -> float:
    with connection.cursor() as cursor:
        cursor.execute(_WHEN, _values(vendor, lane=lane))
        row = cursor.fetchone()
    return float(row[0]) if row else 0.0


def _values(vendor: str, *, lane: Lane) -> dict[str, str | float]:
    gap = 60 / requests_per_minute(vendor)
    return {
        "vendor": vendor,
        "gap": gap,
        "burst": gap * (BURST - 1),
        "patience": PATIENCE[lane],
        "recovery": RECOVERY_PER_SECOND,
    }
