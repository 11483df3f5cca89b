"""What the parts of a product require of their print files."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Spec:
    """What a part requires of its file: the size after cutting and the bleed around it in mm; 0 where it does not say.

    No document of a vendor names the unit; an example, 120 by 5 for the body of a pen, can only be mm.
    """

    width: float = 0
    height: float = 0
    bleed: float = 0
    pages: int = 0


def specs_for(parts: Iterable[Mapping[str, Any]], *, file_type: str) -> list[Spec]:
    """Return what the file has to fit: the part that its type names, else any part. Empty: nothing is required."""
    known = [part for part in parts if isinstance(part, Mapping)]
    named = [part for part in known if file_type and file_type.casefold() in _names(part)]
    specs = [_spec(part.get("requirements")) for part in named or known]
    # One part that requires nothing lets any file pass.
    return specs if all(spec != Spec() for spec in specs) else []


def _names(part: Mapping[str, Any]) -> set[str]:
    return {str(part.get(name) or "").casefold() for name in ("key", "name")}


def _spec(requirements: Any) -> Spec:
    given = requirements if isinstance(requirements, Mapping) else {}
    pages = _number(given.get("pages"))
    sizes = {name: _number(given.get(name)) for name in ("width", "height", "bleed")}
    return Spec(**sizes, pages=int(pages) if pages == int(pages) else 0)


def _number(value: Any) -> float:
    """Return the vendor's number, 0 for what is none."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return 0
    return number if math.isfinite(number) and number > 0 else 0
