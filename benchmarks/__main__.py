"""`python -m benchmarks [name …]`: run all measurements, or those named, one process each."""

import subprocess
import sys
import time

ALL = [
    "rate_limit",
    "after_429",
    "pulls",
    "callbacks_in",
    "order_intake",
    "catalog_sync",
    "tables",
    "order_list",
    "rules",
    "jobs",
]


def main() -> int:
    """Run them one after another; return the number that failed."""
    failed = 0
    for name in sys.argv[1:] or ALL:
        print(f"\n== {name}", flush=True)
        begin = time.monotonic()
        failed += subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode != 0
        print(f"   ({time.monotonic() - begin:.0f} s)", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
