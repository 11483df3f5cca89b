"""Alarms at orders that have ended: in the inbox, in the list, on the order's page, settled by a person."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.states import Tone
from orders.models import HoldReason, Order
from orders.services.alarms import raise_alarm
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order

LIST = "/admin/orders/order/"


def alarmed(**changes: object) -> Order:
    order = make_order(state="closed", **changes)
    raise_alarm(order, reason=HoldReason.SECOND_AT_VENDOR, text="78 in addition to ours", actor="vendor:mypromo")
    return order


def test_an_alarm_stands_in_the_inbox_until_it_is_settled(desk: Client) -> None:
    order = alarmed()
    items = desk.get("/admin/?kind=alarms").context["listing"].items
    assert [(item.need.what, item.need.detail) for item in items] == [(order.number, "78 in addition to ours")]
    page = f"{LIST}{order.pk}/"
    assert "78 in addition to ours" in desk.get(f"{page}change/").content.decode()
    settle = f"{page}alarms/{order.alarms.get().pk}/settle/"
    assert "78 in addition to ours" in desk.get(settle).content.decode()
    assert desk.post(settle, {"reason": " "}).status_code == 200
    assert order.alarms.get().settled_at is None
    shown = desk.post(settle, {"reason": "Cancelled by telephone."}, follow=True).content.decode()
    assert "Cancelled by telephone." in shown  # in the timeline
    assert order.alarms.get().settled_by == "mara"
    assert not desk.get("/admin/?kind=alarms").context["listing"].items


def test_the_list_finds_orders_by_their_alarm_and_marks_them(desk: Client) -> None:
    order, _quiet = alarmed(), make_order(state="closed")
    for query in ("alarm=any", "alarm=second_at_vendor", "view=needs"):
        rows = desk.get(f"{LIST}?{query}").context["rows"]
        assert [row.order for row in rows] == [order], query
        assert (rows[0].chips[0].tone, rows[0].chips[0].hint) == (Tone.RED, "second order at the vendor")
    assert not desk.get(f"{LIST}?alarm=vendor_cancelled").context["rows"]


def test_who_may_only_look_cannot_settle(sign_in: SignIn) -> None:
    order = alarmed()
    reader = sign_in("view_order")
    assert "settle/" not in reader.get(f"{LIST}{order.pk}/change/").content.decode()
    settle = f"{LIST}{order.pk}/alarms/{order.alarms.get().pk}/settle/"
    assert reader.post(settle, {"reason": "Done."}).status_code == 403
    assert order.alarms.get().settled_at is None


def test_the_list_needs_the_same_queries_however_many_alarms_there_are(desk: Client) -> None:
    alarmed()
    desk.get(LIST)
    with CaptureQueriesContext(connection) as some:
        desk.get(LIST)
    for _count in range(4):
        alarmed()
    with CaptureQueriesContext(connection) as more:
        desk.get(LIST)
    assert len(more) == len(some)
