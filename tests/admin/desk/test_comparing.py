"""Two orders that may be one: side by side, and decided there."""

from django.test import Client

from backoffice.engine.models import Push
from orders.admin.order_page.comparing import compared_rows
from orders.models import Hold, HoldReason, Order, OrderState
from orders.services.lifecycle import hold_order
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order


def make_twins() -> tuple[Order, Hold]:
    first = make_order(customer_phone="030 1")
    second = hold_order(make_order(customer_phone="030 2"), reason=HoldReason.POSSIBLE_DUPLICATE, text="", actor="shop")
    hold = second.holds.get()
    hold.duplicate_of = first
    hold.save()
    return first, hold


def url(hold: Hold) -> str:
    return f"/admin/orders/order/{hold.order_id}/holds/{hold.pk}/compare/"


def test_both_orders_stand_side_by_side_with_their_differences_marked(desk: Client) -> None:
    first, hold = make_twins()
    html = desk.get(url(hold)).content.decode()
    assert first.number in html
    assert hold.order.number in html
    differing = {row.label for row in compared_rows(first, hold.order) if row.differs}
    assert "Telephone" in differing
    assert "Recipient" not in differing
    assert "Lines" not in differing


def test_keeping_both_releases_the_second_in_one_press(desk: Client) -> None:
    _first, hold = make_twins()
    desk.post(f"/admin/orders/order/{hold.order_id}/holds/{hold.pk}/release/", {"at_once": "1"})
    hold.order.refresh_from_db()
    assert hold.order.state == OrderState.RELEASED


def test_what_a_vendor_would_refuse_is_asked_about_before_it_is_released_at_once(desk: Client) -> None:
    _first, hold = make_twins()
    hold.order.addresses.update(street="x" * 60)
    html = desk.post(f"/admin/orders/order/{hold.order_id}/holds/{hold.pk}/release/", {"at_once": "1"}).content.decode()
    assert "The vendor would reject it." in html
    hold.order.refresh_from_db()
    assert hold.order.state == OrderState.HELD
    assert not Push.objects.exists()


def test_cancelling_says_of_which_order_it_was_a_duplicate(desk: Client) -> None:
    first, hold = make_twins()
    reason = f"Duplicate of {first.number}."
    assert reason in desk.get(url(hold)).content.decode()
    desk.post(f"/admin/orders/order/{hold.order_id}/cancel/", {"reason": reason})
    hold.order.refresh_from_db()
    first.refresh_from_db()
    assert (hold.order.state, first.state) == (OrderState.CANCELLED, OrderState.NEW)


def test_the_banner_leads_to_the_comparison(desk: Client) -> None:
    _first, hold = make_twins()
    assert url(hold) in desk.get(f"/admin/orders/order/{hold.order_id}/change/").content.decode()


def test_who_may_only_look_compares_nothing(sign_in: SignIn) -> None:
    _first, hold = make_twins()
    assert sign_in("view_order").get(url(hold)).status_code == 403
