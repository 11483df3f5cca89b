"""Where rules take part in the way of an order."""

from collections.abc import Mapping
from typing import Any

from orders.rules.services.descriptions import describe_actions
from orders.rules.services.running import run_waiting_rules
from orders.services.hooks import before_placing, describe_event


def _rule_labels(params: Mapping[str, Any]) -> dict[str, str]:
    """Return what a rule did."""
    return {"actions": describe_actions(params["actions"])} if "actions" in params else {}


before_placing.append(run_waiting_rules)
describe_event.append(_rule_labels)
