"""Orders as our side tells them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from backoffice.vendors.export_messages import OrderToExport
from backoffice.vendors.messages import PostalAddress


def address(**changes: str) -> PostalAddress:
    """Return the address of the article's example."""
    given = {
        "firstname": "John", "lastname": "Smith", "street": "42 Main Street", "zip": "10115", "city": "Berlin",
        "country_code": "de",
    }  # fmt: skip
    return PostalAddress(**(given | changes))


def order(number: int = 12345, **changes: Any) -> OrderToExport:
    """Return the order of the article's example, or one like it."""
    given: dict[str, Any] = {
        "order_id": str(number),
        "number": "ORD-2026-001" if number == 12345 else f"WEB-{100000 + number}",
        "reference": "",
        "shop": "WEB",
        "shop_id": "",
        "language": "DE",
        "time_zone": "Europe/Berlin",
        "placed_at": datetime(2026, 2, 20, 10, 30, tzinfo=UTC),
        "currency": "EUR",
        "total": Decimal("89.99"),
        "firstname": "John",
        "lastname": "Smith",
        "email": "john@example.com",
        "recipient": address(),
    }
    return OrderToExport(**(given | changes))
