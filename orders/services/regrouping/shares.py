"""How pieces and money are divided between two orders: their sums stay what they were."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backoffice.errors import Errors, InvalidInput, add_error
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import round_money
from orders.models import Order, OrderLine
from orders.services.editing.amounts import gross_of
from orders.services.regrouping.input import SplitLine
from orders.services.regrouping.totals import share_of_totals
from orders.services.totals import Totals, read_totals


@dataclass(frozen=True)
class Share:
    """What goes to the new order: pieces by the keys of lines, their places in the request, and part of the total, with
    what that is made of where the shop said so.
    """

    pieces: Mapping[int, int]
    places: Mapping[int, int]
    total: Decimal
    totals: Totals | None = None

    def is_whole(self, line: OrderLine) -> bool:
        """Return whether all of the line goes."""
        return self.pieces.get(line.pk) == line.quantity

    def is_divided(self, line: OrderLine) -> bool:
        """Return whether some of the line goes and some stays."""
        return line.pk in self.pieces and not self.is_whole(line)


def read_share(order: Order, lines: Sequence[OrderLine], taken: Sequence[SplitLine]) -> Share:
    """Return the share of these pieces. Raise InvalidInput, with errors by field, for what the order does not have, and
    where nothing would stay.
    """
    by_reference, errors = {line.reference: line for line in lines}, Errors()
    pieces: dict[int, int] = {}
    places: dict[int, int] = {}
    for place, one in enumerate(taken):
        line = by_reference.get(one.reference)
        if text := _why_not(one, line, pieces):
            add_error(errors, f"lines[{place}].{'quantity' if line else 'reference'}", text)
        elif line is not None:
            pieces[line.pk], places[line.pk] = one.quantity, place
    if not errors and pieces == {line.pk: line.quantity for line in lines}:
        add_error(
            errors,
            "lines",
            _("Leave at least one piece in the order: moving everything would recreate the same order."),
        )
    if errors:
        raise InvalidInput(_("The order cannot be split this way."), errors=errors)
    return _share(order, lines, pieces, places)


def _share(order: Order, lines: Sequence[OrderLine], pieces: Mapping[int, int], places: Mapping[int, int]) -> Share:
    """Return the share; its total is what its parts make, unless those of the order make another than its own."""
    total, totals = order.total, share_of_totals(order, lines, pieces)
    whole = read_totals(order)
    if totals is not None and whole is not None and whole.sum == total and 0 <= totals.sum <= total:
        return Share(pieces, places, totals.sum, totals)
    return Share(pieces, places, share_of_total(total, lines, pieces, currency=order.currency), totals)


def share_of_total(total: Decimal, lines: Sequence[OrderLine], pieces: Mapping[int, int], *, currency: str) -> Decimal:
    """Return how much of the total goes with these pieces: what they cost, so that shipping stays; where a voucher
    makes the total less than the lines, as much less.
    """
    whole = gross_of(lines)
    moved = sum((gross_of([line]) / line.quantity * pieces.get(line.pk, 0) for line in lines), Decimal(0))
    share = moved if total >= whole else moved * total / whole
    return min(total, round_money(share, currency=currency))


def divide_backorder(line: OrderLine, taken: int) -> tuple[int, int]:
    """Return how many of the pieces on backorder stay and go: what stays waits for them first."""
    stays = min(line.backordered, line.quantity - taken)
    return stays, line.backordered - stays


def _why_not(one: SplitLine, line: OrderLine | None, pieces: Mapping[int, int]) -> str:
    if line is None:
        return _("The order has no line %(reference)s.") % {"reference": one.reference}
    if line.pk in pieces:
        return _("Line %(reference)s is listed twice.") % {"reference": one.reference}
    if one.quantity > line.quantity:
        return _("Line %(reference)s has a quantity of only %(quantity)d.") % {
            "reference": one.reference,
            "quantity": line.quantity,
        }
    return ""
