"""`python -m benchmarks [name …] [--option …]`: run all measurements, or those named, one process each.

`first_visit` looks at a demo that runs, so it is run by its name only. Options go
to each of them: `python -m benchmarks growth --orders 10000000`.
"""

import subprocess
import sys
import time

ALL = [
    "rate_limit",
    "after_429",
    "pulls",
    "callbacks_in",
    "order_intake",
    "processor_time",
    "audit",
    "catalog_sync",
    "catalog_feed",
    "tables",
    "order_list",
    "growth",
    "rules",
    "jobs",
    "order_imports",
    "webhooks",
]


def main() -> int:
    """Run them one after another; return the number that failed."""
    given = sys.argv[1:]
    at = next((place for place, word in enumerate(given) if word.startswith("-")), len(given))
    names, options = given[:at], given[at:]
    failed = 0
    for name in names or ALL:
        print(f"\n== {name}", flush=True)
        begin = time.monotonic()
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *options], check=False).returncode != 0
        print(f"   ({time.monotonic() - begin:.0f} s)", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
