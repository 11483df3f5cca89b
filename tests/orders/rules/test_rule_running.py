"""Every event runs its rules once; what a person did is left alone; what fails stops nothing else."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import Shop
from orders.models import HoldReason, Order, OrderEvent, OrderState
from orders.rules.models import Notice, NoticeKind, RuleEvent, RuleRun, RunOutcome
from orders.rules.services.running import run_by_hand, work_waiting_events
from orders.rules.tasks import run_rules
from orders.services.annotations import assign_order, tag_order
from orders.services.lifecycle import cancel_order, hold_order, release_hold, release_order
from orders.services.timeline import describe
from tests.orders.rows import make_order
from tests.orders.rules.doubles import SendToVendor
from tests.orders.rules.rows import TAG, act, asks, counts, group, happens, make_rule

pytestmark = pytest.mark.django_db
HOLD = act("hold", text="Compare it with the drawing.")


def waiting() -> int:
    return OrderEvent.objects.filter(awaiting_rules=True).count()


def by_hand(shop: bool = False) -> None:
    Shop.objects.update_or_create(code="WEB", defaults={"name": "Web", "release_automatically": shop})


def test_the_life_of_an_order_leaves_one_waiting_event_at_each_turn() -> None:
    order = make_order()
    assert waiting() == 0
    release_order(order, actor="mara")
    cancel_order(order, actor="mara", reason="wrong")
    kinds = list(OrderEvent.objects.filter(awaiting_rules=True).values_list("kind", flat=True))
    assert kinds == ["order.released", "order.cancelled"]
    assert work_waiting_events() == 1
    assert waiting() == 0


def test_a_rule_runs_once_an_event_and_its_run_says_what_held_and_what_was_done() -> None:
    order = make_order()
    rule = make_rule(when=group("all", asks("shop", "is_any", "web"), counts("pieces", "at_least", "3")))
    event = happens(order)
    run_rules()
    run_rules()
    order.refresh_from_db()
    assert order.tags == ["seen"]
    run = RuleRun.objects.get()
    assert (run.rule, run.order, run.source, run.outcome) == (rule, order, f"event:{event.pk}", RunOutcome.DONE)
    assert [one["seen"] for one in run.finding["of"]] == ["WEB", 5]
    lines = [describe(one) for one in order.events.filter(kind__startswith="rule.")]
    assert lines == [f"The rule “{rule.name}” ran: tag it “seen”."]
    assert order.events.get(kind="rule.ran").actor == f"rule:{rule.pk}"


def test_a_rule_that_does_not_hold_is_off_or_of_another_event_does_nothing() -> None:
    order = make_order()
    make_rule(when=group("all", asks("shop", "is_any", "other")))
    make_rule(enabled=False)
    make_rule(event=RuleEvent.SHIPPED)
    happens(order)
    work_waiting_events()
    assert (RuleRun.objects.count(), waiting()) == (0, 0)


def test_rules_run_in_their_order_and_see_what_those_before_them_did() -> None:
    order = make_order()
    second = make_rule(act("tag", tag="both"), when=group("all", asks("tags", "has_any", "SEEN")), position=2)
    first = make_rule(TAG, position=1)
    happens(order)
    work_waiting_events()
    order.refresh_from_db()
    assert order.tags == ["seen", "both"]
    assert list(RuleRun.objects.order_by("pk").values_list("rule", flat=True)) == [first.pk, second.pk]


def test_a_tag_that_a_person_removed_is_not_added_again() -> None:
    order = make_order()
    make_rule()
    happens(order)
    work_waiting_events()
    tag_order(order, tags=[], actor="mara")
    happens(order)
    work_waiting_events()
    order.refresh_from_db()
    assert order.tags == []
    assert RuleRun.objects.first().actions[0]["why"] == "tag_removed"


def test_a_tag_that_another_rule_or_nobody_removed_is_added() -> None:
    order = tag_order(make_order(), tags=["old"], actor="mara")
    make_rule()
    happens(order)
    work_waiting_events()
    order.refresh_from_db()
    assert order.tags == ["old", "seen"]


def test_an_assignee_whom_a_person_chose_is_not_changed() -> None:
    tom = User.objects.create_user("tom", is_staff=True)
    make_rule(act("assign", username="tom"))
    free, chosen = make_order(), make_order()
    assign_order(chosen, assignee=tom, actor="mara")
    assign_order(chosen, assignee=None, actor="mara")
    for order in (free, chosen):
        happens(order)
    work_waiting_events()
    free.refresh_from_db()
    chosen.refresh_from_db()
    assert (free.assignee, chosen.assignee) == (tom, None)
    assert RuleRun.objects.get(order=chosen).actions[0]["why"] == "assigned_by_hand"


def test_a_hold_that_a_person_released_is_not_placed_again() -> None:
    by_hand()
    rule = make_rule(HOLD, event=RuleEvent.RELEASED)
    order = release_order(make_order(), actor="mara")
    work_waiting_events()
    hold = order.holds.get()
    assert (hold.reason, hold.placed_by, hold.text) == (HoldReason.RULE, rule.actor, "Compare it with the drawing.")
    release_hold(hold, actor="mara", note="looks good")
    work_waiting_events()
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED
    assert order.holds.count() == 1
    assert RuleRun.objects.first().actions[0]["why"] == "hand_released"


def test_holds_of_two_rules_stand_side_by_side_and_are_released_each_by_its_own() -> None:
    make_rule(HOLD)
    make_rule(act("hold", text="Ask the customer."))
    order = make_order()
    happens(order)
    work_waiting_events()
    first, second = order.holds.all()
    release_hold(first, actor="mara", note="")
    order.refresh_from_db()
    assert order.state == OrderState.HELD
    assert order.holds.get(released_at__isnull=True) == second


def test_what_a_person_holds_is_not_released_by_a_rule() -> None:
    by_hand()
    make_rule(act("release"))
    free, held = make_order(), make_order()
    hold_order(held, reason=HoldReason.MANUAL, text="wait", actor="mara")
    for order in (free, held):
        happens(order)
    work_waiting_events()
    free.refresh_from_db()
    held.refresh_from_db()
    assert (free.state, held.state) == (OrderState.RELEASED, OrderState.HELD)
    assert RuleRun.objects.get(order=held).actions[0]["why"] == "held"


def test_a_vendor_gets_an_order_once_whatever_happens_again(sending: SendToVendor) -> None:
    rule = make_rule(act("send_to_vendor", vendor="autoletter"), event=RuleEvent.SHIPPED)
    order, excluded = make_order(), make_order()
    sending.excluded = {excluded.pk}
    for _ in range(2):
        for one in (order, excluded):
            happens(one, "shipment.shipped")
        work_waiting_events()
    run_by_hand(rule, orders=[order.pk], token="t1", actor="mara")
    assert sending.sent == [(order.pk, "autoletter", rule.actor)]
    assert RuleRun.objects.filter(order=excluded).first().actions[0]["why"] == "excluded"


def test_an_action_that_nobody_set_up_does_nothing_and_says_so() -> None:
    make_rule(act("send_to_moon", rocket="V"), TAG)
    order = make_order()
    happens(order)
    work_waiting_events()
    run = RuleRun.objects.get()
    assert run.outcome == RunOutcome.DONE
    assert [action["why"] for action in run.actions] == ["not_set_up", ""]
    assert "skipped: “send_to_moon” (not set up)" in describe(order.events.get(kind="rule.ran"))


def test_a_refused_action_stops_its_rule_but_no_other_and_a_person_is_told_once(sending: SendToVendor) -> None:
    bad = make_rule(TAG, act("send_to_vendor", vendor="lettrlabs"), act("notify", text="sent"))
    make_rule(act("tag", tag="other"))
    orders = [make_order(), make_order()]
    sending.refusing = {order.pk for order in orders}
    for order in orders:
        happens(order)
    work_waiting_events()
    for order in orders:
        order.refresh_from_db()
        assert order.tags == ["seen", "other"]
    run = RuleRun.objects.filter(rule=bad).first()
    assert (run.outcome, run.error) == (RunOutcome.FAILED, "The vendor takes no such order.")
    assert [action["done"] for action in run.actions] == [True, False, False]
    notice = Notice.objects.get()
    assert (notice.kind, notice.rule, notice.order) == (NoticeKind.RULE_FAILED, bad, None)
    assert "failed. The vendor takes no such order." in describe(orders[0].events.get(kind="rule.failed"))


@pytest.mark.parametrize("conditions", [{"type": "group"}, group("all", asks("gone", "is_any", "x")), [], 5])
def test_a_rule_that_cannot_be_understood_fails_alone(conditions: Any) -> None:
    make_rule(when=None, position=2)
    bad = make_rule(conditions=conditions, position=1)
    order = make_order()
    happens(order)
    work_waiting_events()
    order.refresh_from_db()
    assert order.tags == ["seen"]
    assert RuleRun.objects.get(rule=bad).outcome == RunOutcome.FAILED
    assert waiting() == 0


def test_a_worker_that_dies_between_effects_and_flag_leaves_nothing_half_done(sending: SendToVendor) -> None:
    """The control is the second run: the same event does all of it, once."""
    make_rule(TAG, act("send_to_vendor", vendor="autoletter"))
    order = make_order()
    happens(order)
    sending.dying = {order.pk}
    with pytest.raises(KeyboardInterrupt):
        work_waiting_events()
    order.refresh_from_db()
    assert (order.tags, waiting(), RuleRun.objects.count()) == ([], 1, 0)
    sending.dying = set()
    work_waiting_events()
    work_waiting_events()
    order.refresh_from_db()
    assert (order.tags, waiting(), RuleRun.objects.count()) == (["seen"], 0, 1)


def test_by_hand_the_same_press_twice_runs_once() -> None:
    rule = make_rule(act("notify", text="Call the customer."), event=RuleEvent.BY_HAND, enabled=False)
    order = make_order()
    for _ in range(2):
        run_by_hand(rule, orders=[order.pk], token="one-press", actor="mara")
    assert RuleRun.objects.get().asked_by == "mara"
    assert Notice.objects.get().text == "Call the customer."


def test_a_chunk_costs_the_same_number_of_queries_for_few_orders_and_many() -> None:
    make_rule(when=group("all", asks("shop", "is_any", "other"), asks("first_order", "yes")))
    make_rule(when=group("all", asks("category", "is_any", "Mugs", lines="any")))

    def cost(count: int) -> int:
        for order in [make_order(customer_email=f"c{number}@example.com") for number in range(count)]:
            happens(order)
        with CaptureQueriesContext(connection) as queries:
            assert work_waiting_events() == count
        return len(queries)

    assert cost(1) == cost(9) <= 20


def test_orders_beyond_one_chunk_are_taken_by_the_next() -> None:
    make_rule()
    for order in [make_order() for _ in range(3)]:
        happens(order)
    assert [work_waiting_events(limit=2), work_waiting_events(limit=2), work_waiting_events(limit=2)] == [2, 1, 0]
    assert Order.objects.filter(tags=["seen"]).count() == 3
