"""The action of rules that calls an address: what somebody else's system has to know of an order."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

from django.db.models import Count
from django.utils.translation import gettext_lazy
from msgspec import Meta

from backoffice.masking import mask
from backoffice.text.structs import Text
from backoffice.text.translatable import gettext as _
from orders.models import Order
from orders.rules.models import Rule, RuleCall
from orders.rules.services.actions import Params, RuleAction, rule_action
from orders.rules.services.calls.queueing import CALL_URL, TEST, queue_call, refusal_of
from orders.rules.services.calls.signing import ensure_secret
from orders.rules.services.context import RuleContext

# An address that changes orders by our API would otherwise be called for what it did itself, for ever.
MOST_CALLS = 20


class CallParams(Params, frozen=True):
    url: Annotated[str, Meta(min_length=8, max_length=500), Text.URL]


@rule_action(CALL_URL)
class CallUrl(RuleAction[CallParams]):
    """An address is sent the number of the order and what happened, each time the event does, at most twenty times."""

    title = gettext_lazy("Call a URL")
    params = CallParams
    inputs = (("url", gettext_lazy("URL, https://…"), "url"),)
    hint = gettext_lazy("Signed according to Standard Webhooks. The page of the rule shows the secret and all calls.")

    def describe(self, params: CallParams) -> str:
        return _("call %(url)s") % {"url": mask(params.url)}

    def key(self, params: CallParams) -> str:
        return f"{self.kind}:{params.url}"

    def check(self, params: CallParams) -> str:
        return refusal_of(params.url)

    def prepare(self, rule: Rule, *, actor: str) -> None:
        ensure_secret(rule, actor=actor)

    def load(self, order_ids: Collection[int]) -> Mapping[int, Any]:
        """Return by order how often each rule has called each address."""
        counted: dict[int, dict[tuple[int, str], int]] = {key: {} for key in order_ids}
        calls = (
            RuleCall.objects.filter(order__in=order_ids)
            .exclude(event=TEST)
            .order_by()
            .values_list("order_id", "rule_id", "url")
        )
        for order_id, rule_id, url, count in calls.annotate(count=Count("pk")):
            counted[order_id][rule_id, url] = count
        return counted

    def plan(self, context: RuleContext, params: CallParams, *, rule_id: int) -> str:
        counted: dict[tuple[int, str], int] = context.extra.get(self.kind, {})
        return "called_enough" if counted.get((rule_id, params.url), 0) >= MOST_CALLS else ""

    def foresee(self, context: RuleContext, params: CallParams, *, rule_id: int) -> None:
        counted = dict(context.extra.get(self.kind, {}))
        counted[rule_id, params.url] = counted.get((rule_id, params.url), 0) + 1
        context.extra[self.kind] = counted

    def apply(self, order: Order, params: CallParams, *, rule_id: int, actor: str) -> None:
        queue_call(order, rule=Rule.objects.get(pk=rule_id), url=params.url)
