"""What the audit trail costs whoever writes: orders coming in, and a change set of 10,000 rows; then the chain itself.

Goal: below 10 %. With and without are measured in turn in one process: without, no trigger fires and nobody is named.
Seconds are those of the processor, of this process and of its server process; each share is the median over pairs.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.database import own_database
from benchmarks.order_intake import bodies, fill

ORDERS, ROWS, PAIRS = 100, 10_000, 9
LARGE = 1_000_000


def main() -> None:
    """Print both shares, how fast the chain is closed and read, and how long a page of it takes."""
    os.environ |= {"LOG_LEVEL": "ERROR", "API_REQUESTS_PER_KEY": "1000000/min"}
    with own_database("audit"):
        key = fill()
        _intake(key)
        _change_sets()
        _chain()


@contextmanager
def _without() -> Iterator[None]:
    """Let no trigger fire, and tell the database nothing."""
    from django.db import connection

    wrappers, connection.execute_wrappers = connection.execute_wrappers, []
    _switch("DISABLE")
    try:
        yield
    finally:
        _switch("ENABLE")
        connection.execute_wrappers = wrappers


def _switch(way: str) -> None:
    """Switch the triggers of the audit trail on or off; foreign keys are checked by triggers too, and stay."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE 'audit_%' AND NOT tgisinternal"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} {way} TRIGGER "{trigger}"')


def _pairs(name: str, do: Callable[[], None], *, count: int = PAIRS) -> None:
    shares, seconds = [], []
    for number in range(count + 1):
        with _without():
            bare = _spent(do)
        ours = _spent(do)
        if number:  # the first warms up
            shares.append(ours / bare - 1)
            seconds.append((bare, ours))
    bare, ours = (statistics.median(one) for one in zip(*seconds, strict=True))
    print(f"{name}: without {bare:.2f} s, with {ours:.2f} s; {statistics.median(shares):+.1%} (goal below 10 %)")


def _spent(do: Callable[[], None]) -> float:
    """Return the seconds of the processor that it takes, here and in the server's process of our connection."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = int(cursor.fetchone()[0])
    begin = time.process_time() + _of_server(server)
    do()
    return time.process_time() + _of_server(server) - begin


def _of_server(process: int) -> float:
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _timed(do: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    do()
    return time.perf_counter() - begin


def _intake(key: str) -> None:
    """Post orders through the whole REST interface, in this process."""
    from django.conf import settings
    from django.test import Client

    settings.ALLOWED_HOSTS = ["*"]
    from backoffice.engine.services import task_queue

    task_queue.enqueue = lambda *_arguments, **_more: True
    client, headers, round_ = Client(), {"Authorization": f"Bearer {key}"}, iter(range(1000))

    def post() -> None:
        number = next(round_)
        for index, body in enumerate(bodies(f"o{number}")[:ORDERS]):
            answer = client.post(
                "/api/v1/orders/",
                body,
                content_type="application/json",
                headers={**headers, "Idempotency-Key": f"{number}-{index}"},
            )
            assert answer.status_code == 201, answer.content

    _pairs(f"{ORDERS} orders", post)


def _change_sets() -> None:
    """Draft ten thousand prices, check them, edit each, check again: what is done before they are sent."""
    from django.db import transaction
    from django.utils import timezone

    from backoffice.acting import STAFF, acting_as
    from catalog.models import ChangeKind, ChangeSource
    from catalog.services.change_sets.checking import check_change_set
    from catalog.services.change_sets.editing import add_changes, make_change_set
    from catalog.services.change_sets.snapshots import VendorReading, store_reading

    skus = [f"{number:06}" for number in range(ROWS)]
    held = {
        "currency": "EUR",
        "purchase": {"50": "1.0000", "100": "0.9000"},
        "sales": {"50": "2.0000", "100": "1.8000"},
    }

    def edit() -> None:
        reading = VendorReading(dict.fromkeys(skus, held), timezone.now())
        with transaction.atomic():
            store_reading(reading, vendor="mypromo", kind=ChangeKind.SALES_PRICES, skus=skus)
        with acting_as(STAFF, "bench"):
            made = make_change_set(
                ChangeKind.SALES_PRICES,
                vendor="mypromo",
                rows={sku: {"sales": {"50": "2.1000", "100": "1.9000"}} for sku in skus},
                title="Spring",
                source=ChangeSource.EDITOR,
                actor="bench",
            )
            made = check_change_set(made, actor="bench")
            made = add_changes(made, rows={sku: {"sales": {"50": "2.2000"}} for sku in skus}, actor="bench")
            check_change_set(made, actor="bench")

    _pairs(f"a change set of {ROWS:,} rows, drafted and edited", edit, count=5)


def _chain() -> None:
    """Close what was recorded, add up to LARGE entries, and look at what a page and a search of them take."""
    from django.db import connection

    from backoffice.audit.models import AuditEntry
    from backoffice.audit.services.chain import close_all
    from backoffice.audit.services.verifying import verify

    waiting = _count("audit_recordedchange")
    begin = time.perf_counter()
    closed = close_all()
    seconds = time.perf_counter() - begin
    print(f"closed {closed:,} of {waiting:,} recorded changes: {closed / seconds:,.0f} a second")
    begin = time.perf_counter()
    found = verify()
    seconds = time.perf_counter() - begin
    print(
        f"verified {found.entries:,} entries: {found.entries / seconds:,.0f} a second, {len(found.problems)} problems"
    )
    for size in (AuditEntry.objects.count(), LARGE):
        _grow(size)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE audit_auditentry")
        print(f"at {size:,} entries: {_page_times()}")


def _grow(size: int) -> None:
    """Copy entries up to that number; what they prove is not measured."""
    from django.db import connection

    from backoffice.audit.models import AuditEntry

    columns = [str(field.column) for field in AuditEntry._meta.concrete_fields if field.column not in ("id", "root_id")]
    have = AuditEntry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica; SET statement_timeout = 0")
        cursor.execute(
            f"INSERT INTO audit_auditentry (id, root_id, {', '.join(columns)}) SELECT %s + n, n, {', '.join(columns)} "
            "FROM generate_series(1, %s) AS n JOIN audit_auditentry ON id = 1 + n %% %s",
            [have, size - have, have],
        )
        cursor.execute("SET session_replication_role = DEFAULT; RESET statement_timeout")


def _page_times() -> str:
    from backoffice.audit.models import AuditEntry

    rows = AuditEntry.objects.order_by("-pk")
    asked = {
        "newest": rows,
        "of one order": rows.filter(root_type="orders.order", root_id="4711"),
        "by one person": rows.filter(actor_kind="staff", actor="bench"),
        "of one request": rows.filter(request_id="none-has-it"),
    }
    return ", ".join(f"{name} {_median_ms(queryset):.1f} ms" for name, queryset in asked.items())


def _median_ms(queryset: Any) -> float:
    times = [_timed(lambda: len(queryset[:51])) for _try in range(7)]
    return statistics.median(times) * 1000


def _count(table: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


if __name__ == "__main__":
    main()
