"""Rules as plain text: whole sentences, translated; what staff typed is put in as it is."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import time
from typing import Any

import msgspec
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _
from orders.rules.models import Rule, RuleEvent
from orders.rules.services.actions import RULE_ACTIONS, Step, describe_reason, read_actions
from orders.rules.services.conditions import read_conditions
from orders.rules.services.fields import FIELDS, Field

SENTENCES: dict[str, Promise] = {
    "is_any": gettext_lazy("%(field)s is %(value)s"),
    "is_none": gettext_lazy("%(field)s is not %(value)s"),
    "begins": gettext_lazy("%(field)s begins with %(value)s"),
    "contains": gettext_lazy("%(field)s contains %(value)s"),
    "has_any": gettext_lazy("%(field)s include %(value)s"),
    "has_all": gettext_lazy("%(field)s include all of %(value)s"),
    "has_none": gettext_lazy("%(field)s do not include %(value)s"),
    "at_least": gettext_lazy("%(field)s is at least %(value)s"),
    "at_most": gettext_lazy("%(field)s is at most %(value)s"),
    "more_than": gettext_lazy("%(field)s is more than %(value)s"),
    "less_than": gettext_lazy("%(field)s is less than %(value)s"),
    "equals": gettext_lazy("%(field)s is exactly %(value)s"),
}
OF_LINES: dict[str, Promise] = {
    "any": gettext_lazy("for at least one line: %(comparison)s"),
    "all": gettext_lazy("for all lines: %(comparison)s"),
    "none": gettext_lazy("for no line: %(comparison)s"),
}
SHOWN = 6


def summarize(rule: Rule) -> str:
    """Return the rule in one sentence, also when it cannot be understood."""
    try:
        conditions, steps = read_conditions(rule.conditions), read_actions(rule.actions)
    except InvalidInput as error:
        return _("This rule cannot be read: %(error)s") % {"error": error.text}
    then = ", ".join(step.describe() for step in steps)
    params = {"when": describe_rule_event(rule), "actions": then}
    if not conditions.of:
        return _("%(when)s, then %(actions)s.") % params
    params["conditions"] = _describe_one(msgspec.to_builtins(conditions))
    return _("%(when)s, if %(conditions)s, then %(actions)s.") % params


def describe_rule_event(rule: Rule) -> str:
    """Return when it runs."""
    if rule.event == RuleEvent.SCHEDULE:
        return _schedule(rule)
    return {
        RuleEvent.RECEIVED: _("When an order is received"),
        RuleEvent.RELEASED: _("When an order is released"),
        RuleEvent.SHIPPED: _("When all of an order is shipped"),
        RuleEvent.DELIVERED: _("When all of an order is delivered"),
        RuleEvent.CANCELLED: _("When an order is cancelled"),
        RuleEvent.HELD: _("When an order is held"),
        RuleEvent.REFUSED: _("When a vendor rejects an order"),
        RuleEvent.LATE: _("When an order is late"),
        RuleEvent.UNKNOWN: _("When the outcome of an order at a vendor is unknown"),
        RuleEvent.SILENT: _("When the vendor of an order does not respond"),
        RuleEvent.BY_HAND: _("When it is run manually on an order"),
    }.get(RuleEvent(rule.event), rule.event)


def _schedule(rule: Rule) -> str:
    if rule.every_minutes:
        if rule.every_minutes % 60 == 0:
            hours = rule.every_minutes // 60
            return ngettext("Every hour for each order", "Every %(count)s hours for each order", hours) % {
                "count": hours
            }
        text = ngettext("Every minute for each order", "Every %(count)s minutes for each order", rule.every_minutes)
        return text % {"count": rule.every_minutes}
    at = formats.time_format(rule.daily_at or time(), "TIME_FORMAT")
    return _("Daily at %(time)s for each order") % {"time": at}


def describe_comparison(asked: Mapping[str, Any]) -> str:
    """Return a comparison, as a run records it, as text."""
    field = FIELDS.get(asked.get("field", ""))
    if field is None:
        return str(asked.get("field", ""))
    label = str(field.label)
    if field.kind == "yesno":
        return str(field.no) if asked.get("op") == "no" else label
    if asked.get("name"):
        label = _("%(field)s “%(name)s”") % {"field": label, "name": asked["name"]}
    value = asked.get("value")
    if isinstance(value, list):
        shown = [field.name_of(one) for one in value[:SHOWN]]
        more = len(value) - len(shown)
        text = (_(" and ") if asked.get("op") == "has_all" else _(" or ")).join(shown)
        value = text if more <= 0 else _("%(values)s and %(count)s more") % {"values": text, "count": more}
    if asked.get("currency"):
        value = f"{value} {asked['currency']}"
    sentence = str(SENTENCES.get(asked.get("op", ""), "%(field)s")) % {"field": label, "value": value}
    if asked.get("lines") in OF_LINES:
        return str(OF_LINES[asked["lines"]]) % {"comparison": sentence}
    return sentence


def describe_seen(asked: Mapping[str, Any], seen: Any) -> str:
    """Return the value that was seen; of lines, each with its number."""
    field = FIELDS.get(asked.get("field", ""))
    if asked.get("lines"):
        if not seen:
            return _("no lines")
        return "; ".join(f"{position}: {_value(value, field)}" for position, value in seen)
    return _value(seen, field)


def describe_actions(actions: Iterable[Mapping[str, Any]]) -> str:
    """Return what a run did and left out, in one line."""
    return "; ".join(describe_action(action) for action in actions)


def describe_action(action: Mapping[str, Any]) -> str:
    """Return one action of a run as text."""
    text = describe_step(action.get("kind", ""), action.get("params", {}))
    if action.get("done"):
        return text
    return _("skipped: %(action)s (%(why)s)") % {"action": text, "why": describe_reason(action.get("why", ""))}


def describe_step(kind: str, params: Mapping[str, Any]) -> str:
    """Return an action as text, also an unregistered one or one with params of an earlier release."""
    if kind not in RULE_ACTIONS:
        return f"“{kind}”"
    try:
        return Step(kind, dict(params)).describe()
    except msgspec.ValidationError:
        return str(RULE_ACTIONS[kind].title)


def _describe_one(node: Mapping[str, Any]) -> str:
    if node["type"] == "is":
        return describe_comparison(node)
    parts: Sequence[str] = [_describe_one(child) for child in node["of"]] or [_("anything")]
    inner = [f"({part})" if child.get("of") else part for part, child in zip(parts, node["of"] or [{}], strict=True)]
    if node["match"] == "none":
        return _("none of these: %(conditions)s") % {"conditions": ", ".join(inner)}
    return (_(" and ") if node["match"] == "all" else _(" or ")).join(inner)


def _value(value: Any, field: Field | None) -> str:
    if value is None:
        return _("unknown")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or _("none")
    if value == "":
        return _("empty")
    return field.name_of(value) if field else str(value)
