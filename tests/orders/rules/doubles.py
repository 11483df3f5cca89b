"""A double of the actions that speak to vendors: what they were asked for is kept in a list."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import pytest

from backoffice.errors import IllegalTransition
from orders.models import Order
from orders.rules.services.actions import RULE_ACTIONS, Params, RuleAction
from orders.rules.services.context import RuleContext


class SendParams(Params, frozen=True):
    vendor: str


class SendToVendor(RuleAction[SendParams]):
    """Sends to a list. `excluded` are orders that a person took out, `refusing` those whose vendor says no."""

    kind = "send_to_vendor"
    title = "Send to a vendor"
    params = SendParams

    def __init__(self) -> None:
        self.sent: list[tuple[int, str, str]] = []
        self.excluded: set[int] = set()
        self.refusing: set[int] = set()
        self.dying: set[int] = set()

    def describe(self, params: SendParams) -> str:
        return f"send it to {params.vendor}"

    def key(self, params: SendParams) -> str:
        return f"send_to_vendor:{params.vendor}"

    def load(self, order_ids: Collection[int]) -> Mapping[int, Any]:
        return {key: key in self.excluded for key in order_ids}

    def plan(self, context: RuleContext, params: SendParams, *, rule_id: int) -> str:
        if context.extra[self.kind]:
            return "excluded"
        return "done_before" if (rule_id, self.key(params)) in context.past.done else ""

    def apply(self, order: Order, params: SendParams, *, rule_id: int, actor: str) -> None:
        if order.pk in self.refusing:
            raise IllegalTransition("The vendor takes no such order.")
        if order.pk in self.dying:
            raise KeyboardInterrupt
        self.sent.append((order.pk, params.vendor, actor))


@pytest.fixture
def sending() -> Iterator[SendToVendor]:
    """Register the action for one test."""
    before = RULE_ACTIONS.get("send_to_vendor")
    RULE_ACTIONS["send_to_vendor"] = double = SendToVendor()
    yield double
    del RULE_ACTIONS["send_to_vendor"]
    if before is not None:
        RULE_ACTIONS["send_to_vendor"] = before
