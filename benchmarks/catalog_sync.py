"""The catalogue from bytes to committed rows, against the bare minimum that writes the same rows.

Goals: a first sync at 60 % of the limit or more, an unchanged one three times faster than the first, and for ten
times the catalogue at most a fifth more memory.
"""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import cast

VARIANTS = 20_000
MANY_VARIANTS = 200_000
ROUNDS = 3
TABLES = (
    "catalog_product", "catalog_producttext", "catalog_product_categories", "catalog_category", "catalog_variant",
    "catalog_varianttext", "catalog_pricetier", "catalog_availability", "catalog_relation",
)  # fmt: skip


def main() -> None:
    """Measure and print."""
    from benchmarks.catalog_pages import make_pages
    from benchmarks.database import own_database

    small, large = _peak_memory(VARIANTS), _peak_memory(MANY_VARIANTS)
    print(
        f"peak memory: {small:.0f} MB for {VARIANTS:,} variants, {large:.0f} MB for {MANY_VARIANTS:,}:"
        f" {large / small - 1:+.0%} (goal: at most +20 %)"
    )
    with own_database("catalog"):
        pages = list(make_pages(VARIANTS))
        print(f"{VARIANTS:,} variants, {sum(map(len, pages)) / 1e6:.0f} MB in {len(pages)} pages, {ROUNDS} rounds")
        _compare(pages)


def _compare(pages: list[bytes]) -> None:
    from benchmarks import catalog_bare

    bare, first, again = [], [], []
    for number in range(ROUNDS + 1):
        _empty()
        bare.append(_seconds(lambda: catalog_bare.bring_in(pages)))
        rows = _count_rows()
        _empty()
        first.append(_seconds(lambda: _sync(pages)))
        if _count_rows() != rows:
            raise SystemExit(f"not the same rows: {rows} and {_count_rows()}")
        again.append(_seconds(lambda: _sync(pages)))
        if number == 0:
            bare, first, again = [], [], []  # warming up
    for name, seconds in (("bare limit", bare), ("first sync", first), ("unchanged", again)):
        best = statistics.median(seconds)
        print(f"{name:11} {best:6.2f} s  {sum(rows.values()) / best:9,.0f} rows/s")
    ratios = [limit / ours for limit, ours in zip(bare, first, strict=True)]
    faster = [before / after for before, after in zip(first, again, strict=True)]
    print(f"rows written: {sum(rows.values()):,}, of these {rows['catalog_pricetier']:,} price tiers")
    print(f"first sync at {statistics.median(ratios):.0%} of the limit (goal 60 %)")
    print(f"unchanged {statistics.median(faster):.1f} times faster than the first (goal 3)")


class _Pages:
    """Stands where the HTTP client does."""

    def __init__(self, pages: Iterable[bytes]) -> None:
        self.pages: Iterator[bytes] = iter(pages)

    def products_page(self, params: dict[str, str]) -> bytes:
        return next(self.pages)


def _sync(pages: Iterable[bytes]) -> None:
    from backoffice.engine.services.integrations import get_vendor
    from backoffice.engine.services.limiter import Lane
    from backoffice.vendors.mypromo.adapter import MyPromo
    from backoffice.vendors.mypromo.client import MypromoClient
    from catalog.services.sync.reading import SyncOptions, sync_catalog

    vendor = get_vendor("mypromo", MyPromo, lane=Lane.CATALOG)
    vendor.client = cast(MypromoClient, _Pages(pages))
    run = sync_catalog(vendor, options=SyncOptions(language="DE"))
    if run.state != "done":
        raise SystemExit(f"{run.state}: {run.errors[:3]}")


def _seconds(work: Callable[[], None]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _empty() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}, catalog_syncrun, catalog_variantchange RESTART IDENTITY CASCADE")
        cursor.execute("CHECKPOINT")


def _count_rows() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        counts = {}
        for table in TABLES:
            cursor.execute(f"SELECT count(*) FROM {table}")
            counts[table] = cursor.fetchone()[0]
    return counts


def _peak_memory(variants: int) -> float:
    """Return the MB that a first sync of that many variants takes in its own process, pages made as they are read."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.catalog_sync", str(variants)], check=True, capture_output=True, text=True
    )
    return float(done.stdout.split()[-1])


def measure_memory(variants: int) -> None:
    """Sync once and print the peak memory in MB."""
    from benchmarks.catalog_pages import make_pages
    from benchmarks.database import own_database

    with own_database("catalog_memory"):
        _sync(make_pages(variants))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure_memory(int(sys.argv[1]))
    else:
        main()
