"""Webhooks delivered per second, by one worker to four storefronts, and what an event costs an order that comes in.

Goals: at least 300 a second, and below 5 % of the time that taking an order takes.
"""

import asyncio
import multiprocessing
import os
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

EVENTS, ENDPOINTS = 1500, 4
ORDERS, WARM_UP = 600, 40
ANSWER = b"HTTP/1.1 204 No Content\r\n\r\n"


class _Storefront(asyncio.Protocol):
    """Answers each request as fast as can be: what is measured is the other side."""

    def __init__(self) -> None:
        self.left = b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.left += data
        while (end := self.left.find(b"\r\n\r\n")) >= 0:
            length = int(self.left[:end].lower().partition(b"content-length: ")[2].split(b"\r\n", 1)[0])
            if len(self.left) < end + 4 + length:
                return
            self.left = self.left[end + 4 + length :]
            self.transport.write(ANSWER)


def _serve(ready: Connection) -> None:
    async def run() -> None:
        server = await asyncio.get_running_loop().create_server(_Storefront, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(run())


@contextmanager
def storefront() -> Iterator[int]:
    """Listen in a process of its own. Yield the port."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=[theirs], daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.terminate()
        process.join()


def measure_deliveries(shop: Any, port: int) -> float:
    """Return deliveries per second, from recorded events to recorded answers."""
    from backoffice.webhooks.models import WebhookDelivery
    from backoffice.webhooks.services.dispatching import deliver_due
    from backoffice.webhooks.services.endpoints import EndpointValues, add_endpoint
    from backoffice.webhooks.services.recording import NewEvent, record_events

    for number in range(ENDPOINTS):
        add_endpoint(shop, EndpointValues(url=f"http://127.0.0.1:{port}/{number}"), actor="benchmark")
    record_events([NewEvent(shop.pk, "order.late", "order", "0", "orders/0/")])
    deliver_due(seconds=10)  # warms up, and shows that all answer
    for first in range(0, EVENTS, 100):
        events = [
            NewEvent(shop.pk, "order.released", "order", str(number), f"orders/{number}/", {"number": f"WEB-{number}"})
            for number in range(first, first + 100)
        ]
        record_events(events)
    begin = time.perf_counter()
    deliver_due(seconds=300)
    elapsed = time.perf_counter() - begin
    delivered = WebhookDelivery.objects.filter(state="delivered", event__topic="order.released").count()
    assert delivered == EVENTS * ENDPOINTS, delivered
    return delivered / elapsed


def measure_price(key: str) -> float:
    """Return which part of the time of an order's intake its events take: orders with and without them mixed, so that
    whatever else the machine does meets both alike.
    """
    import uuid

    from django.test import Client

    from benchmarks.order_intake import bodies
    from orders.hooks import TOLD, record_order_events
    from orders.models.event import FOLLOWERS

    client = Client(headers={"Authorization": f"Bearer {key}"}, SERVER_NAME="127.0.0.1")
    followed = {kind: list(FOLLOWERS[kind]) for kind in TOLD}
    dice = random.Random(3)
    times: dict[bool, list[float]] = {True: [], False: []}
    for number, body in enumerate(bodies("order")[:ORDERS]):
        has_events = dice.random() < 0.5
        for kind, following in followed.items():
            FOLLOWERS[kind] = [follow for follow in following if has_events or follow is not record_order_events]
        begin = time.perf_counter()
        answer = client.post(
            "/api/v1/orders/", body, content_type="application/json", headers={"Idempotency-Key": uuid.uuid4().hex}
        )
        if number >= WARM_UP:
            times[has_events].append(time.perf_counter() - begin)
        assert answer.status_code == 201, answer.content
    # The lower quartile: what disturbs a measurement only ever makes it slower.
    quick = {has_events: statistics.quantiles(some, n=4)[0] for has_events, some in times.items()}
    return quick[True] / quick[False] - 1


def main() -> None:
    """Measure both and print them with their goals."""
    from benchmarks.database import own_database

    os.environ |= {
        "WEBHOOK_PRIVATE_NETWORKS": "1", "ALLOWED_HOSTS": "127.0.0.1", "LOG_LEVEL": "ERROR",
        "API_REQUESTS_PER_KEY": "1000000/min",
    }  # fmt: skip
    with storefront() as port, own_database("webhooks"):
        from backoffice.accounts.models import Shop
        from benchmarks.order_intake import fill

        key = fill()
        print(f"{measure_deliveries(Shop.objects.get(code='BENCH'), port):5.0f} deliveries/s (goal 300)")
        print(f"price of its events for an order's intake {measure_price(key):.1%} (goal below 5 %)")


if __name__ == "__main__":
    main()
