"""What one order costs: processor time of Python and PostgreSQL, requests to its vendor, bytes, memory of a process.

Processor time depends little on what else the machine does, so these figures add up to what many machines can do
(docs/operate/scale.md). One process, one connection; the vendor's sandbox answers from a process of its own.
"""

import json
import multiprocessing
import os
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import psutil

from benchmarks.database import own_database

ORDERS = 150
CALLBACK = "a callback secret of thirty-two characters"


def run_sandbox(pipe: Connection) -> None:
    """Answer as mypromo; say how many requests came whenever that is asked."""
    from backoffice.sandbox import running_sandbox

    with running_sandbox(speed=0.001, rate_limit=0, late_every=0) as sandbox:
        sandbox.mypromo.catalogue.change("TESTPRODUCT-stock", stock=100_000_000)
        pipe.send(sandbox.url)
        while pipe.recv() != "stop":
            pipe.send(sum(sandbox.ledger.requests.values()))


class Clock:
    """Counts processor time of this process and of its connection's process at the server."""

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._server = psutil.Process(cursor.fetchone()[0])

    def measure(self, action: Callable[[], object], *, times: int) -> tuple[float, float]:
        """Return milliseconds of each for one of so many."""
        before, own = self._server_seconds(), time.process_time()
        action()
        own, server = time.process_time() - own, self._server_seconds() - before
        return own / times * 1000, server / times * 1000

    def _server_seconds(self) -> float:
        used = self._server.cpu_times()
        return float(used.user + used.system)


def main() -> None:
    """Print the figures."""
    pipe, other = multiprocessing.Pipe()
    vendor = multiprocessing.get_context("fork").Process(target=run_sandbox, args=(other,), daemon=True)
    vendor.start()
    os.environ |= {
        "MYPROMO_URL": pipe.recv(), "MYPROMO_CLIENT_ID": "1", "MYPROMO_CLIENT_SECRET": "sandbox-merchant-secret",
        "MYPROMO_CALLBACK_SECRET": CALLBACK, "MYPROMO_SANDBOX": "1", "MYPROMO_REQUESTS_PER_MINUTE": "100000",
        "DEBUG": "0", "LOG_LEVEL": "ERROR", "ACCESS_LOG": "0",
        "CHECK_PRINT_FILES": "0", "API_REQUESTS_PER_KEY": "1000000/min",
    }  # fmt: skip
    with own_database("processor_time"):
        _measure(pipe)
    pipe.send("stop")
    vendor.join(5)


def _measure(pipe: Connection) -> None:
    import random

    from django.db import connection
    from django.test import Client

    from backoffice.engine.services.sending import deliver
    from backoffice.engine.services.sweep import due_pushes
    from tests.faults.storefront import make_order, open_shop

    key, chance, client, clock = open_shop(), random.Random(1), Client(headers={"host": "localhost"}), Clock()
    bodies = [json.dumps(make_order(number, chance=chance, lines=2)).encode() for number in range(ORDERS + 10)]

    def place(number: int) -> None:
        headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(number)}
        answer = client.post("/api/v1/orders/", bodies[number], content_type="application/json", headers=headers)
        assert answer.status_code == 201, answer.content

    def send_all() -> None:
        while due := due_pushes(limit=1000):
            for push in due:
                deliver(push)

    def asked() -> int:
        pipe.send("count")
        return int(pipe.recv())

    def size() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])

    for number in range(ORDERS, ORDERS + 10):
        place(number)
    send_all()
    bytes_before, asked_before = size(), asked()

    def place_all() -> None:
        for number in range(ORDERS):
            place(number)

    python, server = clock.measure(place_all, times=ORDERS)
    print(f"taken in, two lines:  Python {python:5.1f} ms, PostgreSQL {server:5.1f} ms")
    python, server = clock.measure(send_all, times=ORDERS)
    print(f"sent to mypromo:      Python {python:5.1f} ms, PostgreSQL {server:5.1f} ms")
    print(f"requests to mypromo:  {(asked() - asked_before) / ORDERS:.1f}")
    print(f"in the database:      {(size() - bytes_before) / ORDERS / 1024:.0f} kB until it is sent")
    memory = psutil.Process().memory_full_info()
    print(f"memory of a process:  {memory.rss / 1024**2:.0f} MB, {memory.uss / 1024**2:.0f} MB of it its own")


if __name__ == "__main__":
    main()
