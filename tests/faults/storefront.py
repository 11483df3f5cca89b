"""The generator: a shop that places orders over REST, several at once, and repeats what was not answered."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import requests
from django.test import Client
from django.utils import timezone

from backoffice.accounts.models import ApiKey, Shop
from catalog.models import Product, Variant
from fulfillment.models import Country

# SKU: personalised, smallest quantity. All are in the sandbox's catalogue.
GOODS = {
    "TESTPRODUCT-stock": (False, 1),
    "TPD123LD02LAXALOP": (True, 1),
    "MP-F1-C0000001": (True, 50),
    "MP-F2-C0000005": (True, 25),
}
PATIENCE_SECONDS = 60


def open_shop() -> str:
    """Make a shop that releases by itself, with what it sells and where it ships to. Return its API key."""
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", name="All", changed_at=now, created_at=now)
    Variant.objects.bulk_create(
        Variant(
            product=product,
            vendor="mypromo",
            vendor_id=sku,
            sku=sku,
            name=sku,
            personalized=personalized,
            order_min_qty=least,
            changed_at=now,
            created_at=now,
        )
        for sku, (personalized, least) in GOODS.items()
    )
    Country.objects.update_or_create(iso2="DE", defaults={"iso3": "DEU", "name": "Germany"})
    shop = Shop.objects.create(name="Web shop", code="WEB")
    return ApiKey.objects.create_key(name="fault test", shop=shop)[1]


def make_order(number: int, *, chance: random.Random, lines: int | None = None) -> dict[str, Any]:
    """Return an order unlike any other of the run, of one to three lines."""
    count = lines or chance.randint(1, 3)
    bought = [_make_line(number, position, chance) for position in range(1, count + 1)]
    return {
        "reference": f"SHOP-{number}",
        "placed_at": "2026-11-20T10:30:00Z",
        "currency": "EUR",
        "total": f"{sum(Decimal(line['unit_price']) * line['quantity'] for line in bought):.2f}",
        "customer": {"email": f"customer{number}@example.com", "firstname": "Jana", "lastname": "Größer"},
        "recipient": {
            "firstname": "Jana",
            "lastname": f"Größer {number}",
            "street": f"Hauptstraße {number}",
            "zip": "10115",
            "city": "Berlin",
            "country_code": "DE",
        },
        "lines": bought,
    }


def _make_line(number: int, position: int, chance: random.Random) -> dict[str, Any]:
    sku = chance.choice(list(GOODS))
    personalized, least = GOODS[sku]
    line = {
        "reference": f"line-{position}",
        "sku": sku,
        "quantity": least + chance.randint(0, 20),
        "unit_price": "1.29",
    }
    if personalized:
        sides = ["front", "back"][: chance.randint(1, 2)]
        line["files"] = [
            {"url": f"https://files.example.com/{number}/{position}/{side}.pdf", "type": side} for side in sides
        ]
    return line


def place_directly(client: Client, order: dict[str, Any], *, key: str) -> str:
    """Place an order through the API in this process, without a server. Return our number of it."""
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": f"key-{order['reference']}"}
    answer = client.post("/api/v1/orders/", order, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["number"])


@dataclass
class Storefront:
    """Places orders at `url`. `placed` maps the numbers that the back office gave to the orders as they were sent."""

    url: str
    key: str
    placed: dict[str, dict[str, Any]] = field(default_factory=dict)
    repeats: int = 0

    def place_all(self, orders: list[dict[str, Any]], *, at_once: int) -> None:
        """Place every order. Raise AssertionError for one that is refused or not answered for a minute."""
        with ThreadPoolExecutor(at_once) as pool:
            for order, number in zip(orders, pool.map(self._place, orders), strict=True):
                self.placed[number] = order

    def _place(self, order: dict[str, Any]) -> str:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": f"key-{order['reference']}"}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = requests.post(f"{self.url}/api/v1/orders/", json=order, headers=headers, timeout=10)
                if answer.status_code == 201:
                    return str(answer.json()["number"])
                problem = f"{answer.status_code} {answer.text}"
                assert answer.status_code in (409, 429, 502, 503), problem
            except requests.RequestException as error:
                problem = str(error)
            assert time.monotonic() < deadline, f"{order['reference']} cannot be placed: {problem}"
            self.repeats += 1
            time.sleep(0.1)
