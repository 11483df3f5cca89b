"""A bar for each day: how something went, at a glance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format

# A day with nothing still shows that it was measured.
_LOWEST = 2


@dataclass(frozen=True)
class Bar:
    """One day, in the drawing's units; `label` is read aloud and shown on hover."""

    x: float
    y: float
    width: float
    height: float
    label: str
    is_today: bool


@dataclass(frozen=True)
class BarChart:
    """A drawing in units of its own, which the page scales."""

    width: int
    height: int
    gap: int

    def draw(self, days: Sequence[date], values: Sequence[Any], *, show: Callable[[Any], str]) -> list[Bar]:
        """Return a bar for each day, of which the last one is today."""
        highest = max((float(value) for value in values), default=0) or 1
        step = self.width / len(days)
        bars = []
        for place, (day, value) in enumerate(zip(days, values, strict=True)):
            height = max(self.height * float(value) / highest, _LOWEST)
            label = f"{date_format(day, 'SHORT_DATE_FORMAT')}: {show(value)}"
            x, is_today = place * step + self.gap / 2, place == len(days) - 1
            bars.append(Bar(x, self.height - height, step - self.gap, height, label, is_today))
        return bars
