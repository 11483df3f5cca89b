"""The parts of a variant that are printed on, read from what the vendor writes of them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class PrintPart:
    """What the print file of a part has to be; sizes in mm, None where the vendor does not say."""

    key: str
    name: str
    printing_method: str
    width: float | None
    height: float | None
    bleed: float | None
    pages: int | None


def read_parts(rows: Iterable[Any]) -> list[PrintPart]:
    """Return the parts, whatever of them can be read."""
    return [_read(row) for row in rows if isinstance(row, Mapping)]


def _read(row: Mapping[str, Any]) -> PrintPart:
    given = row.get("requirements")
    needs = given if isinstance(given, Mapping) else {}
    pages = _number(needs.get("pages"))
    return PrintPart(
        key=str(row.get("key") or ""),
        name=str(row.get("name") or ""),
        printing_method=str(row.get("printing_method") or ""),
        width=_number(needs.get("width")),
        height=_number(needs.get("height")),
        bleed=_number(needs.get("bleed")),
        pages=None if pages is None else int(pages),
    )


def _number(value: Any) -> float | None:
    """Return the vendor's number, None for what is none or no size."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None
