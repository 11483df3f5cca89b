"""Doing the same with many orders: the preview foresees what the run then does."""

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import Shop
from orders.models import HoldReason, OrderState
from orders.services.lifecycle import hold_order
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order

PREVIEW, RUN = "/admin/orders/order/bulk/", "/admin/orders/order/bulk/run/"


def test_the_preview_says_what_will_and_will_not_happen_and_changes_nothing(desk: Client) -> None:
    ready, held = make_order(), make_order()
    hold_order(held, reason=HoldReason.BAD_ADDRESS, text="", actor="test")
    answer = desk.post(PREVIEW, {"action": "release", "order": [ready.pk, held.pk]})
    assert [check.order for check in answer.context["ready"]] == [ready]
    assert [check.order for check in answer.context["refused"]] == [held]
    assert "Release 1 order" in answer.content.decode()
    ready.refresh_from_db()
    assert ready.state == OrderState.NEW


def test_the_run_does_what_can_be_done_and_names_what_refused(desk: Client) -> None:
    ready, held, manual = make_order(), make_order(), make_order()
    hold_order(held, reason=HoldReason.BAD_ADDRESS, text="", actor="test")
    hold_order(manual, reason=HoldReason.MANUAL, text="", actor="test")
    answer = desk.post(RUN, {"action": "release", "order": [ready.pk, held.pk, manual.pk]}, follow=True)
    for order in (ready, held, manual):
        order.refresh_from_db()
    assert [ready.state, held.state, manual.state] == ["released", "held", "released"]
    said = [str(message) for message in answer.context["messages"]]
    assert "2 orders released" in said
    assert any(text.startswith(held.number) for text in said)


def test_many_orders_are_held_and_assigned(desk: Client) -> None:
    orders = [make_order(), make_order()]
    keys = [order.pk for order in orders]
    tom = User.objects.create_user("tom", is_staff=True)
    desk.post(RUN, {"action": "assign", "order": keys, "assignee": tom.pk})
    desk.post(RUN, {"action": "hold", "order": keys, "note": "inventory"})
    for order in orders:
        order.refresh_from_db()
        assert (order.state, order.assignee) == (OrderState.HELD, tom)


def test_the_way_back_never_leads_to_another_site(desk: Client) -> None:
    answer = desk.post(RUN, {"action": "hold", "order": [], "back": "https://evil.example/"})
    assert answer.url == "/admin/orders/order/"


def test_who_may_only_look_cannot_act_on_many(sign_in: SignIn) -> None:
    order = make_order()
    assert sign_in("view_order").post(RUN, {"action": "hold", "order": [order.pk]}).status_code == 403
    order.refresh_from_db()
    assert order.state == OrderState.NEW


def test_the_preview_names_what_would_be_refused_and_why_and_the_run_leaves_it(desk: Client) -> None:
    ready, long = make_order(), make_order()
    long.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    hold_order(long, reason=HoldReason.MANUAL, text="", actor="test")
    shown = desk.post(PREVIEW, {"action": "release", "order": [ready.pk, long.pk]})
    [refused] = shown.context["refused"]
    assert (refused.order, list(refused.errors)) == (long, ["recipient.street"])
    assert f"/{long.pk}/address/recipient/" in shown.content.decode()
    said = [
        str(message)
        for message in desk.post(RUN, {"action": "release", "order": [ready.pk, long.pk]}, follow=True).context[
            "messages"
        ]
    ]
    assert said[0] == "1 order released"
    assert "recipient.street" in said[1]
    long.refresh_from_db()
    assert (long.state, long.holds.get().released_at) == (OrderState.HELD, None)


def test_an_order_of_a_shop_that_does_not_release_by_itself_keeps_its_hold_when_it_would_be_refused(
    desk: Client,
) -> None:
    order = make_order()
    Shop.objects.update(release_automatically=False)
    order.addresses.update(street="Straße der Pariser Kommune, Hinterhaus 3")
    hold_order(order, reason=HoldReason.MANUAL, text="", actor="test")
    desk.post(RUN, {"action": "release", "order": [order.pk]})
    order.refresh_from_db()
    assert (order.state, order.holds.get().released_at) == (OrderState.HELD, None)


def test_the_preview_needs_as_many_queries_for_many_orders_as_for_one(desk: Client) -> None:
    orders = [make_order() for _count in range(8)]
    for order in orders[::2]:
        hold_order(order, reason=HoldReason.MANUAL, text="", actor="test")
    desk.post(PREVIEW, {"action": "release", "order": [orders[0].pk]})
    with CaptureQueriesContext(connection) as one:
        desk.post(PREVIEW, {"action": "release", "order": [orders[0].pk]})
    with CaptureQueriesContext(connection) as many:
        desk.post(PREVIEW, {"action": "release", "order": [order.pk for order in orders]})
    assert len(many) == len(one)
