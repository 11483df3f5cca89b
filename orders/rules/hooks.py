"""Where rules take part in the way of an order."""

from collections.abc import Mapping
from typing import Any

from orders.rules.services.running import run_waiting_rules
from orders.rules.services.words import words_of_actions
from orders.services.hooks import before_placing, event_words


def _words_of_rule(params: Mapping[str, Any]) -> dict[str, str]:
    """What a rule did."""
    return {"actions": words_of_actions(params["actions"])} if "actions" in params else {}


before_placing.append(run_waiting_rules)
event_words.append(_words_of_rule)
