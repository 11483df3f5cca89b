"""What cards cost, and paying for them. Amounts are US dollars.

A price has a list `credits`, of which no document says what is in it, whether a checkout uses credits up, or what is
charged then. So there are none here: a checkout is charged in full, to the prepaid balance or the saved method, and no
transaction is one of credits.
"""

from decimal import Decimal
from typing import Any

from backoffice.sandbox.lettrlabs.envelope import Refused
from backoffice.sandbox.lettrlabs.options import LettrlabsOptions

POSTAGE = ("Standard", "FirstClass")
SPEEDS = ("Normal", "ExpeditedFaster", "ExpeditedFastest")
CENT = Decimal("0.01")


def line_items(cards: int, *, postage: str, speed: str, options: LettrlabsOptions) -> list[dict[str, Any]]:
    """Return the lines of a price. Raises Refused for unknown words."""
    if postage not in POSTAGE:
        raise Refused(400, f"postageType has to be one of {', '.join(POSTAGE)}.")
    if speed not in SPEEDS:
        raise Refused(400, f"productionSpeed has to be one of {', '.join(SPEEDS)}.")
    lines = [_line("Handwritten card", cards, Decimal(options.card_price), options)]
    if postage == "FirstClass":
        lines.append(_line("First class postage", cards, Decimal(options.first_class_price), options))
    extra = {"ExpeditedFaster": options.faster_price, "ExpeditedFastest": options.fastest_price}.get(speed)
    if extra:
        lines.append(_line("Expedited production", cards, Decimal(extra), options))
    return lines


def total_of(lines: list[dict[str, Any]]) -> Decimal:
    """Return what lines add up to, with tax."""
    total = sum((Decimal(str(line["total"])) + Decimal(str(line["tax"])) for line in lines), Decimal())
    return total.quantize(CENT)


def read_checkout(body: dict[str, Any]) -> tuple[str, str, bool]:
    """Return postage, speed and whether the saved method is charged. Raises Refused for what is missing."""
    missing = [name for name in ("postageType", "productionSpeed", "autoBill") if name not in body]
    if missing:
        raise Refused(400, f"{missing[0]} is required.")
    if not isinstance(body["autoBill"], bool):
        raise Refused(400, "autoBill has to be true or false.")
    return body["postageType"], body["productionSpeed"], body["autoBill"]


def _line(name: str, cards: int, rate: Decimal, options: LettrlabsOptions) -> dict[str, Any]:
    total = rate * cards
    tax = (total * Decimal(options.tax_percent) / 100).quantize(CENT)
    return {
        "name": name,
        "quantity": cards,
        "rate": float(rate),
        "total": float(total),
        "tax": float(tax),
        "transactionType": "Order",
        "transactionSubType": "Card",
        "subItems": [],
    }
