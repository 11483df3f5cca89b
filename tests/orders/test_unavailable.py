"""Orders whose lines can no longer be made."""

import pytest
from django.utils import timezone

from catalog.models import Product, Variant
from orders.models import HoldReason, Order, OrderState, VendorOrderState
from orders.services.holds import active_holds
from orders.services.lifecycle import release_hold, release_order
from orders.services.unavailable import hold_unmakeable_orders
from tests.orders.rows import make_order

SKU = "SKU-1"


@pytest.fixture
def variant(db: None) -> Variant:
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    return Variant.objects.create(
        product=product, vendor="mypromo", vendor_id="2", sku=SKU, personalized=True, changed_at=now, created_at=now
    )


@pytest.fixture
def order(variant: Variant) -> Order:
    return make_order({"sku": SKU})


def vanish(variant: Variant) -> None:
    variant.gone_at = variant.changed_at = timezone.now()
    variant.save()


def test_an_order_whose_line_is_gone_at_the_vendor_is_held(order: Order, variant: Variant) -> None:
    assert hold_unmakeable_orders() == 0
    vanish(variant)
    assert hold_unmakeable_orders() == 1
    order.refresh_from_db()
    hold = active_holds(order).get()
    assert (order.state, hold.reason) == (OrderState.HELD, HoldReason.UNAVAILABLE)
    assert SKU in hold.text


def test_a_hold_that_a_person_released_comes_back_only_when_the_vendor_changed_something(
    order: Order, variant: Variant
) -> None:
    vanish(variant)
    hold_unmakeable_orders()
    release_hold(active_holds(order).get(), actor="boss", note="agreed by telephone", anyway=True)
    assert hold_unmakeable_orders() == 0
    vanish(variant)
    assert hold_unmakeable_orders() == 1


def test_an_order_that_its_vendor_has_already_is_left_alone(order: Order, variant: Variant) -> None:
    released = release_order(order, actor="boss")
    released.vendor_orders.update(state=VendorOrderState.SUBMITTED, submitted_at=timezone.now())
    vanish(variant)
    assert hold_unmakeable_orders() == 0
    assert not active_holds(order).exists()


def test_a_cancelled_order_is_left_alone(order: Order, variant: Variant) -> None:
    Order.objects.update(state=OrderState.CANCELLED)
    vanish(variant)
    assert hold_unmakeable_orders() == 0
