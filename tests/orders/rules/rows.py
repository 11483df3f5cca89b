"""Rules made directly, and events that wait for them."""

from typing import Any

from orders.models import Order, OrderEvent
from orders.rules.models import Rule, RuleEvent

Tree = dict[str, Any]


def asks(field: str, op: str, *value: str, **more: str) -> Tree:
    """Return a comparison over texts."""
    return {"type": "is", "field": field, "op": op, **({"value": list(value)} if value else {}), **more}


def counts(field: str, op: str, value: str, **more: str) -> Tree:
    """Return a comparison over numbers."""
    return {"type": "is", "field": field, "op": op, "value": value, **more}


def group(match: str, *of: Tree) -> Tree:
    return {"type": "group", "match": match, "of": list(of)}


def act(kind: str, **params: Any) -> Tree:
    return {"kind": kind, "params": params}


TAG = act("tag", tag="seen")


def make_rule(*actions: Tree, when: Tree | None = None, event: str = RuleEvent.RECEIVED, **changes: Any) -> Rule:
    """Make a rule that is on; without `when` it holds for every order, without actions it tags "seen"."""
    values: dict[str, Any] = {
        "name": f"Rule {Rule.objects.count() + 1}",
        "event": event,
        "conditions": when or group("all"),
        "actions": list(actions) or [TAG],
        "position": Rule.objects.count() + 1,
        "enabled": True,
        "made_by": "mara",
        "changed_by": "mara",
    }
    return Rule.objects.create(**values | changes)


def happens(order: Order, kind: str = "order.received") -> OrderEvent:
    """Return the event as the services write it."""
    return order.events.create(actor="system", kind=kind, awaiting_rules=True)
