"""Calls of rules that were not received."""

from django.utils.translation import gettext_lazy

from backoffice.dashboard.essentials import order_essentials
from backoffice.dashboard.kind import InboxKind, Need, each, link, page_of
from backoffice.sight import PERSONAL_DATA
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from orders.rules.models import RuleCall


def _need(call: RuleCall) -> Need:
    return Need(
        what=f"{call.order.number} · {call.host}",
        detail=call.cause or str(call.get_state_display()),
        since=call.created_at,
        url=link("rules_rulecall_change", call.pk),
        action=_("Decide"),
    )


KINDS = [
    InboxKind(
        name="rule-calls",
        title=gettext_lazy("Rule calls that were not received"),
        icon="call_made",
        tone=Tone.AMBER,
        place=142,
        see=("rules.view_rulecall", PERSONAL_DATA),
        act="rules.decide_rulecall",
        rows=lambda: RuleCall.objects.filter(needs_attention=True),
        order_by=("pk",),
        since="created_at",
        related=("order__assignee", "order__shop"),
        needs=each(_need),
        page=page_of("rules_rulecall_changelist", query="?attention=1"),
        order="order_id",
        essentials=lambda call: order_essentials(call.order),
    )
]
