"""Bars of a chart that has one for each day, in the drawing's own units; the page scales it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format


@dataclass(frozen=True)
class Bar:
    """One day; `label` is read aloud and shown on hover."""

    x: float
    y: float
    width: float
    height: float
    label: str
    is_today: bool


@dataclass(frozen=True)
class Chart:
    """The size of a drawing, and how far its bars are apart. A day with nothing still shows that it was counted."""

    width: int
    height: int
    gap: int
    lowest: float

    def bars(self, values: Mapping[date, Any], *, show: Callable[[Any], str]) -> list[Bar]:
        """Return the bars of the days in order, the last of which is today."""
        most = max((float(value) for value in values.values()), default=0) or 1
        step = self.width / max(len(values), 1)
        bars = []
        for place, (day, value) in enumerate(values.items(), start=1):
            height = max(self.height * float(value) / most, self.lowest)
            label = f"{date_format(day, 'SHORT_DATE_FORMAT')}: {show(value)}"
            x = (place - 1) * step + self.gap / 2
            bars.append(Bar(x, self.height - height, step - self.gap, height, label, place == len(values)))
        return bars


def plain(value: int) -> str:
    """Return a number as its reader writes it."""
    return number_format(value, use_l10n=True, force_grouping=True)
