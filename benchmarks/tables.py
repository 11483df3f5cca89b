"""Tables of 100,000 rows, out and in: seconds and the peak of memory of each way, in a process of its own."""

import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.database import own_database

QUANTITIES = 3
ROWS = 100_000
WAYS = ("out csv", "out xlsx", "in csv", "in xlsx")


def main() -> None:
    """Seed, and measure every way in a child; with an argument measure that way."""
    if len(sys.argv) > 1:
        _measure(sys.argv[1], Path(sys.argv[2]))
        return
    with own_database("tables"), TemporaryDirectory() as folder:
        _seed(ROWS // QUANTITIES)
        for way in WAYS:
            subprocess.run([sys.executable, "-m", "benchmarks.tables", way, folder], check=True)


def _seed(variants: int) -> None:
    """Create that many variants with three tiers of two lists."""
    from django.utils import timezone

    from catalog.models import PriceTier, Product, Variant
    from catalog.services.bulk import copy_rows

    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    made = Variant.objects.bulk_create(
        (
            Variant(
                product=product,
                vendor="mypromo",
                vendor_id=str(n),
                sku=f"{n:08}",
                name=f"Kugelschreiber {n}",
                changed_at=now,
                created_at=now,
            )
            for n in range(variants)
        ),
        batch_size=5000,
    )
    copy_rows(
        PriceTier,
        ("variant_id", "price_list", "quantity", "price"),
        (
            (row.pk, name, quantity, price)
            for row in made
            for name, price in (("purchase", "1.2345"), ("sales", "2.5000"))
            for quantity in (50, 100, 500)
        ),
    )


def _measure(way: str, folder: Path) -> None:
    with own_database("tables", keep=True):
        before = _peak()
        begin = time.monotonic()
        rows = _out(way, folder) if way.startswith("out") else _in(way, folder)
        seconds = time.monotonic() - begin
        memory = f"peak {_peak():.0f} MB, {before:.0f} MB at the start"
        print(f"{way:9} {rows:7} rows  {seconds:6.1f} s  {memory}", flush=True)


def _out(way: str, folder: Path) -> int:
    from backoffice.tables.writing import write_csv, write_xlsx
    from catalog.models import ChangeKind, Variant
    from catalog.services.tables.columns import LAYOUTS
    from catalog.services.tables.exporting import export_rows

    kind = ChangeKind.SALES_PRICES
    rows = export_rows(kind, vendor="mypromo", variants=Variant.objects.all())
    with (folder / f"table.{way.split()[1]}").open("wb") as file:
        if way == "out csv":
            file.writelines(write_csv(LAYOUTS[kind].columns, rows))
        else:
            write_xlsx(LAYOUTS[kind].columns, rows, to=file)
    return Variant.objects.count() * QUANTITIES


def _in(way: str, folder: Path) -> int:
    from catalog.models import ChangeKind
    from catalog.services.tables.importing import accept_table, read_import

    content = (folder / f"table.{way.split()[1]}").read_bytes()
    table = accept_table(
        content,
        file_name="table",
        kind=ChangeKind.SALES_PRICES,
        vendor="mypromo",
        clear_blanks=False,
        actor="bench",
    )
    table = read_import(table)
    if table.counts.get("changed") or table.problems:
        raise SystemExit(f"Not edited, and yet: {table.counts}, {table.problems[:3]}")
    return table.seen


def _peak() -> float:
    """Return the megabytes of memory that this process has had at most, without its parent's, unlike getrusage."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


if __name__ == "__main__":
    main()
