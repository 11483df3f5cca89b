"""The inbox: what needs attention, by kind, counted, the oldest first; and the day in figures."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.dashboard import day
from backoffice.dashboard.kinds import holds
from backoffice.engine.models import Callback, Heartbeat, Push
from backoffice.engine.models.push import PushState
from backoffice.jobs.models import Job
from catalog.models import ChangeKind, ChangeSet, ChangeSource
from fulfillment.models import ProductionOrder
from orders.marketing.models import OrderExport
from orders.models import Hold, HoldReason, Order
from orders.services.alarms import raise_alarm
from orders.services.lifecycle import hold_order
from tests.admin.desk.conftest import SignIn
from tests.admin.desk.test_inbox_kinds import refund
from tests.orders.rows import make_order


@pytest.fixture
def reader(sign_in: SignIn) -> Client:
    """Sign in somebody who sees orders and pushes; the background work is alive."""
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    return sign_in("view_order", "view_push")


def kinds(client: Client, query: str = "") -> dict[str, str]:
    """Return the rows of the inbox: kind and count."""
    return {row.kind.name: row.counted for row in client.get(f"/admin/{query}").context["rows"]}


def items(client: Client, kind: str, query: str = "") -> list[str]:
    listing = client.get(f"/admin/?kind={kind}{query}").context["listing"]
    return [item.need.what for item in listing.items]


def test_when_nothing_needs_attention_the_page_says_so(reader: Client) -> None:
    assert kinds(reader) == {}
    assert "Nothing needs attention" in reader.get("/admin/").content.decode()


def test_held_orders_are_a_kind_by_reason_oldest_first_and_counted(reader: Client) -> None:
    orders = [make_order() for _count in range(5)]
    for age, order in enumerate(orders):
        hold_order(order, reason=HoldReason.BAD_ADDRESS, text="too long", actor="system")
        Hold.objects.filter(order=order).update(placed_at=timezone.now() - timedelta(hours=age))
    assert kinds(reader) == {"held-bad_address": "5"}
    assert items(reader, "held-bad_address") == [order.number for order in orders[::-1]]
    [row] = reader.get("/admin/").context["rows"]
    assert row.oldest == orders[-1].holds.get().placed_at
    chosen = reader.get("/admin/?kind=held-bad_address").context["listing"].chosen
    assert (chosen.need.what, chosen.need.detail) == (orders[-1].number, "too long")


@pytest.mark.parametrize("reason", HoldReason)
def test_every_reason_to_hold_an_order_has_its_row_and_its_action(reader: Client, reason: HoldReason) -> None:
    order = hold_order(make_order(), reason=reason, text="", actor="system")
    assert kinds(reader) == {f"held-{reason}": "1"}
    assert items(reader, f"held-{reason}") == [order.number]
    assert reason in holds.ACTIONS


def test_an_order_that_two_rules_hold_is_one_item(reader: Client) -> None:
    twice = hold_order(make_order(), reason=HoldReason.RULE, text="", actor="rule:1")
    hold_order(twice, reason=HoldReason.RULE, text="", actor="rule:2")
    assert kinds(reader) == {"held-rule": "1"}


def test_who_may_only_look_is_offered_nothing_else(reader: Client, sign_in: SignIn) -> None:
    """The words of the buttons are those of actions only for who may act, and nothing is posted."""
    for reason in HoldReason:
        hold_order(make_order(), reason=reason, text="", actor="system")
    for reason in HoldReason:
        page = reader.get(f"/admin/?kind=held-{reason}")
        assert {item.need.action for item in page.context["listing"].items} == {"Open"}
        assert "/assign/" not in page.content.decode()
    actor = sign_in("view_order", "change_order", name="tom")
    page = actor.get("/admin/?kind=held-bad_address")
    assert page.context["listing"].chosen.need.action == "Correct the address"
    assert "/assign/" in page.content.decode()


def test_a_released_hold_needs_nobody(reader: Client) -> None:
    hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="system")
    Hold.objects.update(released_at=timezone.now())
    assert kinds(reader) == {}


def test_late_orders_are_told_apart_by_where_they_are_late(reader: Client) -> None:
    making = make_order(late=True, state="released")
    moving = make_order(late=True, state="released", shipment="shipped")
    make_order(late=True, state="closed", shipment="delivered")
    assert kinds(reader) == {"late-production": "1", "late-delivery": "1"}
    assert items(reader, "late-production") == [making.number]
    assert items(reader, "late-delivery") == [moving.number]


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
    assert next(iter(kinds(reader))) == "unknown-outcomes"


def test_silence_of_the_background_work_is_a_need(reader: Client) -> None:
    Heartbeat.objects.update(at=timezone.now() - timedelta(minutes=5))
    assert list(kinds(reader)) == ["interruptions"]


def test_who_sees_no_orders_sees_no_work_with_orders(sign_in: SignIn) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now())
    hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="system")
    assert kinds(sign_in()) == {}


def test_the_day_counts_this_period_against_the_one_before(reader: Client) -> None:
    for days in (0, 0, 29, 31):
        order = make_order()
        Order.objects.filter(pk=order.pk).update(created_at=timezone.now() - timedelta(days=days))
    cache.clear()
    orders, revenue = day.figures()[:2]
    assert (orders.today, orders.period, orders.change, orders.rising) == ("2", "3", "+200%", True)
    assert (revenue.today, revenue.period) == ("€378.00", "€567.00")
    assert len(orders.bars) == 30


def test_the_inbox_needs_the_same_queries_however_much_there_is_to_do(reader: Client) -> None:
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
    assert len(more) == len(some) <= 16


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
    # may change their mind; a draft is no order yet; a storefront moves its endpoint.
    deletable = {right for some in rights.values() for right in some if right.startswith("delete_")}
    assert deletable <= {
        "delete_categoryrule",
        "delete_optout",
        "delete_draftorder",
        "delete_webhookendpoint",
        "delete_vendoraccount",
    }


def test_every_badge_counts_what_the_list_behind_it_shows(admin_client: Client) -> None:
    """Each kind leads to a list of as many rows as it says."""
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
    rows = [row for row in admin_client.get("/admin/").context["rows"] if "?" in row.kind.page()]
    shown = {row.kind.name: str(len(admin_client.get(row.kind.page()).context["rows"])) for row in rows}
    assert shown == {row.kind.name: row.counted for row in rows}
    assert len(rows) > len(HoldReason) + 7


def test_the_inbox_of_each_desk_has_its_own_work(sign_in: SignIn) -> None:
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
    assert kinds(sign_in("view_productionorder", name="paul")) == {"production-late": "1"}
    lea = sign_in("view_changeset", name="lea")
    assert kinds(lea) == {"change-sets-failed": "1", "change-sets-differing": "1", "change-sets-to-approve": "1"}
    assert items(lea, "change-sets-to-approve") == ["Autumn"]


def test_failed_jobs_are_the_work_of_who_may_have_them_done_and_say_why(sign_in: SignIn) -> None:
    order = make_order()
    job = Job.objects.create(
        kind="orders.release", state="done", needs_attention=True, counts={"done": 46, "failed": 1}, created_by="otto"
    )
    job.rows.create(subject_id=order.pk, label=order.number, state="failed", text="It is on hold.")
    marketing, clerk = sign_in("view_job", name="mia"), sign_in("view_job", "view_order", "change_order")
    assert "failed-jobs" not in kinds(marketing)
    assert kinds(clerk)["failed-jobs"] == "1"
    chosen = clerk.get("/admin/?kind=failed-jobs").context["listing"]
    assert chosen.chosen.need.detail == "1 failed, for example: It is on hold."
    assert [str(chip.word) for chip in chosen.essentials.chips] == ["finished with failures"]
    assert marketing.post(f"/admin/inbox/failed-jobs/{job.pk}/dismiss/").status_code in (302, 404)
    job.refresh_from_db()
    assert job.needs_attention


def test_refunds_are_the_work_of_who_may_pay_them(sign_in: SignIn) -> None:
    refund()
    desk = sign_in("view_order", "view_complaint", "change_complaint", name="mia")
    assert "refunds" not in kinds(desk)
    assert kinds(sign_in("view_order", "view_complaint", "change_complaint", "pay_refund"))["refunds"] == "1"


def test_counts_are_exact_up_to_a_thousand(reader: Client) -> None:
    for _count in range(120):
        hold_order(make_order(), reason=HoldReason.MANUAL, text="", actor="system")
    assert kinds(reader) == {"held-manual": "120"}
    tabs = {tab.title: tab.count for tab in reader.get("/admin/orders/order/").context["tabs"]}
    assert (tabs["Held"], tabs["Needs attention"], tabs["New"]) == ("120", "120", "0")
