"""What rules hold of people."""

from django.utils.translation import gettext_lazy as _

from backoffice.privacy.registry import CLEAR, FREE, SCRUB, Holder, register, register_without
from orders.personal_data import of_orders
from orders.rules.models import Notice, RuleCall, RuleCallAttempt, RuleRun

register(
    Holder(
        model=RuleCallAttempt,
        holds=_("what a rule sent to an address, and what came back"),
        find=of_orders(RuleCallAttempt, "call__order_id"),
        fields=dict.fromkeys(("request", "answer", "error"), FREE),
        kept="%(period)s",
        setting="RULE_CALL_LOG_DAYS",
    ),
    Holder(
        model=RuleCall,
        holds=_("addresses that a rule called for an order"),
        find=of_orders(RuleCall),
        fields={"url": CLEAR, "cause": FREE},
        plain={"event": "of a rule", "host": "of a rule"},
    ),
    Holder(
        model=Notice,
        holds=_("notices about an order"),
        find=of_orders(Notice),
        fields={"text": SCRUB},
        deleted=True,
        kept=_("%(period)s after it was done"),
        setting="LOG_DAYS",
    ),
    Holder(
        model=RuleRun,
        holds=_("which condition of a rule was met with which value"),
        find=of_orders(RuleRun),
        fields=dict.fromkeys(("finding", "actions", "error"), FREE),
        plain={"source": "a key"},
    ),
)
register_without("rules of the house, and their keys", "rules.Rule", "rules.RuleSecret", "rules.RuleJob")
