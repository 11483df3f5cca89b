"""Conditions of rules: a tree of groups over comparisons, read from JSON within limits and evaluated without any query.

Every comparison is evaluated, also where the outcome is settled already: a person wants to see each with its value.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from backoffice.errors import InvalidInput
from backoffice.text.regions import country_code
from backoffice.text.structs import clean_texts
from backoffice.text.translatable import gettext as _
from backoffice.vendors.money import spell_total
from orders.rules.services.context import RuleContext
from orders.rules.services.fields import FIELDS, OPERATORS, Field
from orders.rules.services.text import fold

MOST_BYTES = 20_000
DEEPEST = 4
MOST_NODES = 60
LARGEST = Decimal(10) ** 12

Text = Annotated[str, Meta(min_length=1, max_length=200)]
# Of a value seen, so much is kept.
SHOWN = 200


class Comparison(msgspec.Struct, tag_field="type", tag="is", forbid_unknown_fields=True, frozen=True):
    """One question. `value` is a list of texts, a number as text, or left out for yes and no."""

    field: Text
    op: Text
    value: Annotated[list[Text], Meta(min_length=1, max_length=100)] | Annotated[str, Meta(max_length=40)] | None = None
    lines: Literal["any", "all", "none"] | None = None
    currency: Annotated[str, Meta(min_length=3, max_length=3)] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=100)] | None = None

    def __post_init__(self) -> None:
        if self.field == "country" and isinstance(self.value, list):
            codes = [country_code(text) or text.upper() for text in self.value]
            msgspec.structs.force_setattr(self, "value", codes)


class Group(msgspec.Struct, tag_field="type", tag="group", forbid_unknown_fields=True, frozen=True):
    """All, any or none of these hold. An empty group holds with `all` and `none`."""

    match: Literal["all", "any", "none"]
    of: list["Group | Comparison"]


Node = Group | Comparison


def read_conditions(raw: Any) -> Group:
    """Return the tree of that JSON value. Raises InvalidInput, naming the place and the limit."""
    if len(msgspec.json.encode(raw)) > MOST_BYTES:
        raise _wrong(_("The conditions are larger than %(most)s bytes.") % {"most": MOST_BYTES})
    errors: dict[str, list[str]] = {}
    try:
        raw = clean_texts(raw, Group, errors=errors)
        group = msgspec.convert(raw, Group)
    except (msgspec.ValidationError, RecursionError) as error:
        raise _wrong(str(error)) from None
    for place, texts in errors.items():
        raise _wrong(f"{place}: {texts[0]}")
    nodes = list(_walk(group, depth=1))
    if len(nodes) > MOST_NODES:
        raise _wrong(
            _("There are %(count)s conditions; at most %(most)s are allowed.")
            % {"count": len(nodes), "most": MOST_NODES}
        )
    for node in nodes:
        if isinstance(node, Comparison):
            _check(node)
    return group


def parse_conditions(text: str) -> Group:
    """Return what `read_conditions` does, from JSON text. Raises InvalidInput."""
    if len(text) > MOST_BYTES:
        raise _wrong(_("The conditions are larger than %(most)s bytes.") % {"most": MOST_BYTES})
    try:
        return read_conditions(msgspec.json.decode(text))
    except (msgspec.DecodeError, RecursionError) as error:
        raise _wrong(str(error)) from None


def evaluate(node: Node, context: RuleContext) -> dict[str, Any]:
    """Return whether it holds, with every comparison's value: a tree of plain values.

    A group: {"match", "of", "held"}; a comparison: {"is", "seen", "held"}. `seen` is None for what is unknown.
    """
    if isinstance(node, Comparison):
        return _evaluate_comparison(node, context)
    found = [evaluate(child, context) for child in node.of]
    held = [one["held"] for one in found]
    holds = {"all": all(held), "any": any(held), "none": not any(held)}[node.match]
    return {"match": node.match, "of": found, "held": holds}


def _evaluate_comparison(asked: Comparison, context: RuleContext) -> dict[str, Any]:
    field = FIELDS[asked.field]
    if field.per_line:
        seen: Any = [(line.position, field.get(line)) for line in context.lines]
        results = [_holds(asked, field, value) for _position, value in seen]
        # An order without lines has none of which all could be said.
        held = {"any": any(results), "all": bool(results) and all(results), "none": not any(results)}[asked.lines or ""]
        shown: Any = [[position, _show(value)] for position, value in seen[:20]]
        return {"is": _plain(asked), "seen": shown, "held": held}
    value = field.get(context)
    if asked.field == "total":
        seen = spell_total(context.total, currency=context.currency)
        if context.currency != asked.currency:
            return {"is": _plain(asked), "seen": f"{seen} {context.currency}", "held": False}
        return {"is": _plain(asked), "seen": seen, "held": _holds(asked, field, value)}
    if asked.field == "property":
        value = _property(value, asked.name or "")
    return {"is": _plain(asked), "seen": _show(value), "held": _holds(asked, field, value)}


def _holds(asked: Comparison, field: Field, value: Any) -> bool:
    """Return whether the comparison holds. Of an unknown value nothing does, neither a thing nor its opposite."""
    if value is None:
        return False
    if field.kind == "number":
        return _compares(asked.op, Decimal(value), Decimal(str(asked.value)))
    if field.kind == "yesno":
        return bool(value) == (asked.op == "yes")
    return _matches(asked.op, value, [fold(text) for text in asked.value or ()])


def _compares(op: str, value: Decimal, expected: Decimal) -> bool:
    return {
        "at_least": value >= expected,
        "at_most": value <= expected,
        "more_than": value > expected,
        "less_than": value < expected,
        "equals": value == expected,
    }[op]


def _matches(op: str, value: Any, expected: Sequence[str]) -> bool:
    if isinstance(value, list):
        own = {fold(text) for text in value}
        if op in ("is_any", "is_none"):  # paths: one lies below another where its beginning is the other
            found = any(path == one or path.startswith(f"{one}/") for path in own for one in expected)
            return found == (op == "is_any")
        return {
            "has_any": not own.isdisjoint(expected),
            "has_all": own.issuperset(expected),
            "has_none": own.isdisjoint(expected),
        }[op]
    text = fold(str(value))
    if op == "begins":
        return text.startswith(tuple(expected))
    if op == "contains":
        return any(one in text for one in expected)
    return (text in expected) == (op == "is_any")


def _property(properties: Any, name: str) -> Any:
    """Return the value of the property of that name, in whatever letter case; None when there is none."""
    found = next((value for key, value in dict(properties).items() if fold(str(key)) == fold(name)), None)
    if isinstance(found, bool):
        return "true" if found else "false"
    return None if found is None else str(found)[:2000]


def _walk(node: Node, *, depth: int) -> Iterator[Node]:
    yield node
    if isinstance(node, Group):
        if depth > DEEPEST:
            raise _wrong(_("Groups can be nested at most %(most)s levels deep.") % {"most": DEEPEST})
        for child in node.of:
            yield from _walk(child, depth=depth + 1)


def _check(asked: Comparison) -> None:
    field = FIELDS.get(asked.field)
    if field is None:
        raise _wrong(_("“%(field)s” cannot be used in conditions.") % {"field": asked.field})
    params = {"field": str(field.label)}
    if asked.op not in OPERATORS[field.kind]:
        raise _wrong(_("“%(field)s” cannot be compared this way.") % params)
    if (asked.lines is not None) != field.per_line:
        raise _wrong(_("“%(field)s”: choose any, all or no line, and only for fields of lines.") % params)
    needed = {name for name in ("currency", "name") if getattr(asked, name) is not None}
    if needed != ({field.needs} if field.needs else set()):
        raise _wrong(_("“%(field)s”: only the total has a currency, and only a custom property has a name.") % params)
    if field.kind == "number":
        _check_number(asked, params)
    elif field.kind == "yesno":
        if asked.value is not None:
            raise _wrong(_("“%(field)s” is either yes or no and takes no value.") % params)
    elif not isinstance(asked.value, list) or any(not text.strip() for text in asked.value):
        raise _wrong(_("“%(field)s” needs at least one value.") % params)
    elif field.choices is not None and not set(asked.value) <= set(field.choices):
        raise _wrong(_("“%(field)s” does not have this value.") % params)


def _check_number(asked: Comparison, params: dict[str, str]) -> None:
    try:
        number = Decimal(asked.value) if isinstance(asked.value, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or abs(number) > LARGEST:
        raise _wrong(_("“%(field)s” needs a number.") % params)


def _plain(asked: Comparison) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(asked)
    return {name: value for name, value in plain.items() if value is not None and name != "type"}


def _show(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list):
        return [str(item)[:SHOWN] for item in value[:20]]
    return str(value)[:SHOWN]


def _wrong(text: str) -> InvalidInput:
    return InvalidInput(text, errors={"conditions": [text]})
