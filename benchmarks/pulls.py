"""Whether the pull keeps up with 100,000 orders changed in a day, of which it can ask for whole days only.

The vendor's list is a stand-in at the wire: 15 orders a page, in each of the orders that it may come in. It is 23:00
and the last complete pass ended ten minutes ago; then pulls follow, one every ten minutes, each with 694 new changes.
"""

import copy
import http.server
import json
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

CHANGED, PER_PAGE, PULLS = 100_000, 15, 2
NEW = CHANGED // 144
BY_NUMBER_SECONDS = 30
SAMPLE = Path(__file__).parent.parent / "tests" / "samples" / "mypromo" / "orders.list.200.json"
KEYS = {
    "newest change first": lambda row: (-row[1], row[0]),
    "oldest change first": lambda row: (row[1], row[0]),
    "by number": lambda row: row[0],
}


class Vendor(http.server.ThreadingHTTPServer):
    """Gives tokens and pages of orders; counts the pages."""

    def __init__(self, midnight: datetime) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        chance = random.Random(1)
        self.midnight = midnight
        self.changed = {number: chance.uniform(0, 82_800) for number in range(1, CHANGED + 1)}
        self.sample = json.loads(SAMPLE.read_bytes())["data"][0] | {"histories": [], "shipments": [], "items": []}
        self.order = "by number"
        self.pages = 0
        self._sorted: list[tuple[int, float]] = []

    def change(self, *, second: float) -> None:
        """Change some orders in the ten minutes before that second of the day."""
        for number in random.Random(second).sample(sorted(self.changed), NEW):
            self.changed[number] = second - random.uniform(0, 600)

    def sort(self) -> None:
        self._sorted = sorted(self.changed.items(), key=KEYS[self.order])

    def page(self, number: int) -> dict[str, Any]:
        self.pages += 1
        start = (number - 1) * PER_PAGE
        rows = [self._row(*row) for row in self._sorted[start : start + PER_PAGE]]
        return {"data": rows, "meta": {"last_page": -(-CHANGED // PER_PAGE), "total": CHANGED}}

    def _row(self, number: int, second: float) -> dict[str, Any]:
        at = (self.midnight + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
        row = copy.copy(self.sample)
        return row | {"id": number, "reference": f"R-{number}", "status": "PROCESSING", "updated_at": at}


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Vendor

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({"access_token": "token", "expires_in": 31_622_400})

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        self._say(self.server.page(int(query["page"][0])))

    def _say(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the figures are what matters."""


def hold_orders() -> None:
    """Make an order of ours for each of the vendor's, being produced."""
    from django.utils import timezone

    from backoffice.accounts.models import Shop
    from orders.models import Order, VendorOrder

    shop, now = Shop.objects.create(name="Shop", code="WEB"), timezone.now()
    data = {"shop": shop, "state": "released", "production": "sent", "placed_at": now, "currency": "EUR", "total": 10}
    Order.objects.bulk_create(
        (Order(number=f"R-{n}", reference=f"S-{n}", **data) for n in range(1, CHANGED + 1)), batch_size=5000
    )
    keys = Order.objects.order_by("pk").values_list("pk", "number")
    VendorOrder.objects.bulk_create(
        (
            VendorOrder(
                order_id=pk,
                vendor="mypromo",
                part=1,
                reference=number,
                vendor_id=number.removeprefix("R-"),
                state="submitted",
                read_at=now,
            )
            for pk, number in keys
        ),
        batch_size=5000,
    )


def measure(vendor: Vendor, order: str) -> None:
    from backoffice.engine.models import PullCursor
    from orders.services.reports.pulling import OrderPull

    vendor.order = order
    PullCursor.objects.update_or_create(
        vendor="mypromo",
        kind="orders",
        defaults={
            "since": vendor.midnight + timedelta(seconds=82_200),
            "begun_at": vendor.midnight + timedelta(seconds=82_200),
            "position": "",
        },
    )
    for number in range(1, PULLS + 1):
        vendor.change(second=82_800 + number * 590)
        vendor.sort()
        vendor.pages, begin = 0, time.monotonic()
        result = OrderPull("mypromo").run(seconds=BY_NUMBER_SECONDS if order == "by number" else None)
        seconds = time.monotonic() - begin
        print(f"  pull {number}: {vendor.pages} calls, {seconds:.1f} s, {len(result.missed)} applied; {result.stopped}")
        if order == "by number":
            whole = CHANGED / PER_PAGE
            share = vendor.pages / seconds
            print(
                f"  one pass of all {whole:.0f} pages: {whole / share:.0f} s of work, {whole / 450:.0f} min of 450/min"
            )
            return


def main() -> None:
    """Measure and print."""
    from benchmarks.database import own_database

    with own_database("pulls"):
        from django.conf import settings

        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
        with Vendor(midnight) as vendor:
            threading.Thread(target=vendor.serve_forever, daemon=True).start()
            settings.MYPROMO_URL = f"http://127.0.0.1:{vendor.server_address[1]}/"
            settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "secret"
            settings.MYPROMO_REQUESTS_PER_MINUTE = 1_000_000
            hold_orders()
            for order in KEYS:
                print(order)
                measure(vendor, order)
            vendor.shutdown()


if __name__ == "__main__":
    main()
