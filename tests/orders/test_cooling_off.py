"""The cooling-off of a shop: a released order leaves only then, and cancelling it until then is certain."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.sending import deliver
from backoffice.errors import IllegalTransition
from orders.models import HoldReason, Order, OrderState
from orders.services.lifecycle import cancel_order, end_cooling_off, hold_order, release_hold, release_order
from tests.api.storefront import Storefront, build_order, make_catalog, make_storefront
from tests.orders.rows import make_order
from tests.orders.test_lifecycle import refused

pytestmark = pytest.mark.django_db


def cooling_order(seconds: int = 300) -> Order:
    order = make_order()
    order.shop.cooling_off_seconds = seconds
    order.shop.save()
    return release_order(order, actor="mara")


def let_it_cool() -> None:
    """Let the time be over, as the database sees it."""
    past = timezone.now() - timedelta(seconds=1)
    Order.objects.update(leaves_at=past)
    Push.objects.update(next_at=past)


def test_a_released_order_leaves_only_after_its_cooling_off() -> None:
    order = cooling_order()
    push = Push.objects.get()
    assert order.leaves_at is not None
    assert push.next_at == order.leaves_at
    deliver(push.pk)
    push.refresh_from_db()
    assert (push.state, push.attempts) == (PushState.NEW, 0)


def test_a_push_that_is_tried_early_all_the_same_is_put_back_and_calls_nobody() -> None:
    order = cooling_order()
    Push.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    push = Push.objects.get()
    deliver(push.pk)
    push.refresh_from_db()
    assert (push.state, push.attempts) == (PushState.NEW, 0)
    assert push.next_at > timezone.now() + timedelta(seconds=200)
    assert not push.attempt_rows.exists()
    assert order.vendor_orders.get().vendor_id == ""


def test_without_a_cooling_off_it_leaves_at_once() -> None:
    order = release_order(make_order(), actor="mara")
    assert order.leaves_at is None
    assert Push.objects.get().next_at <= timezone.now() + timedelta(seconds=1)


def test_an_order_that_is_cooling_off_is_cancelled_at_once_and_nobody_is_asked() -> None:
    order = cancel_order(cooling_order(), actor="mara", reason="changed her mind")
    assert order.state == OrderState.CANCELLED
    assert not Push.objects.filter(kind="orders.cancel").exists()
    let_it_cool()
    deliver(Push.objects.get().pk)
    assert Push.objects.get().state == PushState.CONFIRMED
    assert order.vendor_orders.get().vendor_id == ""


def test_an_order_that_comes_in_and_is_released_at_once_cools_off_too() -> None:
    make_catalog()
    storefront: Storefront = make_storefront(cooling_off_seconds=60)
    body = storefront.place(build_order()).json()
    order = Order.objects.get()
    assert body["state"]["order"] == "released"
    assert body["leaves_at"] is not None
    assert {push.next_at for push in Push.objects.filter(kind="orders.place")} == {order.leaves_at}


def test_a_person_may_end_the_cooling_off_once() -> None:
    order = end_cooling_off(cooling_order(), actor="mara")
    assert order.leaves_at is None
    assert Push.objects.get().next_at <= timezone.now() + timedelta(seconds=1)
    assert order.events.filter(kind="order.cooling_ended", actor="mara").count() == 1
    refused(IllegalTransition, lambda: end_cooling_off(order, actor="mara"))


def test_whoever_releases_it_again_gives_it_another_cooling_off() -> None:
    order = cooling_order()
    first = order.leaves_at
    order = hold_order(order, reason=HoldReason.MANUAL, text="", actor="mara")
    order = release_hold(order.holds.get(), actor="mara", note="")
    assert order.leaves_at is not None
    assert first is not None
    assert order.leaves_at > first
    Push.objects.update(next_at=timezone.now() - timedelta(seconds=1))
    deliver(Push.objects.get().pk)  # queued for the first time, and not to leave before the second
    assert Push.objects.get().state == PushState.NEW
