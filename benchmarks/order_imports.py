"""Ten thousand rows of orders: read, looked at and placed, with the memory that it takes."""

import io
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backoffice.accounts.models import Shop
    from backoffice.tables.writing import Row

ROWS = 10_000
COLUMNS = (
    "reference", "currency", "total", "sku", "quantity", "unit_price", "customer_email", "recipient_firstname",
    "recipient_lastname", "recipient_street", "recipient_zip", "recipient_city", "recipient_country_code", "tags",
)  # fmt: skip


def main(count: int = ROWS) -> int:
    """Print seconds and rows a second of each step, and the memory at its most. Return 1 unless each is placed once."""
    from benchmarks.database import own_database

    with own_database("order_imports"):
        return _measure(count)


def _measure(count: int) -> int:
    from backoffice.engine.services import task_queue
    from orders.importing.models import OrderImport
    from orders.importing.services.accepting import accept_table, read_import, start_placing
    from orders.models import Order

    # Nobody is there to take the tasks, and a broker that is filled with them is not what is measured.
    task_queue.enqueue = lambda *_args, **_more: True
    shop = _make_shop()
    pk = 0
    for name, content in (("orders.xlsx", _xlsx(count)), ("orders.csv", _csv(count))):
        begin = _begin()
        pk = accept_table(content, file_name=name, shop=shop, actor="bench").pk
        read_import(pk)
        _say(f"read, {name} of {len(content) / 1024**2:.1f} MB", count, begin)
    table = OrderImport.objects.select_related("job").get(pk=pk)
    if table.job is None:
        raise SystemExit(f"It could not be read: {table.problem}")
    begin = _begin()
    _work(table.job.pk)
    _say("looked at", count, begin)
    job = start_placing(table, actor="bench")
    begin = _begin()
    _work(job.pk)
    _say("placed", count, begin)
    job.refresh_from_db()
    return 0 if Order.objects.count() == count == job.counts.get("done") else 1


def _work(pk: int) -> None:
    from backoffice.jobs.services.working import work_job
    from backoffice.jobs.tasks import WORK_SECONDS

    while work_job(pk, seconds=WORK_SECONDS):
        pass


def _make_shop() -> "Shop":
    """Make a shop and a pen that it can sell from stock."""
    from django.utils import timezone

    from backoffice.accounts.models import Shop
    from catalog.models import PriceTier, Product, Variant
    from fulfillment.models import Country

    Country.objects.create(iso2="DE", iso3="DEU", name="Germany")
    known = {"vendor": "mypromo", "changed_at": timezone.now(), "created_at": timezone.now()}
    product = Product.objects.create(vendor_id="1", name="Pens", **known)
    variant = Variant.objects.create(
        product=product, vendor_id="2", sku="MP-S1-P1", name="Pen", personalized=False, order_max_qty=1000, **known
    )
    for price_list in ("purchase", "sales"):
        PriceTier.objects.create(variant=variant, price_list=price_list, quantity=1, price="0.90")
    return Shop.objects.create(code="BENCH", name="Benchmark")


def _rows(count: int) -> Iterator["Row"]:
    for number in range(count):
        reference, street = f"R-{number}", f"Hauptstraße {number}"
        yield [
            reference, "EUR", "75.00", "MP-S1-P1", "50", "1.50", f"{number}@example.com", "Jana", "Größer", street,
            "10115", "Berlin", "Deutschland", "fair, import",
        ]  # fmt: skip


def _csv(count: int) -> bytes:
    from backoffice.tables.writing import write_csv

    return b"".join(write_csv(COLUMNS, _rows(count)))


def _xlsx(count: int) -> bytes:
    from backoffice.tables.writing import write_xlsx

    file = io.BytesIO()
    write_xlsx(COLUMNS, _rows(count), to=file)
    return file.getvalue()


def _begin() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _say(what: str, count: int, begin: tuple[float, float]) -> None:
    seconds, own = time.perf_counter() - begin[0], time.process_time() - begin[1]
    rate = f"{seconds:.1f} s ({own:.1f} s of them in this process), {count / seconds:,.0f} rows/s"
    print(f"{what}: {rate}, at most {_peak():.0f} MB", flush=True)


def _peak() -> float:
    """Return the megabytes that this process has had at most."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
