"""Doing the same with many orders: the preview foresees what the run then does."""

from django.contrib.auth.models import User
from django.test import Client

from orders.models import HoldReason, OrderState
from orders.services.lifecycle import hold_order
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order

PREVIEW, RUN = "/admin/orders/order/bulk/", "/admin/orders/order/bulk/run/"


def test_the_preview_says_what_will_and_will_not_happen_and_changes_nothing(desk: Client) -> None:
    ready, held = make_order(), make_order()
    hold_order(held, reason=HoldReason.BAD_ADDRESS, text="", actor="test")
    answer = desk.post(PREVIEW, {"action": "release", "order": [ready.pk, held.pk]})
    assert [verdict.order for verdict in answer.context["willing"]] == [ready]
    assert [verdict.order for verdict in answer.context["refused"]] == [held]
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
    assert "2 orders done." in said
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
