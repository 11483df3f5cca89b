"""What people record of signs, since their maker reports nothing, and how an order with one is cancelled."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.services.sending import deliver
from backoffice.errors import IllegalTransition, InvalidInput
from catalog.models import CustomProduct
from fulfillment.models import Shipment
from orders.models import Hold, Order, VendorOrder
from orders.services.lifecycle import cancel_order, release_order
from orders.services.reports.manual import ParcelInput, Progress, conclude_cancellation, record_progress
from tests.admin.inbox import read_inbox
from tests.orders.rows import make_order
from tests.signs.desk import sign_line, sign_order

pytestmark = pytest.mark.django_db
SignIn = Callable[..., Client]


@pytest.fixture
def order(product: CustomProduct) -> Order:
    """Return an order that was sent, as far as we know, without any vendor."""
    order = release_order(sign_order(product), actor="tester")
    return as_sent(order)


def as_sent(order: Order) -> Order:
    row = order.vendor_orders.get(vendor="sign-customiser")
    row.state, row.submitted_at, row.vendor_id = "submitted", timezone.now(), "7"
    row.save()
    Push.objects.filter(subject_id=row.pk).update(state="confirmed")
    return order


def part(order: Order) -> VendorOrder:
    return VendorOrder.objects.get(order=order, vendor="sign-customiser")


def test_production_shipping_and_delivery_end_in_the_same_rows(order: Order) -> None:
    order = record_progress(part(order), progress=Progress.IN_PRODUCTION, actor="mara")
    assert (order.production, order.shipment) == ("in_production", "none")
    parcel = ParcelInput("dhl", "JJD1", "https://dhl.example.com/JJD1")
    order = record_progress(part(order), progress=Progress.SHIPPED, actor="mara", parcel=parcel)
    order = record_progress(part(order), progress=Progress.SHIPPED, actor="mara", parcel=parcel)
    assert (order.production, order.shipment) == ("done", "shipped")
    row = Shipment.objects.get()
    assert (row.carrier, row.tracking_code, row.delivered) == ("dhl", "JJD1", False)
    order = record_progress(part(order), progress=Progress.DELIVERED, actor="mara")
    assert (order.shipment, order.state) == ("delivered", "closed")
    assert Shipment.objects.get().tracking_code == "JJD1"
    assert "mara" in set(order.events.filter(kind="shipment.sent").values_list("actor", flat=True))


def test_no_step_goes_back(order: Order) -> None:
    record_progress(part(order), progress=Progress.SHIPPED, actor="mara")
    order = record_progress(part(order), progress=Progress.IN_PRODUCTION, actor="mara")
    assert (order.production, part(order).state) == ("done", "done")


def test_what_is_not_at_the_vendor_or_reports_itself_is_not_recorded(product: CustomProduct) -> None:
    order = make_order({}, sign_line(product), customer_email="jana@example.com")
    order = release_order(order, actor="tester")
    for row in order.vendor_orders.all():
        with pytest.raises(IllegalTransition):
            record_progress(row, progress=Progress.SHIPPED, actor="mara")
    assert not Shipment.objects.exists()


@pytest.mark.parametrize("parcel", [ParcelInput(tracking_url="javascript:alert(1)"), ParcelInput(carrier="x" * 65)])
def test_a_parcel_that_cannot_be_kept_is_refused(order: Order, parcel: ParcelInput) -> None:
    with pytest.raises(InvalidInput):
        record_progress(part(order), progress=Progress.SHIPPED, actor="mara", parcel=parcel)
    assert not Shipment.objects.exists()
    assert part(order).state == "submitted"


def run_cancel(order: Order) -> None:
    push = Push.objects.get(kind="orders.cancel", subject_id=part(order).pk)
    Push.objects.filter(pk=push.pk).update(next_at=timezone.now())
    deliver(push.pk)
    push.refresh_from_db()
    assert push.state == "confirmed"


def test_a_sent_sign_is_cancelled_only_when_its_maker_has_agreed(order: Order) -> None:
    order = cancel_order(order, actor="mara", reason="Ordered twice.")
    assert (order.state, bool(order.cancel_requested_at)) == ("released", True)
    run_cancel(order)
    assert order.events.filter(kind="order.cancel_by_hand").count() == 1
    with pytest.raises(IllegalTransition):
        record_progress(part(order), progress=Progress.SHIPPED, actor="mara")
    order = conclude_cancellation(part(order), cancelled=True, actor="mara", note="Tom agreed.")
    assert (order.state, part(order).state) == ("cancelled", "cancelled")
    with pytest.raises(IllegalTransition):
        conclude_cancellation(part(order), cancelled=True, actor="mara", note="again")


def test_a_maker_that_goes_on_lets_the_order_go_on(order: Order) -> None:
    cancel_order(order, actor="mara", reason="Ordered twice.")
    run_cancel(order)
    order = conclude_cancellation(part(order), cancelled=False, actor="mara", note="It is bent already.")
    assert (order.state, order.cancel_requested_at, part(order).state) == ("released", None, "submitted")
    assert "bent" in order.events.get(kind="order.cancel_refused").params["text"]
    assert not Hold.objects.exists()


def test_what_was_not_sent_is_simply_not_sent(product: CustomProduct) -> None:
    order = cancel_order(release_order(sign_order(product), actor="tester"), actor="mara", reason="No.")
    assert (order.state, part(order).state) == ("cancelled", "cancelled")
    push = Push.objects.get(kind="orders.place")
    deliver(push.pk)
    assert push.attempt_rows.filter(method="POST").count() == 0


def test_production_has_begun_so_it_is_too_late(order: Order) -> None:
    record_progress(part(order), progress=Progress.IN_PRODUCTION, actor="mara")
    with pytest.raises(IllegalTransition):
        cancel_order(order, actor="mara", reason="No.")
    order.refresh_from_db()
    assert order.cancel_requested_at is None


def test_the_pages_record_and_refuse(order: Order, sign_in: SignIn) -> None:
    desk = sign_in("view_order", "change_order")
    page = f"/admin/orders/order/{order.pk}/"
    assert b"Record progress" in desk.get(f"{page}change/").content
    url = f"{page}parts/{part(order).pk}/progress/"
    assert b"does not report progress" in desk.get(url).content
    wrong = desk.post(url, {"progress": "shipped", "tracking_url": "javascript:1"})
    assert b"must begin with" in wrong.content
    desk.post(url, {"progress": "shipped", "carrier": "UPS", "tracking_code": "1Z"})
    assert Shipment.objects.get().tracking_code == "1Z"
    assert sign_in("view_order", name="tom").post(url, {"progress": "delivered"}).status_code == 403


def test_the_home_page_and_the_order_say_that_the_maker_has_to_be_told(order: Order, sign_in: SignIn) -> None:
    cancel_order(order, actor="mara", reason="Ordered twice.")
    run_cancel(order)
    desk = sign_in("view_order", "change_order")
    assert order.number in read_inbox(desk)
    assert b"Vendor informed: record the answer" in desk.get(f"/admin/orders/order/{order.pk}/change/").content
    url = f"/admin/orders/order/{order.pk}/parts/{part(order).pk}/word/"
    assert b"does not accept cancellations" in desk.get(url).content
    desk.post(url, {"note": "Tom agreed.", "cancelled": "yes"})
    order.refresh_from_db()
    assert order.state == "cancelled"
    assert order.number not in read_inbox(desk)


def test_before_cancelling_the_page_says_what_has_to_be_done(order: Order, sign_in: SignIn) -> None:
    page = sign_in("view_order", "change_order").get(f"/admin/orders/order/{order.pk}/cancel/")
    assert b"by telephone or e-mail" in page.content
