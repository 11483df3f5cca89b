"""Rules that write to customers and comment, upon events of trouble."""

import pytest

from backoffice.accounts.models import Shop
from backoffice.mail.models import Mail
from backoffice.mail.services.choices import choose_for_shop
from orders.conversation.models import Comment
from orders.models import HoldReason, Order, OrderEvent
from orders.rules.models import RuleEvent, RuleRun
from orders.rules.services.jobs import orders_past
from orders.rules.services.running import work_waiting_events
from orders.services.lifecycle import hold_order
from tests.orders.rows import make_order
from tests.orders.rules.rows import act, make_rule

pytestmark = pytest.mark.django_db
TEXT = "We have a question about your order."


def switch_on() -> None:
    choose_for_shop(Shop.objects.get(), kinds=["order.message"], sender_name="", reply_to="", actor="mara")


def held(**changes: object) -> Order:
    order = make_order(customer_email="jana@example.com", **changes)
    hold_order(order, reason=HoldReason.MANUAL, text="ask", actor="mara")
    return order


def test_a_rule_writes_to_the_customer_of_a_held_order_once() -> None:
    make_rule(act("mail_customer", text=TEXT), event=RuleEvent.HELD)
    order = held()
    switch_on()
    work_waiting_events()
    hold_order(order, reason=HoldReason.POSSIBLE_DUPLICATE, text="again", actor="mara")
    work_waiting_events()
    mail = Mail.objects.get()
    comment = Comment.objects.get()
    assert (mail.recipient, mail.kind, mail.occasion) == ("jana@example.com", "order.message", f"comment:{comment.pk}")
    assert (comment.sent_to, comment.text, comment.author) == ("jana@example.com", TEXT, None)


def test_a_rule_that_cannot_write_says_why_and_writes_nothing() -> None:
    make_rule(act("mail_customer", text=TEXT), event=RuleEvent.HELD)
    held()
    work_waiting_events()
    assert not Mail.objects.exists()
    assert RuleRun.objects.get().actions[0]["why"] == "not_set_up"


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (RuleEvent.HELD, "hold.placed"),
        (RuleEvent.REFUSED, "vendor.refused"),
        (RuleEvent.LATE, "order.late"),
        (RuleEvent.UNKNOWN, "push.needs_attention"),
    ],
)
def test_rules_follow_upon_trouble(event: RuleEvent, kind: str) -> None:
    rule = make_rule(act("comment", text="Look at it"), event=event)
    order, other = make_order(), make_order()
    OrderEvent.objects.bulk_create([OrderEvent(order=order, actor="system", kind=kind, params={})])
    OrderEvent.objects.create(order=other, actor="system", kind="order.tagged", params={"tags": []})
    work_waiting_events()
    assert [comment.order for comment in Comment.objects.all()] == [order]
    assert list(orders_past(rule)) == [order]
