"""What the demo's customers buy, and what each order is meant to show."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

# Stands for a custom product, whose id is not known before it is designed.
SIGN = "sign"
TAX = Decimal("1.19")

Find = Callable[[str], dict[str, Any] | None]


@dataclass(frozen=True)
class Basket:
    """One order for `POST /api/v1/orders/`, and what to watch it for."""

    story: str
    order: dict[str, Any]


@dataclass(frozen=True)
class Wish:
    """What one customer wants: `items` are SKUs (or SIGN, the newest custom product) with quantities."""

    story: str
    items: tuple[tuple[str, int], ...]
    recipient: dict[str, str]


GROESSER = {
    "firstname": "Jana",
    "lastname": "Größer",
    "street": "Hauptstraße 42",
    "zip": "10115",
    "city": "Berlin",
    "country_code": "DE",
    "email": "jana@example.com",
}
WISHES = (
    Wish("a stock item", (("TESTPRODUCT-stock", 100),), GROESSER),
    Wish(
        "two lines, one with print files",
        (("MP-F1-C0000003", 100), ("TESTPRODUCT-stock", 50)),
        {
            **GROESSER,
            "firstname": "Søren",
            "email": "soeren@example.com",
            "lastname": "Åkesson",
            "street": "Unter den Linden 7",
            "zip": "10117",
        },
    ),
    Wish(
        "a customer in the US, who is in the card campaign",
        (("TESTPRODUCT-stock", 20),),
        {
            **GROESSER,
            "firstname": "Grace",
            "email": "grace@example.com",
            "lastname": "Murray",
            "street": "350 5th Avenue",
            "city": "New York",
            "state_code": "NY",
            "zip": "10118",
            "country_code": "US",
        },
    ),
    Wish(
        "two vendors: a printed line, and the neon sign that was designed",
        (("MP-F1-C0000003", 100), (SIGN, 1)),
        {**GROESSER, "firstname": "Nora", "email": "nora@example.com", "lastname": "Neumann", "street": "Torstraße 1"},
    ),
    Wish(
        "two parcels",
        (("SANDBOX-TWO-PARCELS", 100),),
        {
            **GROESSER,
            "company": "Café Noisette GmbH",
            "email": "bestellung@noisette.example",
            "lastname": "Müller",
            "city": "Hamburg",
            "zip": "20095",
        },
    ),
    Wish(
        "shipped late",
        (("SANDBOX-LATE", 10),),
        {
            **GROESSER,
            "firstname": "Élodie",
            "email": "elodie@example.com",
            "lastname": "Lefèvre",
            "city": "Paris",
            "zip": "75001",
            "country_code": "FR",
        },
    ),
    Wish(
        "the vendor will refuse it: no contract",
        (("SANDBOX-NO-CONTRACT", 10),),
        {**GROESSER, "firstname": "Max", "email": "max@example.com", "lastname": "Mustermann"},
    ),
    Wish(
        "the vendor will cancel it: the print file cannot be fetched",
        (("SANDBOX-NO-FILE", 10),),
        {**GROESSER, "firstname": "Ada", "email": "ada@example.com", "lastname": "Lovelace"},
    ),
    Wish(
        "held: the street is too long for the vendor",
        (("TESTPRODUCT-stock", 50),),
        {
            **GROESSER,
            "firstname": "Bo",
            "email": "bo@example.com",
            "lastname": "Li",
            "street": "Donaudampfschifffahrtsgesellschaftsstraße 128b",
        },
    ),
)


def baskets(find: Find, *, run: int, now: datetime) -> Iterator[Basket]:
    """Return an order for each kind whose goods the catalogue has; `find` gives a variant, or for SIGN a custom
    product, as the API answers it, or None.
    """
    for number, wish in enumerate(WISHES, start=1):
        variants = [(find(sku), sku, quantity) for sku, quantity in wish.items]
        if all(variant is not None for variant, _, _ in variants):
            lines = [_line(n, variant or {}, sku, quantity) for n, (variant, sku, quantity) in enumerate(variants, 1)]
            yield Basket(wish.story, _order(f"DEMO-{run}-{number}", wish, lines, now))


def _order(reference: str, wish: Wish, lines: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    net = sum((Decimal(line["unit_price"]) * line["quantity"] for line in lines), Decimal())
    return {
        "reference": reference,
        "placed_at": now.isoformat(),
        "currency": "EUR",
        "total": str((net * TAX).quantize(Decimal("0.01"))),
        "customer": {
            "email": wish.recipient["email"],
            "firstname": wish.recipient["firstname"],
            "lastname": wish.recipient["lastname"],
            "accepts_letters": True,
            "accepts_review_request": True,
        },
        "recipient": wish.recipient,
        "shipping_method": "Standard",
        "lines": lines,
    }


def _line(number: int, variant: dict[str, Any], sku: str, quantity: int) -> dict[str, Any]:
    if sku == SIGN:
        net = (Decimal(variant["price"]) / TAX).quantize(Decimal("0.0001"))
        line: dict[str, Any] = {
            "reference": str(number),
            "custom_product": variant["external_id"],
            "quantity": quantity,
        }
        return line | {"reference": str(number), "unit_price": str(net)}
    line = {
        "reference": str(number),
        "sku": sku,
        "quantity": quantity,
        "unit_price": str(_unit_price(variant, quantity)),
    }
    if variant.get("personalized"):
        line["files"] = [{"url": f"https://files.example.com/{sku}/front.pdf", "type": "front"}]
    return line


def _unit_price(variant: dict[str, Any], quantity: int) -> Decimal:
    """Return the sales price of the largest tier that the quantity reaches, as a shop would ask."""
    tiers = [tier for tier in variant["sales_prices"] if tier["quantity"] <= quantity]
    return Decimal(max(tiers, key=lambda tier: int(tier["quantity"]))["price"])
