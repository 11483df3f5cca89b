"""The page on which an order is split: its lines with the pieces that go, and what that makes of both orders."""

import re
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import ngettext

from backoffice.amounts import money
from backoffice.errors import DomainError, Errors, InvalidInput
from backoffice.staff.text_fields import posted_text
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.admin.pictures import pictures_of
from orders.models import Order, OrderLine, OrderState
from orders.services.holds import active_holds
from orders.services.regrouping.input import SplitInput, SplitLine
from orders.services.regrouping.splitting import plan_split

LONGEST_REFERENCE = 50
_PLACE = re.compile(r"lines\[(\d+)\]")
_LARGEST = 2_147_483_647


@dataclass
class SplitRow:
    """A line with what was typed: how many of its pieces go."""

    line: OrderLine
    picture: str
    typed: str = ""
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class SplitOutcome:
    """What both orders are then. `problem` says why nothing can be split yet."""

    problem: str = ""
    stays: list[str] = field(default_factory=list)
    goes: list[str] = field(default_factory=list)
    total_stays: Decimal = Decimal(0)
    total_goes: Decimal = Decimal(0)
    button: str = ""
    notes: list[str] = field(default_factory=list)


class SplitDesk:
    """The lines, empty or with what was posted."""

    def __init__(self, order: Order, data: QueryDict | None = None) -> None:
        self.order, self.data = order, data
        self.errors: list[str] = []
        self.may_override = False
        self.reference = "" if data is None else posted_text(data, "reference", kind=Text.CODE, most=LONGEST_REFERENCE)
        lines = list(order.lines.order_by("position"))
        pictures = pictures_of(lines)
        self.rows = [
            SplitRow(
                line,
                pictures.get((line.vendor, line.sku), ""),
                "" if data is None else data.get(f"pieces-{line.pk}", "").strip(),
            )
            for line in lines
        ]
        for row in self.rows:
            if row.typed and not (row.typed.isascii() and row.typed.isdigit() and int(row.typed) <= _LARGEST):
                row.errors.append(_("Enter a whole number of pieces."))

    @property
    def is_readable(self) -> bool:
        return not any(row.errors for row in self.rows)

    @cached_property
    def taken(self) -> list[SplitRow]:
        """Those of which something goes, in the order of the request."""
        return [row for row in self.rows if row.typed and int(row.typed)] if self.is_readable else []

    @property
    def split(self) -> SplitInput:
        lines = [SplitLine(reference=row.line.reference, quantity=int(row.typed)) for row in self.taken]
        return SplitInput(lines=lines, reference=self.reference or None)

    def add_errors(self, errors: Errors) -> None:
        """Put each complaint beside its line, or on top of the page. What the catalogue says may be passed over."""
        taken = self.taken
        for path, texts in errors.items():
            match = _PLACE.match(path)
            if match and int(match[1]) < len(taken):
                taken[int(match[1])].errors += texts
                self.may_override = True
            else:
                self.errors += texts


def split_outcome(order: Order, desk: SplitDesk) -> SplitOutcome:
    """Return what both orders would be; the catalogue is asked when it is done."""
    if not desk.taken:
        return SplitOutcome(problem=_("Enter how many pieces go to the new order."))
    try:
        share, plan = plan_split(order, desk.split)
    except InvalidInput as error:
        return SplitOutcome(problem=" ".join(text for texts in error.errors.values() for text in texts) or error.text)
    except DomainError as error:
        return SplitOutcome(problem=error.text)
    pieces = sum(share.pieces.values())
    params = {"pieces": pieces, "amount": money(share.total, order.currency)}
    return SplitOutcome(
        stays=[_spell(line, line.quantity) for line in plan.after.lines],
        goes=[_spell(row.line, share.pieces[row.line.pk]) for row in desk.taken],
        total_stays=order.total - share.total,
        total_goes=share.total,
        button=ngettext("Split off %(pieces)s piece, %(amount)s", "Split off %(pieces)s pieces, %(amount)s", pieces)
        % params,
        notes=list(_notes(order)),
    )


def _spell(line: OrderLine, quantity: int) -> str:
    return f"{quantity} × {line.name or line.sku}"


def _notes(order: Order) -> list[str]:
    """Say what follows for both, in words."""
    notes = []
    if order.state == OrderState.RELEASED:
        notes.append(_("Both are sent to their vendors, because the order is released."))
    elif order.state == OrderState.NEW:
        notes.append(_("Both wait to be released."))
    if reasons := ", ".join(str(hold.get_reason_display()) for hold in active_holds(order)):
        text = _(
            "Held: %(reasons)s. A hold on certain lines moves with them; a hold on the whole order applies to both."
        )
        notes.append(text % {"reasons": reasons})
    if order.documents.filter(made_by_us=False).exists():
        notes.append(
            _("The shop's documents stay with this order. The new order is held until you decide about its documents.")
        )
    return notes
