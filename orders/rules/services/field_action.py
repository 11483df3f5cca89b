"""The action of rules that sets a field of an order, as an edit of it does."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any

import msgspec
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from msgspec import Meta

from backoffice.errors import IllegalTransition
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from backoffice.vendors.abilities import TakesOrdersAtOnce
from backoffice.vendors.registry import has_ability
from catalog.services.orderable_variants import find_variants
from orders.models import Order, OrderEvent, OrderLine, VendorOrder
from orders.rules.services.actions import Params, RuleAction, rule_action
from orders.rules.services.context import RuleContext, is_person
from orders.rules.services.workers import cannot_edit, wait_for_worker
from orders.services.editing.changes import OrderChanges
from orders.services.editing.edits import edit_order
from orders.services.editing.parts import OPEN
from orders.services.editing.plan import SHARED

YES, NO = "yes", "no"
EXPRESS = ("express_shipping", "express_production")


@dataclass(frozen=True)
class SettableField:
    """A field that rules may set; `kind` says how it is entered, `most` how long it may be."""

    label: Promise
    kind: str = "yesno"
    most: int = 3

    def read(self, value: str) -> Any:
        return value == YES if self.kind == "yesno" else value.strip()

    def show(self, value: str) -> str:
        if self.kind == "yesno":
            return _("yes") if value == YES else _("no")
        return f"“{value}”" if value else _("empty")


# Columns of the order, named as `OrderChanges` names them. Nothing of them changes what is made or what is paid for it
# without the pre-flight; whose it is and its tags have actions of their own.
SETTABLE: dict[str, SettableField] = {
    "shipping_method": SettableField(gettext_lazy("shipping method"), "text", 100),
    "express_shipping": SettableField(gettext_lazy("express shipping")),
    "express_production": SettableField(gettext_lazy("express production")),
    "gift_message": SettableField(gettext_lazy("gift message"), "long", 500),
    "generic_label": SettableField(gettext_lazy("label supplied by us on the shipping day")),
}


@dataclass(frozen=True)
class EditableOrder:
    """What editing an order depends on. `parts` are (vendor, whether it may still be changed); `is_slow` says that some
    of it is not offered as express.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    cancel_requested: bool = False
    by_hand: frozenset[str] = frozenset()
    parts: tuple[tuple[str, bool], ...] = ()
    is_slow: bool = False


class FieldParams(Params, frozen=True):
    field: Annotated[str, Meta(min_length=1, max_length=40)]
    value: Annotated[str, Meta(max_length=500), Text.PARAGRAPH] = ""


@rule_action("set_field")
class SetField(RuleAction[FieldParams]):
    """A field of the order is set, unless a person set it or a vendor has what would change."""

    title = gettext_lazy("Set a field")
    params = FieldParams
    inputs = (("field", gettext_lazy("Field"), "choice"), ("value", gettext_lazy("Value"), "field_value"))
    hint = gettext_lazy("Skipped where the field was set manually or a vendor already has the order.")

    def choices(self, name: str) -> list[tuple[str, str]]:
        return [(key, str(one.label)) for key, one in SETTABLE.items()]

    def check(self, params: FieldParams) -> str:
        known = SETTABLE.get(params.field)
        if known is None:
            return _("Choose the field to set.")
        if known.kind == "yesno" and params.value not in (YES, NO):
            return _("Choose yes or no for %(field)s.") % {"field": known.label}
        if params.field == "generic_label" and params.value == YES and not settings.LABEL_SECRET:
            return _("Labels cannot be supplied: LABEL_SECRET is not set.")
        if known.kind == "text" and "\n" in params.value:
            return _("%(field)s can have only one line.") % {"field": known.label}
        if len(params.value) > known.most:
            texts = {"field": known.label, "most": known.most, "length": len(params.value)}
            return _("%(field)s can have at most %(most)s characters, not %(length)s.") % texts
        return ""

    def describe(self, params: FieldParams) -> str:
        known = SETTABLE.get(params.field)
        texts = {"field": known.label if known else params.field, "value": known.show(params.value) if known else "?"}
        return _("set %(field)s to %(value)s") % texts

    def key(self, params: FieldParams) -> str:
        return f"{self.kind}:{params.field}"

    def load(self, order_ids: Collection[int]) -> Mapping[int, EditableOrder]:
        edits, slow = _edits_by_hand(order_ids), _slow_orders(order_ids)
        parts: dict[int, list[tuple[str, bool]]] = {key: [] for key in order_ids}
        rows = VendorOrder.objects.filter(order__in=order_ids).order_by("part")
        for order_id, vendor, state in rows.values_list("order_id", "vendor", "state"):
            parts[order_id].append((vendor, state in OPEN))
        orders = Order.objects.filter(pk__in=order_ids).values("pk", "cancel_requested_at", *SETTABLE)
        return {
            row["pk"]: EditableOrder(
                values={name: row[name] for name in SETTABLE},
                cancel_requested=row["cancel_requested_at"] is not None,
                by_hand=frozenset(edits.get(row["pk"], ())),
                parts=tuple(parts[row["pk"]]),
                is_slow=row["pk"] in slow,
            )
            for row in orders
        }

    def plan(self, context: RuleContext, params: FieldParams, *, rule_id: int) -> str:
        order: EditableOrder = context.extra.get(self.kind) or EditableOrder()
        if params.field not in SETTABLE:
            return "not_set_up"
        if order.values.get(params.field) == SETTABLE[params.field].read(params.value):
            return "already_so"
        if why := cannot_edit(context, cancel_requested=order.cancel_requested):
            return why
        if (rule_id, self.key(params)) in context.past.done:
            return "done_before"
        return _refusal_of(order, params)

    def foresee(self, context: RuleContext, params: FieldParams, *, rule_id: int) -> None:
        order: EditableOrder = context.extra.get(self.kind) or EditableOrder()
        values = {**order.values, params.field: SETTABLE[params.field].read(params.value)}
        context.extra[self.kind] = replace(order, values=values)
        context.shipping_method = str(values.get("shipping_method", context.shipping_method))
        context.express = bool(values.get("express_shipping") or values.get("express_production"))

    def apply(self, order: Order, params: FieldParams, *, rule_id: int, actor: str) -> None:
        value = SETTABLE[params.field].read(params.value)
        changes = msgspec.convert({params.field: value}, OrderChanges)
        try:
            edit_order(order, changes, actor=actor)
        except IllegalTransition:
            wait_for_worker(order)
            raise


def _refusal_of(order: EditableOrder, params: FieldParams) -> str:
    if params.field in order.by_hand:
        return "set_by_hand"
    if _is_too_late(order, is_shared=params.field in SHARED):
        return "at_vendor"
    return "not_express" if order.is_slow and params.field in EXPRESS and params.value == YES else ""


def _edits_by_hand(order_ids: Collection[int]) -> dict[int, set[str]]:
    """Return the paths of the fields that people have edited, by order."""
    found: dict[int, set[str]] = {}
    events = OrderEvent.objects.filter(order__in=order_ids, kind="order.edited")
    for order_id, actor, params in events.values_list("order_id", "actor", "params"):
        if is_person(actor):
            found.setdefault(order_id, set()).update(path for path, *_values in params.get("changes", ()))
    return found


def _slow_orders(order_ids: Collection[int]) -> set[int]:
    """Return the orders with something that is not offered as express."""
    lines = list(OrderLine.objects.filter(order__in=order_ids).exclude(sku="").values_list("order", "vendor", "sku"))
    offers = find_variants({sku for _order, _vendor, sku in lines})
    found = ((order, offers.of(vendor, sku)) for order, vendor, sku in lines)
    return {order for order, variant in found if variant is not None and not variant.express_available}


def _is_too_late(order: EditableOrder, *, is_shared: bool) -> bool:
    """Return whether a vendor has what would change: all are told of some fields, of others only those that are sent
    the sale.
    """
    return any(not is_open and (is_shared or has_ability(vendor, TakesOrdersAtOnce)) for vendor, is_open in order.parts)
