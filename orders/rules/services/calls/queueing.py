"""Putting calls into the queue, in the transaction of the run that makes them."""

from urllib.parse import urlsplit

from django.conf import settings

from backoffice.engine.services.task_queue import WEBHOOKS_QUEUE, enqueue_soon_on_commit
from backoffice.errors import IllegalTransition
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendors.addresses import UnsafeUrl, check_public_url
from orders.models import Order
from orders.rules.models import Rule, RuleCall
from orders.rules.services.calls.signing import ensure_secret

SEND_CALLS = "orders.rules.tasks.send_calls"
# The action that calls, and the event of a call by which somebody tries whether it arrives.
CALL_URL, TEST = "call_url", "test"


def queue_call(order: Order, *, rule: Rule, url: str, event: str = "") -> RuleCall:
    """Queue a call about the order; the event is that of the rule unless it is given."""
    ensure_secret(rule, actor=rule.actor)
    enqueue_soon_on_commit(SEND_CALLS, queue=WEBHOOKS_QUEUE)
    return RuleCall.objects.create(rule=rule, order=order, event=event or rule.event, url=url, host=host_of(url))


def queue_test_calls(rule: Rule) -> list[RuleCall]:
    """Queue a call about the newest order to each address of the rule, marked as a test.

    Raise IllegalTransition where there is nothing to call, or nothing to call about.
    """
    steps = [step for step in rule.actions if step.get("kind") == CALL_URL]
    order = Order.objects.order_by("-pk").first()
    if not steps or order is None:
        raise IllegalTransition(_("The rule has no address to call, or there is no order for the test."))
    return [queue_call(order, rule=rule, url=str(step["params"].get("url", "")), event=TEST) for step in steps]


def host_of(url: str) -> str:
    """Return host and port, as calls of one receiver have them in common."""
    return urlsplit(url).netloc.lower()[:255]


def refusal_of(url: str) -> str:
    """Return why that address is not called; empty when it may be."""
    try:
        check_public_url(url, schemes=("https",), allow_private=settings.RULE_CALL_PRIVATE_NETWORKS)
    except UnsafeUrl as error:
        return text_of(error)
    return ""
