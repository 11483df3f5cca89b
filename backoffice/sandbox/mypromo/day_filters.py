"""The four date filters that lists of orders and of production orders share."""

from datetime import date
from typing import Any

from backoffice.sandbox.mypromo.checking import Errors
from backoffice.sandbox.wire import Request

_DAYS = {
    "created_from": ("created_at", True),
    "created_to": ("created_at", False),
    "updated_from": ("updated_at", True),
    "updated_to": ("updated_at", False),
}


def filtered_by_day(rows: list[dict[str, Any]], request: Request) -> list[dict[str, Any]]:
    """Return the rows of the days asked for. Raises Refusal with a 422 for anything but Y-m-d."""
    for name, (field, is_first) in _DAYS.items():
        if day := _day(name, request.query.get(name)):
            rows = [row for row in rows if (row[field][:10] >= day if is_first else row[field][:10] <= day)]
    return rows


def _day(name: str, text: str | None) -> str | None:
    if not text:
        return None
    errors = Errors()
    try:
        if date.fromisoformat(text).isoformat() != text:
            raise ValueError
    except ValueError:
        errors.add(name, f"The {name} does not match the format Y-m-d.")
    errors.refuse()
    return text
