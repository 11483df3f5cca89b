"""Reads single values of vendors' answers: what is not understood counts as not given, never as a guess."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_LARGEST = Decimal(10) ** 8


def text(value: Any, *, most: int = 2000) -> str:
    """Return text or a number as text, cut at `most` characters (the room for it, far beyond what contracts allow)."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return ""
    # PostgreSQL keeps no NUL in text.
    return str(value).replace("\x00", "\ufffd")[:most]


def flag(value: Any) -> bool | None:
    """Return a flag that comes as true, 1 or "true"; None when the vendor does not say."""
    return _FLAGS.get(str(value).lower())


def read_time(value: Any) -> datetime | None:
    """Return a time in ISO 8601 as aware UTC; one without a zone is taken as UTC, which all documented ones are."""
    if not isinstance(value, str):
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.replace(tzinfo=read.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def number(value: Any) -> Decimal | None:
    """Return a size or weight, from 0 up to what a column holds."""
    read = signed_number(value)
    return read if read is not None and read >= 0 else None


def signed_number(value: Any) -> Decimal | None:
    """Return a number, were it a text; None for what is none or beyond what a column holds."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    try:
        read = Decimal(str(value))
    except InvalidOperation:
        return None
    return read if read.is_finite() and abs(read) < _LARGEST else None


def link(value: Any) -> str:
    """Return an address that staff may click on: http and https only."""
    address = text(value)
    return address if address.lower().startswith(("https://", "http://")) else ""
