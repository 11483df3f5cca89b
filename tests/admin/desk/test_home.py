"""The home page: what needs a person, grouped and counted; the day; how vendors stand."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.dashboard import day, order_needs
from backoffice.engine.models import Callback, Heartbeat, Push
from backoffice.engine.models.push import PushState
from catalog.models import ChangeKind, ChangeSet, ChangeSource
from fulfillment.models import ProductionOrder
from orders.marketing.models import OrderExport
from orders.models import Hold, HoldReason, Order
from orders.services.alarms import raise_alarm
from orders.services.lifecycle import hold_order
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order


@pytest.fixture
def reader(sign_in: SignIn) -> Client:
    """Sign in somebody who sees orders and pushes; the background work is alive."""
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    return sign_in("view_order", "view_push")


def groups(client: Client) -> dict[str, list[str]]:
    found = client.get("/admin/").context["groups"]
    return {group.title: [need.what for need in group.needs] for group in found}


def test_when_nothing_needs_anybody_the_page_says_so_and_shows_the_day(reader: Client) -> None:
    shown = reader.get("/admin/")
    assert groups(reader) == {}
    assert "Nothing needs you right now." in shown.content.decode()
    assert [figure.title for figure in shown.context["figures"]][:2] == ["Orders", "Revenue"]


def test_held_orders_are_grouped_by_reason_oldest_first_and_counted(reader: Client) -> None:
    orders = [make_order() for _count in range(5)]
    for age, order in enumerate(orders):
        hold_order(order, reason=HoldReason.BAD_ADDRESS, text="too long", actor="system")
        Hold.objects.filter(order=order).update(placed_at=timezone.now() - timedelta(hours=age))
    oldest = [order.number for order in orders[::-1][:3]]
    assert groups(reader) == {"Held: address the vendor would refuse": oldest}
    group = reader.get("/admin/").context["groups"][0]
    assert (group.counted, group.hidden, group.needs[0].detail) == ("5", True, "too long")


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_to_hold_an_order_has_its_place_tone_and_action(reader: Client, reason: HoldReason) -> None:
    order = hold_order(make_order(), reason=reason, text="", actor="system")
    assert groups(reader) == {f"Held: {reason.label}": [order.number]}
    assert reason in order_needs.HOLDS


def test_a_reason_that_nobody_listed_is_shown_all_the_same(reader: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    order = hold_order(make_order(), reason=HoldReason.BAD_FILE, text="", actor="system")
    monkeypatch.delitem(order_needs.HOLDS, HoldReason.BAD_FILE)
    assert groups(reader) == {f"Held: {HoldReason.BAD_FILE.label}": [order.number]}


def test_who_may_only_look_is_offered_nothing_else(reader: Client, sign_in: SignIn) -> None:
    """The words of the buttons are those of actions only for who may act."""
    for reason in HoldReason:
        hold_order(make_order(), reason=reason, text="", actor="system")
    make_order()
    shown = {need.action for group in reader.get("/admin/").context["groups"] for need in group.needs}
    assert shown == {"Open"}
    actor = sign_in("view_order", "change_order", name="tom")
    assert "Correct the address" in {
        need.action for group in actor.get("/admin/").context["groups"] for need in group.needs
    }


def test_a_released_hold_needs_nobody(reader: Client) -> None:
    hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="system")
    Hold.objects.update(released_at=timezone.now())
    assert groups(reader) == {}


def test_late_orders_are_told_apart_by_where_they_are_late(reader: Client) -> None:
    making = make_order(late=True, state="released")
    moving = make_order(late=True, state="released", shipment="shipped")
    make_order(late=True, state="closed", shipment="delivered")
    assert groups(reader) == {"Late at production": [making.number], "Late in delivery": [moving.number]}


def test_an_unknown_outcome_comes_before_all_else(reader: Client) -> None:
    hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="system")
    Push.objects.create(
        vendor="mypromo",
        kind="orders.place",
        subject_type="orders.vendororder",
        subject_id=1,
        state=PushState.UNKNOWN,
        needs_attention=True,
        next_at=timezone.now(),
        cause="No answer.",
    )
    assert next(iter(groups(reader))) == "Outcome unknown"


def test_silence_of_the_background_work_is_a_need(reader: Client) -> None:
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=5))
    assert list(groups(reader)) == ["Standing still"]


def test_who_sees_no_orders_sees_no_needs_of_orders(sign_in: SignIn) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="system")
    assert groups(sign_in()) == {}


def test_the_day_counts_this_period_against_the_one_before(reader: Client) -> None:
    for days in (0, 0, 29, 31):
        order = make_order()
        Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=days))
    cache.clear()
    orders, revenue = day.figures()[:2]
    assert (orders.today, orders.period, orders.change, orders.rising) == ("2", "3", "+200 %", True)
    assert (revenue.today, revenue.period) == ("€378.00", "€567.00")
    assert len(orders.bars) == 30


def test_the_home_page_needs_the_same_queries_however_much_there_is_to_do(reader: Client) -> None:
    for _count in range(5):
        hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="system")
        make_order(late=True, state="released")
        make_order()
    reader.get("/admin/")
    with CaptureQueriesContext(connection) as some:
        reader.get("/admin/")
    for _count in range(20):
        hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="system")
    with CaptureQueriesContext(connection) as more:
        reader.get("/admin/")
    assert len(more) == len(some) <= 32


def test_groups_give_each_desk_what_it_needs_and_nobody_the_right_to_delete_orders(db: None) -> None:
    call_command("setup_groups", verbosity=0)
    call_command("setup_groups", verbosity=0)
    from django.contrib.auth.models import Group

    rights = {group.name: set(group.permissions.values_list("codename", flat=True)) for group in Group.objects.all()}
    assert set(rights) == {
        "Read only", "Order desk", "Catalogue desk", "Catalogue lead", "Production desk", "Marketing", "Operations"
    }  # fmt: skip
    assert {"view_order", "change_order", "decide_push"} <= rights["Order desk"]
    assert {"view_productionorder", "dispatch_productionorder", "view_documents"} <= rights["Production desk"]
    assert not any("force_productionorder" in some for some in rights.values())
    assert "change_order" not in rights["Read only"] | rights["Marketing"]
    # A category's own figures may be taken away, so that those of the whole catalogue hold again; who wanted no letters
    # may change their mind.
    deletable = {right for some in rights.values() for right in some if right.startswith("delete_")}
    assert deletable <= {"delete_categoryrule", "delete_optout"}


def test_every_badge_counts_what_the_list_behind_it_shows(admin_client: Client) -> None:
    """Each group of the home page leads to a list of as many rows as it says."""
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    for reason in HoldReason:
        hold_order(make_order(), reason=reason, text="", actor="system")
    twice = hold_order(make_order(), reason=HoldReason.RULE, text="", actor="rule:1")
    hold_order(twice, reason=HoldReason.RULE, text="", actor="rule:2")
    for shipment in ("none", "shipped"):
        make_order(state="released", late=True, shipment=shipment)
    ended = make_order(state="closed")
    for text in ("one", "two"):
        raise_alarm(ended, reason=HoldReason.SECOND_AT_VENDOR, text=text, actor="system")
    for state in ("released", "cancelled"):
        OrderExport.objects.create(
            order=make_order(state=state), vendor="autoletter", state="refused", requested_at=timezone.now()
        )
    for place, state in enumerate(("invalid", "quarantined", "applied")):
        Callback.objects.create(vendor="mypromo", topic="orders", key=str(place), body=b"", state=state)
    for place, state in enumerate((PushState.NEW, PushState.IN_FLIGHT, PushState.FAILED, PushState.UNKNOWN)):
        Push.objects.create(
            vendor="mypromo", kind="orders.place", subject_type="orders.vendororder", subject_id=place, state=state,
            needs_attention=True, next_at=timezone.now(),
        )  # fmt: skip
    for state in ("checked", "differing", "failed", "verified"):
        ChangeSet.objects.create(
            vendor="mypromo", kind=ChangeKind.STOCK, title=state, source=ChangeSource.EDITOR, state=state,
            created_by="mara", authors=["mara"],
        )  # fmt: skip
    groups = [group for group in admin_client.get("/admin/").context["groups"] if group.is_filtered]
    shown = {group.title: len(admin_client.get(group.url).context["rows"]) for group in groups}
    assert shown == {group.title: group.count for group in groups}
    assert len(groups) > len(HoldReason) + 7


def test_the_home_page_of_each_desk_has_its_own_work(sign_in: SignIn) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    for place, due in enumerate((timezone.now() - timedelta(days=1), timezone.now() + timedelta(days=9))):
        ProductionOrder.objects.create(
            vendor="mypromo-fulfiller", vendor_id=f"p{place}", reference=f"M-{place}", state="in_production", due_at=due
        )
    for title, state in (("Autumn", "checked"), ("Winter", "differing"), ("Spring", "failed"), ("Summer", "verified")):
        ChangeSet.objects.create(
            vendor="mypromo", kind=ChangeKind.STOCK, title=title, source=ChangeSource.EDITOR, state=state,
            created_by="mara", authors=["mara"],
        )  # fmt: skip
    assert groups(sign_in("view_productionorder", name="paul")) == {"Production: late": ["M-0"]}
    assert groups(sign_in("view_changeset", name="lea")) == {
        "Change sets that failed": ["Spring"],
        "Change sets that differ at the vendor": ["Winter"],
        "Change sets to approve": ["Autumn"],
    }


def test_counts_are_exact_up_to_a_thousand(reader: Client) -> None:
    for _count in range(120):
        hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="system")
    assert reader.get("/admin/").context["groups"][0].counted == "120"
    tabs = {tab.title: tab.count for tab in reader.get("/admin/orders/order/").context["tabs"]}
    assert (tabs["Held"], tabs["Needs attention"], tabs["New"]) == ("120", "120", "0")
