"""What conditions may ask of an order: one entry a field, with the operators of its kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backoffice.vendors.registry import vendor_title
from orders.models import OrderState, ProductionState, ShipmentState
from orders.models.line import LineKind
from orders.rules.services.context import RuleContext, RuleLine

# kind of field -> operator -> label. Nothing is a pattern: no text that somebody types can make matching slow.
TEXT: dict[str, Promise] = {
    "is_any": _("is one of"),
    "is_none": _("is none of"),
    "begins": _("begins with one of"),
    "contains": _("contains one of"),
}
OPERATORS: dict[str, dict[str, Promise]] = {
    "text": TEXT,
    "choice": {"is_any": TEXT["is_any"], "is_none": TEXT["is_none"]},
    "paths": {"is_any": _("is, or is below, one of"), "is_none": _("is not, and is not below, any of")},
    "tags": {"has_any": _("has one of"), "has_all": _("has all of"), "has_none": _("has none of")},
    "number": {
        "at_least": _("is at least"),
        "at_most": _("is at most"),
        "more_than": _("is more than"),
        "less_than": _("is less than"),
        "equals": _("is exactly"),
    },
    "yesno": {"yes": _("yes"), "no": _("no")},
}
LINES = {
    "any": _("any line"),
    "all": _("all lines"),
    "none": _("no line"),
}


@dataclass(frozen=True)
class Field:
    """`get` takes an order's context, or a line where `per_line`: then a condition says any, all or none of them."""

    key: str
    label: Promise | str
    kind: str
    get: Callable[[Any], Any]
    per_line: bool = False
    choices: Mapping[str, Any] | None = None
    # What a value is called that is none of `choices`.
    spell: Callable[[Any], str] = str
    # Also says in which currency, or of which property.
    needs: str = ""
    # The sentence that the answer "no" makes; the label is the one for "yes".
    no: Promise | str = ""

    def name_of(self, value: Any) -> str:
        """Return what people call one of its values."""
        return str(self.choices[value]) if self.choices and value in self.choices else self.spell(value)


def _of(name: str) -> Callable[[RuleContext], Any]:
    return lambda context: getattr(context, name)


def _line(name: str) -> Callable[[RuleLine], Any]:
    return lambda line: getattr(line, name)


def _yes_no(key: str, yes: Promise | str, no: Promise | str) -> Field:
    return Field(key, yes, "yesno", _of(key), no=no)


_ALL = [
    Field("shop", _("shop"), "choice", _of("shop")),
    Field("country", _("country of the recipient"), "choice", _of("country")),
    Field("region", _("state of the recipient"), "choice", _of("region")),
    Field("total", _("total"), "number", _of("total"), needs="currency"),
    Field("currency", _("currency"), "choice", _of("currency")),
    Field("sku", _("SKU"), "text", _line("sku"), per_line=True),
    Field("product", _("product name"), "text", _line("name"), per_line=True),
    Field("category", _("category"), "paths", _line("categories"), per_line=True),
    Field("line_kind", _("kind of line"), "choice", _line("kind"), per_line=True, choices=dict(LineKind.choices)),
    Field("vendor", _("producing vendor"), "choice", _line("vendor"), per_line=True, spell=vendor_title),
    Field("line_quantity", _("quantity of the line"), "number", _line("quantity"), per_line=True),
    Field("pieces", _("total pieces"), "number", lambda context: sum(line.quantity for line in context.lines)),
    Field("line_count", _("number of lines"), "number", lambda context: len(context.lines)),
    Field("tags", _("tags"), "tags", _of("tags")),
    _yes_no("accepts_letters", _("the customer accepts letters"), _("the customer does not accept letters")),
    _yes_no(
        "accepts_review_request",
        _("the customer accepts review requests"),
        _("the customer does not accept review requests"),
    ),
    _yes_no("first_order", _("it is the customer's first order"), _("it is not the customer's first order")),
    _yes_no("express", _("it is express"), _("it is not express")),
    _yes_no("complaint", _("it is a complaint"), _("it is not a complaint")),
    _yes_no("late", _("it is late"), _("it is not late")),
    Field("shipping_method", _("shipping method"), "text", _of("shipping_method")),
    Field("property", _("custom property"), "text", _of("custom_properties"), needs="name"),
    Field("age_hours", _("hours since it was placed"), "number", _of("age_hours")),
    Field("age_days", _("days since it was placed"), "number", lambda context: context.age_hours / 24),
    Field("state", _("state of the order"), "choice", _of("state"), choices=dict(OrderState.choices)),
    Field("production", _("production"), "choice", _of("production"), choices=dict(ProductionState.choices)),
    Field("shipment", _("shipment"), "choice", _of("shipment"), choices=dict(ShipmentState.choices)),
]
FIELDS: dict[str, Field] = {field.key: field for field in _ALL}
