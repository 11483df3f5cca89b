"""The page of one order: what it shows, what it offers, and what each button does."""

import pytest
from django.contrib.admin import site
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backoffice.engine.models import Push
from fulfillment.models import Country, Shipment, ShipmentLine
from orders.models import (
    Address,
    AddressRole,
    Hold,
    HoldReason,
    Order,
    OrderState,
    VendorOrder,
    VendorOrderState,
)
from orders.models.document import DocumentKind, OrderDocument
from orders.services.editing.edits import correct_address
from orders.services.lifecycle import hold_order, release_order
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order

LONG_STREET = "Straße der Pariser Kommune, Hinterhaus 3"


def page(order: Order) -> str:
    return f"/admin/orders/order/{order.pk}/change/"


def url(order: Order, what: str) -> str:
    return f"/admin/orders/order/{order.pk}/{what}/"


def make_shipped(order: Order) -> None:
    release_order(order, actor="test")
    part = order.vendor_orders.get()
    VendorOrder.objects.filter(pk=part.pk).update(
        state=VendorOrderState.DONE, vendor_id=f"V{part.pk}", submitted_at=timezone.now()
    )
    for number in range(order.lines.count()):
        shipment = Shipment.objects.create(order=order, vendor_order=part, vendor_id=str(number), tracking_code="T1")
        line = order.lines.all()[number]
        ShipmentLine.objects.create(shipment=shipment, line=line, sku=line.sku, quantity=5, line_vendor_id=str(number))


def test_the_page_needs_as_many_queries_for_one_line_as_for_thirty(desk: Client) -> None:
    small, large = make_order({}), make_order(*[{}] * 30)
    for order in (small, large):
        make_shipped(order)
    desk.get(page(small))
    with CaptureQueriesContext(connection) as few:
        desk.get(page(small))
    with CaptureQueriesContext(connection) as many:
        desk.get(page(large))
    assert len(many) == len(few) <= 29


def test_the_page_offers_what_can_be_done_and_says_what_cannot(desk: Client) -> None:
    order = make_order()
    offered = {action.name: action.refusal for action in desk.get(page(order)).context["actions"]}
    assert offered == {"release": "", "edit": "", "hold": "", "cancel": ""}
    hold_order(order, reason=HoldReason.MANUAL, text="", actor="test")
    offered = {action.name: action.refusal for action in desk.get(page(order)).context["actions"]}
    assert "held manually" in offered["release"]


def test_an_order_in_production_cannot_be_cancelled_and_the_page_says_since_when(desk: Client) -> None:
    order = make_order()
    release_order(order, actor="test")
    order.vendor_orders.update(state=VendorOrderState.IN_PRODUCTION, reported_at=timezone.now())
    refusal = {action.name: action.refusal for action in desk.get(page(order)).context["actions"]}["cancel"]
    assert "in production since" in refusal
    assert refusal in desk.get(url(order, "cancel")).content.decode()
    desk.post(url(order, "cancel"), {"reason": "customer changed her mind"})
    order.refresh_from_db()
    assert (order.state, order.cancel_requested_at) == (OrderState.RELEASED, None)
    assert not Push.objects.filter(kind="orders.cancel").exists()


def test_cancelling_asks_first_and_needs_a_reason(desk: Client) -> None:
    order = make_order()
    question = desk.get(url(order, "cancel")).content.decode()
    assert order.number in question
    assert "€189.00" in question
    desk.post(url(order, "cancel"), {"reason": " "})
    order.refresh_from_db()
    assert order.state == OrderState.NEW
    desk.post(url(order, "cancel"), {"reason": "ordered twice"})
    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    event = order.events.get(kind="order.cancel_requested")
    assert (event.actor, event.params["reason"]) == ("mara", "ordered twice")


def test_holding_and_letting_go_leave_their_lines_in_the_timeline(desk: Client) -> None:
    order = make_order()
    desk.post(url(order, "hold"), {"reason": "waits for a motif"})
    hold = Hold.objects.get(order=order)
    assert "waits for a motif" in desk.get(page(order)).content.decode()
    desk.post(url(order, f"holds/{hold.pk}/release"), {"reason": "motif is here"})
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED
    assert order.events.get(kind="hold.released").params["note"] == "motif is here"


def test_releasing_names_the_price_at_the_vendor_and_queues_the_order(desk: Client) -> None:
    order = make_order({"unit_cost": "0.5000", "quantity": 10})
    assert "€5.00" in desk.get(url(order, "release")).content.decode()
    desk.post(url(order, "release"), {})
    order.refresh_from_db()
    assert order.state == OrderState.RELEASED
    assert Push.objects.filter(kind="orders.place").count() == 1


def test_an_address_too_long_for_the_vendor_shows_where_and_by_how_much(desk: Client) -> None:
    order = make_order()
    order.addresses.update(street=LONG_STREET)
    shown = desk.get(page(order)).content.decode()
    assert "<mark>" in shown
    assert f"{len(LONG_STREET)} characters; the vendor allows 30" in shown


def test_a_corrected_address_ends_the_hold_and_the_order_goes_on(desk: Client) -> None:
    Country.objects.create(iso2="DE", iso3="DEU", name="Germany")
    order = make_order()
    order.addresses.update(street=LONG_STREET)
    errors = {"recipient.street": ["too long"]}
    hold_order(order, reason=HoldReason.BAD_ADDRESS, text="too long", errors=errors, actor="system")
    question = desk.get(url(order, "address/recipient")).content.decode()
    assert "Straße der Pariser Kommune" in question
    values = {"firstname": "Jana", "lastname": "Größer", "zip": "10115", "city": "Berlin", "country_code": "DE"}
    values |= {"revision": order.revision}
    answer = desk.post(url(order, "address/recipient"), values | {"street": "x" * 31})
    assert "at most 30" in answer.content.decode()
    order.refresh_from_db()
    assert (order.state, order.addresses.get().street) == (OrderState.HELD, LONG_STREET)
    desk.post(url(order, "address/recipient"), values | {"street": "Straße der Pariser Kommune", "care_of": "Hof"})
    order.refresh_from_db()
    assert (order.state, order.addresses.get().care_of) == (OrderState.RELEASED, "Hof")
    assert order.events.get(kind="order.edited").actor == "mara"


def test_an_address_that_somebody_else_has_saved_meanwhile_is_not_written_over(desk: Client) -> None:
    """What was typed is still there, beside the address as it is by now, and is saved once that was seen."""
    order = make_order()
    values = {"firstname": "Jana", "lastname": "Größer", "zip": "10115", "city": "Berlin", "country_code": "DE"}
    values |= {"street": "Nebenweg 1", "revision": order.revision}
    correct_address(order, role=AddressRole.RECIPIENT, values={"street": "Hauptweg 9"}, actor="tom")
    answer = desk.post(url(order, "address/recipient"), values)
    html = answer.content.decode()
    assert order.addresses.get().street == "Hauptweg 9"
    assert "Someone else has saved this order in the meantime." in html
    assert "Hauptweg 9" in html
    assert 'value="Nebenweg 1"' in html
    desk.post(url(order, "address/recipient"), values | {"revision": answer.context["order"].revision})
    assert order.addresses.get().street == "Nebenweg 1"


def test_an_address_that_a_vendor_has_cannot_be_corrected(desk: Client) -> None:
    order = make_order()
    release_order(order, actor="test")
    before = order.addresses.get().street
    desk.post(url(order, "address/recipient"), {"lastname": "X", "street": "Y", "zip": "10115", "city": "B"})
    assert order.addresses.get().street == before


def test_tags_and_assignee_are_kept_together_with_their_events(desk: Client) -> None:
    order = make_order()
    user = desk.get(page(order)).context["user"]
    desk.post(url(order, "notes"), {"tags": "VIP, VIP ,christmas,", "assignee": user.pk})
    order.refresh_from_db()
    assert (order.tags, order.assignee) == (["VIP", "christmas"], user)
    assert set(order.events.values_list("kind", flat=True)) == {"order.tagged", "order.assigned"}


def test_too_many_tags_are_refused_and_nothing_is_changed(desk: Client) -> None:
    order = make_order()
    user = desk.get(page(order)).context["user"]
    given = {"tags": ",".join(map(str, range(21))), "assignee": user.pk}
    answer = desk.post(url(order, "notes"), given, follow=True)
    assert "At most 20 tags" in answer.content.decode()
    order.refresh_from_db()
    assert (order.tags, order.assignee, order.events.count()) == ([], None, 0)


def test_the_second_saver_takes_back_nothing_that_the_first_one_changed(desk: Client) -> None:
    order = make_order(tags=["VIP", "gift"])
    user = desk.get(page(order)).context["user"]
    shown = {"assignee": "", "assignee_before": "", "tags_before": "VIP,gift"}
    Order.objects.update(tags=["VIP", "gift", "express"], assignee=user)
    desk.post(url(order, "notes"), shown | {"tags": "VIP, new"})
    order.refresh_from_db()
    assert (order.tags, order.assignee) == (["VIP", "express", "new"], user)


def test_an_order_stays_with_a_colleague_who_has_left_when_its_tags_are_saved(desk: Client) -> None:
    order = make_order()
    order.assignee = User.objects.create_user("tom", is_staff=True, is_active=False)
    order.save()
    assert f'<option value="{order.assignee_id}" selected>' in desk.get(page(order)).content.decode()
    given = {"tags": "VIP", "assignee": order.assignee_id, "assignee_before": order.assignee_id}
    desk.post(url(order, "notes"), given)
    order.refresh_from_db()
    assert (order.tags, order.assignee.username) == (["VIP"], "tom")


@pytest.mark.parametrize("what", ["release", "hold", "cancel", "notes", "address/recipient"])
def test_who_may_only_look_can_do_nothing(sign_in: SignIn, what: str) -> None:
    order = make_order()
    reader = sign_in("view_order")
    assert reader.get(page(order)).context["actions"] == []
    assert reader.post(url(order, what), {"reason": "x"}).status_code == 403
    order.refresh_from_db()
    assert order.state == OrderState.NEW


def test_the_exchange_of_another_orders_push_is_not_shown(desk: Client) -> None:
    order, other = make_order(), make_order()
    release_order(order, actor="test")
    push = Push.objects.get(kind="orders.place")
    push.attempt_rows.create(started_at=timezone.now(), method="POST", url="https://v.example/orders", request="{}")
    assert "https://v.example/orders" in desk.get(url(order, f"exchange/{push.pk}")).content.decode()
    assert desk.get(url(other, f"exchange/{push.pk}")).status_code == 404


def test_nobody_can_delete_an_order_not_even_a_superuser(admin_client: Client, rf: RequestFactory) -> None:
    order = make_order()
    handler = site._registry[Order]
    request = rf.get("/")
    request.user = admin_client.get(page(order)).context["user"]
    assert not handler.has_delete_permission(request)
    assert admin_client.post(url(order, "delete"), {"post": "yes"}).status_code == 403
    assert Order.objects.filter(pk=order.pk).exists()


def test_an_order_that_is_not_there_is_not_found(desk: Client) -> None:
    assert desk.get("/admin/orders/order/999999/change/").status_code == 404
    assert desk.get("/admin/orders/order/abc/change/").status_code == 404


def test_letters_that_the_slip_cannot_show_are_named_beside_the_address(desk: Client) -> None:
    order = make_order()
    Address.objects.filter(order=order).update(firstname="Jana 🎉", lastname="שלום")
    note = "the delivery slip shows an empty box"
    assert note not in desk.get(page(order)).content.decode(), "this order has no slip of ours"
    OrderDocument.objects.create(order=order, kind=DocumentKind.DELIVERY_SLIP, made_by_us=True)
    shown = desk.get(page(order)).content.decode().partition(note)[2]
    assert '<bdi class="code">🎉</bdi>' in shown
