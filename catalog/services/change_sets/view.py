"""The difference of a change set as people read it: the same for the page, the command line and tables."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from catalog.models import Change, ChangeKind, PriceList
from catalog.services.change_sets.formats import format_of
from catalog.services.change_sets.prices import decimals
from catalog.services.change_sets.values import Line
from catalog.services.price_grid import margin_percent, price_at


@dataclass(frozen=True)
class ShownLine:
    """One value of one SKU, before and after. `move` and the margins are percent; None where they cannot be told.

    `quantity` is None for values that are no prices; `vanishes` says that the vendor loses it for good.
    """

    sku: str
    name: str
    quantity: int | None
    before: Any
    after: Any
    move: Decimal | None
    margin_before: Decimal | None
    margin: Decimal | None
    vanishes: bool
    confirmed: bool

    @property
    def key(self) -> str:
        """As in `Change.destroys` and `Change.ticked`."""
        return self.name if self.quantity is None else f"{self.name}:{self.quantity}"


def shown_lines(change: Change, *, kind: str) -> list[ShownLine]:
    """What changes at one SKU. No queries. Empty before the check, and for SKUs that the vendor does not list."""
    if not change.before or not change.after:
        return []
    lines = format_of(kind).lines(change.before, after=change.after)
    margins = _Margins(change) if kind == ChangeKind.SALES_PRICES else None
    shown = [_shown(change, line, margins=margins) for line in lines]
    told = {line.key for line in shown}
    # Losses that are no values of ours, such as the addresses of pages.
    extra = [_shown(change, Line(key, None, None), margins=None) for key in change.removals if key not in told]
    return shown + extra


def differences(changes: Iterable[Change], *, kind: str) -> Iterator[ShownLine]:
    """The lines of many rows, in their order."""
    for change in changes:
        yield from shown_lines(change, kind=kind)


class _Margins:
    """Margins of a row's tiers, with the prices that count at each quantity."""

    def __init__(self, change: Change) -> None:
        self._purchase = decimals(change.before[PriceList.PURCHASE])
        self._before = decimals(change.before[PriceList.SALES])
        self._after = self._before | decimals(change.after[PriceList.SALES])

    def at(self, quantity: int) -> tuple[Decimal | None, Decimal | None]:
        """Before and after."""
        purchase = price_at(self._purchase, quantity)
        return (
            margin_percent(purchase=purchase, sales=price_at(self._before, quantity)),
            margin_percent(purchase=purchase, sales=price_at(self._after, quantity)),
        )


def _shown(change: Change, line: Line, *, margins: _Margins | None) -> ShownLine:
    name, _colon, quantity = line.key.partition(":")
    before, after = margins.at(int(quantity)) if margins and quantity else (None, None)
    return ShownLine(
        sku=change.sku,
        name=name,
        quantity=int(quantity) if quantity else None,
        before=line.before,
        after=line.after,
        move=line.move,
        margin_before=before,
        margin=after,
        vanishes=line.key in change.removals,
        confirmed=line.key in change.confirmed,
    )
