"""How much of a vendor's allowance two workers use together, and whether the vendor ever says 429.

The sandbox allows 500 requests a minute, we allow ourselves 450. Goal: at least 95 % of the 450, never a 429.
"""

import multiprocessing
import os
import time

SECONDS = 60
WORKERS = 2
PER_MINUTE = 450


def work(until: float, url: str) -> int:
    """Call the vendor's harmless route through the whole gate until the time is over. Return how often."""
    os.environ["MYPROMO_URL"] = url
    import django

    django.setup()
    from django.conf import settings

    settings.MYPROMO_URL, settings.MYPROMO_CLIENT_ID = url, "1"
    settings.MYPROMO_CLIENT_SECRET, settings.MYPROMO_REQUESTS_PER_MINUTE = "sandbox-merchant-secret", PER_MINUTE
    from backoffice.engine.models.push import Lane
    from backoffice.engine.services.integrations import get_vendor
    from backoffice.vendors.abilities import ReportsOrders
    from backoffice.vendors.errors import RateLimited

    vendor = get_vendor("mypromo", ReportsOrders, lane=Lane.ORDERS)
    calls = 0
    while time.time() < until:
        try:
            vendor.check()
            calls += 1
        except RateLimited as error:
            time.sleep(error.retry_after or 0.1)
    return calls


def main() -> None:
    """Measure and print."""
    from backoffice.sandbox import running_sandbox
    from benchmarks.database import own_database

    with own_database("budget"), running_sandbox(rate_limit=500) as sandbox:
        until = time.time() + SECONDS
        with multiprocessing.get_context("spawn").Pool(WORKERS) as pool:
            begin = time.monotonic()
            calls = sum(pool.starmap(work, [(until, sandbox.url)] * WORKERS))
            elapsed = time.monotonic() - begin
        refused = sum(n for key, n in sandbox.ledger.requests.items() if key.endswith(" 429"))
        busiest = sandbox.ledger.busiest_minute
    used = calls / (PER_MINUTE * SECONDS / 60)
    print(f"{WORKERS} workers, {elapsed:.0f} s: {calls} calls, {used:.0%} of the allowance of {PER_MINUTE}/min")
    print(f"answers 429: {refused}; most requests in any minute: {busiest}")


if __name__ == "__main__":
    main()
