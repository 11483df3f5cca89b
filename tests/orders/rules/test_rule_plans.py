"""A trial writes nothing and says the same again; it foresees what a run then does."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import Order
from orders.rules.models import RuleEvent, RuleRun
from orders.rules.services.context import read_rule_data
from orders.rules.services.descriptions import describe_seen, summarize
from orders.rules.services.plans import plan_rules
from orders.rules.services.running import work_waiting_events
from orders.rules.services.shipped import SHIPPED, setup_rules
from orders.services.annotations import tag_order
from tests.orders.rows import make_order
from tests.orders.rules.rows import TAG, act, asks, counts, group, happens, make_rule

pytestmark = pytest.mark.django_db


def test_the_same_orders_give_the_same_plan_without_one_write() -> None:
    rules = setup_rules()
    rules.append(make_rule(TAG, act("hold", text="Look."), when=group("all", counts("age_days", "at_least", "1"))))
    orders = [make_order(customer_email="a@example.com") for _ in range(4)]
    keys = [order.pk for order in orders]
    later = timezone.now() + timedelta(days=2)
    with CaptureQueriesContext(connection) as queries:
        first, second = (plan_rules(keys, rules, now=later, with_unheld=True) for _ in range(2))
    assert first == second
    assert first.looked_at == 4
    assert first.acting[rules[-1].pk] == 4
    assert all(query["sql"].lstrip().startswith("SELECT") for query in queries)


def test_a_run_does_what_the_plan_foresaw() -> None:
    rules = [
        make_rule(TAG, when=group("all", asks("shop", "is_any", "WEB"))),
        make_rule(act("hold", text="Look."), when=group("all", asks("tags", "has_any", "seen"))),
        make_rule(act("release"), act("tag", tag="never"), when=group("all", asks("state", "is_any", "new"))),
    ]
    kept, plain = make_order(), make_order()
    tag_order(kept, tags=["seen"], actor="mara")
    tag_order(kept, tags=[], actor="mara")
    keys = [kept.pk, plain.pk]
    plan = plan_rules(keys, rules)
    for order in (kept, plain):
        happens(order)
    work_waiting_events()
    planned = {(run.order_id, run.rule_id): [action.why for action in run.actions] for run in plan.runs}
    ran = {(run.order_id, run.rule_id): [action["why"] for action in run.actions] for run in RuleRun.objects.all()}
    assert planned == ran
    assert planned[kept.pk, rules[0].pk] == ["tag_removed"]


def test_facts_of_many_orders_cost_as_many_queries_as_of_one() -> None:
    orders = [make_order({}, {"quantity": 2}, customer_email=f"c{number}@example.com") for number in range(6)]

    def cost(keys: list[int]) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(read_rule_data(keys)) == len(keys)
        return len(queries)

    assert cost([orders[0].pk]) == cost([order.pk for order in orders]) <= 9


def test_the_first_order_of_a_customer_is_known_by_e_mail_in_any_letter_case() -> None:
    first = make_order(customer_email="jana@example.com")
    second = make_order(customer_email="Jana@Example.com")
    nobody = make_order()
    Order.objects.filter(pk=first.pk).update(state="cancelled")
    third = make_order(customer_email="JANA@example.com")
    known = {one.pk: one.first_order for one in read_rule_data([first.pk, second.pk, third.pk, nobody.pk])}
    assert known == {first.pk: True, second.pk: True, third.pk: False, nobody.pk: None}
    assert read_rule_data([third.pk])[0].first_order is False


def test_the_shipped_rules_are_made_once_and_stay_as_staff_left_them() -> None:
    made = setup_rules()
    assert {rule.key for rule in made} == set(SHIPPED)
    assert {rule.key for rule in made if rule.enabled} == {"hold-expensive-signs", "review-when-shipped"}
    made[0].name = "Ours"
    made[0].save()
    assert setup_rules() == []
    made[0].refresh_from_db()
    assert made[0].name == "Ours"


def test_a_rule_calls_vendors_by_their_titles() -> None:
    is_made = asks("vendor", "is_any", "sign-customiser", lines="any")
    assert "is Sign Customiser" in summarize(make_rule(when=group("all", is_made)))
    assert describe_seen({"field": "vendor", "lines": "any"}, [[1, "mypromo-fulfiller"]]) == "1: mypromo (fulfiller)"


def test_a_rule_says_in_plain_words_what_it_does() -> None:
    rule = make_rule(
        act("tag", tag="VIP"),
        act("notify", text="Call."),
        when=group("all", asks("accepts_review_request", "yes"), asks("sku", "begins", "MUG", lines="any")),
        event=RuleEvent.SHIPPED,
    )
    assert summarize(rule) == (
        "When all of an order is shipped, if the customer accepts review requests and for at least one line: SKU "
        "begins with MUG, then tag it “VIP”, notify staff: “Call.”."
    )
    for shipped in setup_rules():
        assert "cannot be read" not in summarize(shipped)
