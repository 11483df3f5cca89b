"""Rules that edit orders: a field is set, lines go to another vendor; never over a person, never too late."""

import json
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from backoffice.engine.models import Push
from backoffice.errors import IllegalTransition, InvalidInput
from catalog.models import PriceList, PriceTier, Product, Variant
from orders.models import Order, VendorOrder, VendorOrderState
from orders.rules.models import Rule, RuleEvent, RuleRun, RunOutcome
from orders.rules.services import context as rule_context
from orders.rules.services.editing import RuleInput, save_rule
from orders.rules.services.plans import plan_rules
from orders.rules.services.running import run_by_hand, work_waiting_events
from orders.services.editing.edits import edit_order, route_lines
from orders.services.lifecycle import release_order
from orders.services.timeline import describe
from tests.orders.editing.desk import changes_of
from tests.orders.rows import SKU, make_order
from tests.orders.rules.rows import act, asks, group, happens, make_rule
from tests.vendors.example.vendor_settings import VENDORS, example_settings

pytestmark = pytest.mark.django_db
METHOD = act("set_field", field="shipping_method", value="DHL Express")
GIFT = act("set_field", field="gift_message", value="Happy birthday")


def run(order: Order, kind: str = "order.received") -> Order:
    happens(order, kind)
    work_waiting_events()
    order.refresh_from_db()
    return order


def why() -> str:
    return str(RuleRun.objects.latest("pk").actions[0]["why"])


def test_a_field_is_set_as_an_edit_by_the_rule() -> None:
    rule = make_rule(METHOD, GIFT)
    order = run(make_order())
    assert (order.shipping_method, order.gift_message, order.revision) == ("DHL Express", "Happy birthday", 3)
    edited = order.events.filter(kind="order.edited").first()
    assert edited is not None
    assert (edited.actor, edited.params["changes"]) == (rule.actor, [["shipping_method", "", "DHL Express"]])
    assert "set shipping method to “DHL Express”" in describe(order.events.get(kind="rule.ran"))


def test_what_a_person_set_is_left_alone_and_what_a_shop_set_is_not() -> None:
    make_rule(METHOD)
    by_person, by_shop = make_order(), make_order()
    edit_order(by_person, changes_of(shipping_method="Pick-up"), actor="mara")
    edit_order(by_shop, changes_of(shipping_method="Standard"), actor="shop:WEB")
    assert run(by_person).shipping_method == "Pick-up"
    assert why() == "set_by_hand"
    assert run(by_shop).shipping_method == "DHL Express"


def test_a_field_is_set_once_an_order_and_rule() -> None:
    make_rule(METHOD)
    order = run(make_order())
    edit_order(order, changes_of(shipping_method="Other"), actor="rule:99")
    assert run(order).shipping_method == "Other"
    assert why() == "done_before"


@pytest.mark.parametrize(
    "state", [VendorOrderState.SUBMITTED, VendorOrderState.IN_PRODUCTION, VendorOrderState.UNKNOWN]
)
def test_nothing_is_set_of_what_a_vendor_has(state: VendorOrderState) -> None:
    make_rule(GIFT)
    order = make_order(state="released")
    VendorOrder.objects.create(order=order, vendor="mypromo", part=1, reference="W-1", state=state)
    assert run(order).gift_message == ""
    assert (why(), order.revision, Push.objects.count()) == ("at_vendor", 1, 0)


@pytest.mark.parametrize("changes", [{"state": "cancelled"}, {"cancel_requested_at": timezone.now()}])
def test_nothing_is_set_of_an_order_that_goes_nowhere(changes: dict[str, object]) -> None:
    make_rule(GIFT)
    assert run(make_order(**changes)).gift_message == ""
    assert why() in ("ended", "cancel_requested")


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"field": "total", "value": "0"}, "Choose the field to set."),
        ({"field": "express_shipping", "value": "perhaps"}, "Choose yes or no for express shipping."),
        ({"field": "shipping_method", "value": "x" * 101}, "shipping method can have at most 100 characters, not 101."),
        ({"field": "shipping_method", "value": "a\nb"}, "shipping method can have only one line."),
        ({"field": "", "value": ""}, "params"),
    ],
)
def test_what_cannot_be_set_is_refused_when_the_rule_is_saved(params: dict[str, str], words: str) -> None:
    given = RuleInput("R", "received", json.dumps(group("all")), json.dumps([{"kind": "set_field", "params": params}]))
    with pytest.raises(InvalidInput) as refused:
        save_rule(given, rule=None, revision=None, actor="mara")
    assert words in refused.value.text or words == "params"
    assert not Rule.objects.exists()


def test_express_is_set_only_where_all_of_it_is_offered_as_express() -> None:
    make_rule(act("set_field", field="express_shipping", value="yes"))
    slow = offer("mypromo", "0.80")
    assert run(make_order()).express_shipping is False
    assert why() == "not_express"
    slow.express_available = True
    slow.save()
    assert run(make_order()).express_shipping is True


def test_a_refused_edit_is_a_failed_run_that_says_why_and_changes_nothing() -> None:
    make_rule(act("set_field", field="generic_label", value="yes"))
    order = run(make_order())
    assert (order.generic_label, order.revision) == (False, 1)
    assert RuleRun.objects.get().outcome == RunOutcome.FAILED


def test_a_trial_foresees_what_a_rule_sets_for_the_rules_after_it() -> None:
    first = make_rule(METHOD)
    second = make_rule(when=group("all", asks("shipping_method", "is_any", "DHL Express")))
    order = make_order()
    plan = plan_rules([order.pk], [first, second])
    assert [item.rule_id for item in plan.runs] == [first.pk, second.pk]
    run(order)
    assert list(RuleRun.objects.order_by("pk").values_list("rule", flat=True)) == [first.pk, second.pk]
    assert order.tags == ["seen"]


# --- Lines to another vendor ------------------------------------------------------------------------------------------


@pytest.fixture
def two_vendors(settings: Settings) -> None:
    """Let two vendors have the mug, the second one dearer."""
    settings.VENDORS = settings.VENDORS | VENDORS
    for name, value in example_settings({"EXAMPLE_URL": "http://127.0.0.1:1", "EXAMPLE_TOKEN": "t"}).items():
        setattr(settings, name, value)
    for vendor, price in (("mypromo", "0.80"), ("example", "0.95")):
        offer(vendor, price)


def offer(vendor: str, price: str, **changes: object) -> Variant:
    now = timezone.now()
    known = {"vendor": vendor, "changed_at": now, "created_at": now}
    product = Product.objects.create(vendor_id="1", **known)
    variant = Variant.objects.create(product=product, sku=SKU, vendor_id="2", personalized=True, **known | changes)
    PriceTier.objects.create(variant=variant, price_list=PriceList.PURCHASE, quantity=1, price=Decimal(price))
    return variant


@pytest.mark.usefixtures("two_vendors")
def test_a_line_goes_to_another_vendor_that_has_its_sku_and_the_timeline_says_so() -> None:
    rule = make_rule(act("route_lines"))
    order = release_order(make_order(), actor="mara")
    run(order)
    line = order.lines.get()
    assert (line.vendor, line.unit_cost) == ("example", Decimal("0.95"))
    edited = order.events.get(kind="order.edited")
    assert ["lines.L1.vendor", "mypromo", "Example Print"] in edited.params["changes"]
    assert edited.actor == rule.actor
    parts = {row.vendor: row.state for row in order.vendor_orders.all()}
    assert parts == {"mypromo": VendorOrderState.DROPPED, "example": VendorOrderState.PLANNED}
    assert Push.objects.filter(vendor="example", kind="orders.place", state="new").count() == 1
    edit_order(order, changes_of(gift_message="Hi"), actor="mara")
    assert order.lines.get().vendor == "example"


@pytest.mark.usefixtures("two_vendors")
def test_a_trial_foresees_who_makes_a_line_after_it_was_routed() -> None:
    first = make_rule(act("route_lines"))
    second = make_rule(when=group("all", asks("vendor", "is_any", "example", lines="all")))
    order = make_order()
    assert [item.rule_id for item in plan_rules([order.pk], [first, second]).runs] == [first.pk, second.pk]
    assert run(order).tags == ["seen"]


@pytest.mark.usefixtures("two_vendors")
def test_only_lines_with_the_named_sku_go_to_the_named_vendor() -> None:
    make_rule(act("route_lines", vendor="example", sku=SKU.lower()))
    order = run(make_order({}, {"sku": "OTHER"}))
    assert list(order.lines.order_by("position").values_list("vendor", flat=True)) == ["example", "mypromo"]


def test_where_no_other_vendor_has_the_sku_the_line_stays_and_the_reason_is_said() -> None:
    offer("mypromo", "0.80")
    rule = make_rule(act("route_lines"))
    order = run(make_order())
    assert (order.lines.get().vendor, why(), order.revision) == ("mypromo", "no_other_vendor", 1)
    assert "no other vendor offers the SKU" in describe(order.events.get(actor=rule.actor))
    with pytest.raises(InvalidInput, match="does not offer"):
        route_lines(order, {order.lines.get().pk: "sign-customiser"}, actor="mara")


@pytest.mark.usefixtures("two_vendors")
def test_a_line_that_a_vendor_has_stays_there() -> None:
    make_rule(act("route_lines"))
    order = release_order(make_order(), actor="mara")
    order.vendor_orders.update(state=VendorOrderState.SUBMITTED)
    pushes = Push.objects.count()
    run(order)
    assert (order.lines.get().vendor, why(), Push.objects.count()) == ("mypromo", "at_vendor", pushes)
    with pytest.raises(IllegalTransition):
        route_lines(order, {order.lines.get().pk: "example"}, actor="mara")


@pytest.mark.usefixtures("two_vendors")
def test_what_the_other_vendor_cannot_make_is_not_routed_there() -> None:
    Variant.objects.filter(vendor="example").update(orderable=False)
    make_rule(act("route_lines"))
    assert run(make_order()).lines.get().vendor == "mypromo"
    assert why() == "no_other_vendor"


def circle() -> int:
    """Run two rules of which each makes the other's event (an edit whose prices look odd holds the order), until
    nothing waits or five times. Return how often the order was edited.
    """
    make_rule(act("route_lines", vendor="example"), event=RuleEvent.HELD)
    make_rule(act("route_lines", vendor="mypromo"), event=RuleEvent.HELD)
    order, edits = make_order(), 0
    happens(order, "hold.placed")
    for _ in range(5):
        work_waiting_events()
        known, edits = edits, order.events.filter(kind="order.edited").count()
        if edits == known:
            break
        happens(order, "hold.placed")
    return edits


@pytest.mark.usefixtures("two_vendors")
def test_two_rules_that_set_off_each_other_come_to_an_end() -> None:
    assert circle() == 2


@pytest.mark.usefixtures("two_vendors")
def test_without_the_memory_of_what_was_done_they_would_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(rule_context, "_add_runs", lambda contexts: None)
    assert circle() == 10


@pytest.mark.usefixtures("two_vendors")
def test_by_hand_a_part_that_is_being_sent_is_left_out_in_words() -> None:
    rule = make_rule(GIFT, event=RuleEvent.BY_HAND)
    order = release_order(make_order(), actor="mara")
    Push.objects.update(state="in_flight")
    [run_] = run_by_hand(rule, orders=[order.pk], token="t", actor="mara")
    order.refresh_from_db()
    assert (order.gift_message, run_.error, why()) == ("", "", "under_way")


def test_what_rules_have_to_know_of_orders_costs_the_same_for_many() -> None:
    make_rule(GIFT, act("route_lines"), when=group("all", asks("shop", "is_any", "other")))

    def cost(count: int) -> int:
        for order in [make_order() for _ in range(count)]:
            happens(order)
        with CaptureQueriesContext(connection) as queries:
            work_waiting_events()
        return len(queries)

    assert cost(1) == cost(6)
