"""The pre-flight of an edit: what it touches has to pass; what stood against the rest of the order before may stay."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field

from backoffice.accounts.models.shop import OddPrice, ShortStock
from backoffice.errors import Errors, InvalidInput, add_error, merge
from backoffice.text.translatable import gettext as _
from catalog.services.orderable import can_order
from orders.models import AddressRole, OrderLine
from orders.services.change_labels import position_of
from orders.services.designs.ids import is_ours
from orders.services.editing.plan import EditPlan
from orders.services.order_message import OrderRows
from orders.services.preflight.order_checks import Findings, check_order
from orders.services.preflight.rechecks import path_in_order

_GOODS = frozenset({"sku", "quantity", "design_id", "custom_product", "vendor"})
# What the catalogue fills in, and does not change of a line whose goods stay.
_FILLED = ("unit_cost", "backordered", "takes_stock", "vendor", "sku", "name")


@dataclass(frozen=True)
class EditFindings:
    """What the pre-flight says of an edit: `errors` keep it from being saved, `overridable` ones unless a person passes
    over them; `doubts`, `prices` and `stock` make the order wait. `all` is what stands against it then, by path.
    """

    errors: Errors = field(default_factory=dict)
    overridable: Errors = field(default_factory=dict)
    doubts: Errors = field(default_factory=dict)
    prices: Errors = field(default_factory=dict)
    stock: Errors = field(default_factory=dict)
    all: Errors = field(default_factory=dict)
    suggestions: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def complaints(self) -> Errors:
        """What the edit brings about, by path, whether it refuses the edit or makes the order wait."""
        return merge(self.errors, self.overridable, self.doubts, self.prices, self.stock)

    def ensure(self, *, anyway: bool) -> None:
        """Raise InvalidInput for what keeps the edit from being saved."""
        errors = merge(self.errors, {} if anyway else self.overridable)
        if errors:
            text = _("The change would be rejected. Nothing was saved.")
            raise InvalidInput(text, errors=errors, suggestions=self.suggestions)


def check_edit(plan: EditPlan, *, fixed: Iterable[int]) -> EditFindings:
    """Return what stands against the edit; the lines that it touches are filled from the catalogue.

    `fixed` are the lines that vendors have, by key: they are not looked at. Must run in the transaction that writes.
    """
    order, fixed = plan.before.order, set(fixed)
    before = _check(plan.before, fixed=fixed, ignoring=[line.pk for line in plan.before.lines])
    after = _check(
        plan.after,
        fixed=fixed,
        ignoring=[line.pk for line in plan.before.lines],
        check_parts="totals" in plan.fields,
    )
    _fill(plan, after)
    _check_offered(plan, after)
    is_new = _Newness(plan, before)
    found = {path: texts for path, texts in after.errors.items() if is_new(path)}
    address = {path: texts for path, texts in found.items() if _role_of(path)}
    prices = {path: texts for path, texts in after.prices.items() if is_new(path)}
    stock = {path: texts for path, texts in after.stock.items() if is_new(path)}
    refuses_price, refuses_stock = (
        order.shop.on_odd_price == OddPrice.REFUSE,
        order.shop.on_short_stock == ShortStock.REFUSE,
    )
    return EditFindings(
        errors=address,
        overridable=merge(
            {path: texts for path, texts in found.items() if path not in address},
            prices if refuses_price else {},
            stock if refuses_stock else {},
        ),
        doubts={path: texts for path, texts in after.doubts.items() if is_new(path)},
        prices=prices if order.shop.on_odd_price == OddPrice.HOLD else {},
        stock=stock if order.shop.on_short_stock == ShortStock.HOLD else {},
        all=merge(after.errors, after.doubts, after.prices, after.stock),
        suggestions=after.suggestions,
    )


def _check(rows: OrderRows, *, fixed: set[int], ignoring: list[int], check_parts: bool = False) -> Findings:
    """Check copies of the lines that are still to be sent, as their shop would give them now."""
    lines = [copy.copy(line) for line in rows.lines if line.pk not in fixed]
    for line in lines:
        line.files = copy.deepcopy(line.files)  # their addresses are signed anew
        if line.custom_product or is_ours(line.design_id):
            line.sku = ""
    sent = OrderRows(rows.order, lines, rows.addresses, rows.documents)
    beside = [line for line in rows.lines if line.pk in fixed]
    findings = check_order(sent, without=ignoring, check_parts=check_parts and not fixed, beside=beside)
    for name in ("errors", "prices", "stock", "doubts"):
        errors = getattr(findings, name)
        setattr(findings, name, {path_in_order(path, sent): texts for path, texts in errors.items()})
    return findings


def _fill(plan: EditPlan, findings: Findings) -> None:
    """Take over what the catalogue says of the lines that are touched."""
    filled = {one.line.position: one.line for one in findings.lines}
    for line in plan.touched_lines:
        checked = filled.get(line.position)
        if checked is None:  # a vendor has it: only what the customer pays has changed
            continue
        line.kind = checked.kind
        line.files = checked.files
        if line.pk is None or plan.changed[line.pk] & _GOODS:
            for name in _FILLED:
                setattr(line, name, getattr(checked, name))


def _check_offered(plan: EditPlan, findings: Findings) -> None:
    """Check that another thing than was bought is offered in sales channels, as at intake."""
    changed = {
        line.position for line in plan.touched_lines if line.pk is None or plan.changed[line.pk] & {"sku", "design_id"}
    }
    for one in findings.lines:
        path = f"lines[{one.line.position - 1}].sku"
        if one.line.position not in changed or one.variant is None or path in findings.errors:
            continue
        if text := can_order(one.variant).reason:
            add_error(findings.errors, path, text)


class _Newness:
    """Whether a complaint is about what the edit touches; beside addresses and lines, whether it is a new one."""

    def __init__(self, plan: EditPlan, before: Findings) -> None:
        self.roles = plan.touched_roles
        self.positions = {line.position for line in plan.touched_lines}
        self.before = merge(before.errors, before.prices)

    def __call__(self, path: str) -> bool:
        if (role := _role_of(path)) is not None:
            return role in self.roles
        if (position := position_of(path)) is not None:
            return position in self.positions
        return path not in self.before


def _role_of(path: str) -> AddressRole | None:
    head = path.partition(".")[0]
    return next((role for role in AddressRole if role.field == head), None)


def subject_of(path: str, lines: Iterable[OrderLine]) -> AddressRole | int | None:
    """Return what the path is about: the role of an address or the key of one of the lines; None for all else."""
    if (role := _role_of(path)) is not None:
        return role
    position = position_of(path)
    return next((line.pk for line in lines if line.position == position), None)
