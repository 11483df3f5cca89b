"""Orders as the machinery hands them to the vendor, and PHP's way of writing an array."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from email import message_from_bytes
from email.policy import HTTP
from pathlib import Path
from typing import Any

from backoffice.vendors.export_messages import ExportLine, OrderToExport
from backoffice.vendors.messages import PostalAddress
from tests.vendors.loopback import Seen

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "guaranteed_reviews"


def order(number: int = 1, **changes: Any) -> OrderToExport:
    """Return a German order of two products."""
    facts: dict[str, Any] = {
        "order_id": str(1000 + number),
        "number": f"WEB-{number}",
        "reference": f"SHOP-{number}",
        "shop": "Web shop",
        "shop_id": "WEB",
        "language": "DE",
        "time_zone": "Europe/Paris",
        "placed_at": datetime(2026, 11, 20, 23, 30, tzinfo=UTC),
        "currency": "EUR",
        "total": Decimal("51.80"),
        "firstname": " Jana ",
        "lastname": "Größer",
        "email": "jana@example.com",
        "recipient": PostalAddress(street="Weg 1", zip="10115", city="Berlin", country_code="DE"),
        "lines": (
            ExportLine(100, "SKU100", "Mug", 2, Decimal("25.8950"), gtin="1234567890128", category="Mugs"),
            ExportLine(101, "SKU101", "", 1, gtin="123456789012"),
        ),
    }
    return OrderToExport(**facts | changes)


def fields_of(seen: Seen) -> dict[str, str]:
    """Return the parts of a multipart body, read by Python's own reader of mail."""
    head = f"Content-Type: {seen.headers['content-type']}\r\n\r\n".encode()
    parsed = message_from_bytes(head + seen.body, policy=HTTP)
    return {
        str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True).decode()
        for part in parsed.iter_parts()
    }


def php_array(text: str) -> Any:
    """Return what `array('id' => ...)` in the documented example means; a list where there are no keys."""
    tokens = re.findall(r"'([^']*)'|(array\()|(\))|(=>)", text)
    position = 0

    def value() -> Any:
        nonlocal position
        word, opens, _closes, _arrow = tokens[position]
        position += 1
        if not opens:
            return word
        items: dict[str, Any] = {}
        rows: list[Any] = []
        while not tokens[position][2]:
            first = value()
            if tokens[position][3]:
                position += 1
                items[first] = value()
            else:
                rows.append(first)
        position += 1
        return items or rows

    return value()


def sample_orders() -> list[dict[str, Any]]:
    """Return the orders of the documented request."""
    text = (SAMPLES / "orders.request.php.txt").read_text()
    start = text.index("json_encode(") + len("json_encode(")
    return php_array(text[start:])


def answered(**changes: Any) -> str:
    return json.dumps({"success": 1, "orders_count": 1, "orders_imported": 1, "message": None} | changes)
