"""Releasing passes the pre-flight again: what a vendor would refuse stays here, with the complaint."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from backoffice.engine.models import Push
from backoffice.errors import InvalidInput
from backoffice.text.translatable import render, serialize
from catalog.models import Product, Variant
from orders.models import AddressRole, Hold, HoldReason, Order, OrderState, VendorOrderState
from orders.services.editing.edits import correct_address
from orders.services.holds import active_holds
from orders.services.lifecycle import hold_order, release_hold, release_or_hold, release_order
from orders.services.preflight.rechecks import recheck_orders
from tests.orders.rows import SKU, make_order

pytestmark = pytest.mark.django_db

LONG = "Straße der Pariser Kommune, Hinterhaus 3"


@pytest.fixture
def mug() -> Variant:
    now = timezone.now()
    product = Product.objects.create(vendor="mypromo", vendor_id="1", changed_at=now, created_at=now)
    return Variant.objects.create(
        product=product, vendor="mypromo", vendor_id="2", sku=SKU, personalized=True, changed_at=now, created_at=now
    )


def long_street(order: Order) -> Order:
    order.addresses.update(street=LONG)
    return order


def state_of(order: Order) -> tuple[str, int]:
    """Return its state, and how many pushes there are."""
    return Order.objects.get(pk=order.pk).state, Push.objects.count()


def test_an_order_that_would_be_refused_is_not_released_and_the_complaint_is_said() -> None:
    order = long_street(make_order())
    with pytest.raises(InvalidInput) as refused:
        release_order(order, actor="mara")
    assert list(refused.value.errors) == ["recipient.street"]
    assert "30" in refused.value.text
    assert "Recipient, street: " in refused.value.text
    with translation.override("de"):
        assert "Empfänger, Straße: " in render(serialize(refused.value.text))
    assert state_of(order) == (OrderState.NEW, 0)


def test_what_no_vendor_takes_is_not_released_anyway_either() -> None:
    order = long_street(make_order())
    with pytest.raises(InvalidInput):
        release_order(order, actor="mara", anyway=True)
    assert state_of(order) == (OrderState.NEW, 0)


def test_the_last_hold_stays_while_the_order_would_be_refused() -> None:
    order = long_street(make_order())
    hold_order(order, reason=HoldReason.BAD_ADDRESS, text="", actor="system")
    hold_order(order, reason=HoldReason.MANUAL, text="", actor="system")
    address, manual = order.holds.all()
    release_hold(address, actor="mara", note="")  # the other one holds it still: nothing leaves
    with pytest.raises(InvalidInput):
        release_hold(manual, actor="mara", note="")
    assert [hold.reason for hold in active_holds(order)] == [HoldReason.MANUAL]
    assert state_of(order) == (OrderState.HELD, 0)


def test_a_person_may_pass_over_what_the_catalogue_says_but_nothing_else_does(mug: Variant) -> None:
    order = make_order()
    Variant.objects.update(gone_at=timezone.now())
    with pytest.raises(InvalidInput) as refused:
        release_order(order, actor="mara")
    assert list(refused.value.errors) == ["lines[0].sku"]
    assert release_order(order, actor="mara", anyway=True).state == OrderState.RELEASED


def test_an_unknown_sku_is_complained_of_once_there_is_a_catalogue(mug: Variant) -> None:
    order = make_order({}, {"sku": "NOPE"})
    with pytest.raises(InvalidInput) as refused:
        release_order(order, actor="mara")
    assert list(refused.value.errors) == ["lines[1].sku"]
    Variant.objects.all().delete()
    assert release_order(order, actor="mara").state == OrderState.RELEASED


def test_where_nobody_reads_a_refusal_the_order_is_held_with_it() -> None:
    order = long_street(make_order())
    assert release_or_hold(order, actor="rule:7").state == OrderState.HELD
    hold = active_holds(order).get()
    assert (hold.reason, list(hold.errors), hold.placed_by) == (HoldReason.BAD_ADDRESS, ["recipient.street"], "rule:7")
    assert not Push.objects.exists()


def test_only_what_is_left_to_send_is_looked_at(mug: Variant) -> None:
    order = release_order(make_order(*[{} for _ in range(51)]), actor="mara")
    first, second = order.vendor_orders.order_by("part")
    order.vendor_orders.update(state=VendorOrderState.SUBMITTED)
    Variant.objects.update(gone_at=timezone.now())
    assert not recheck_orders([order])[order.pk].errors
    second.state = VendorOrderState.REFUSED
    second.save()
    assert list(recheck_orders([order])[order.pk].errors) == ["lines[50].sku"]
    assert first.lines.count() == 50


def test_a_correction_ends_a_refusal_about_that_address_and_the_order_goes_on() -> None:
    order = release_order(make_order(), actor="mara")
    order.vendor_orders.update(state=VendorOrderState.REFUSED)
    Push.objects.all().delete()
    errors = {"recipient.street": ["Too long."]}
    hold_order(order, reason=HoldReason.VENDOR_REFUSED, text="", errors=errors, actor="vendor:mypromo")
    order = correct_address(order, role=AddressRole.RECIPIENT, values={"street": "Hauptstraße 1"}, actor="mara")
    assert order.state == OrderState.RELEASED
    assert not active_holds(order).exists()


def test_a_correction_is_kept_although_something_else_would_be_refused(mug: Variant) -> None:
    order = long_street(make_order({"sku": "NOPE"}))
    errors = {"recipient.street": ["Too long."]}
    hold_order(order, reason=HoldReason.BAD_ADDRESS, text="", errors=errors, actor="system")
    order = correct_address(order, role=AddressRole.RECIPIENT, values={"street": "Hauptstraße 1"}, actor="mara")
    assert order.addresses.get().street == "Hauptstraße 1"
    hold = Hold.objects.get(released_at__isnull=True)
    assert (order.state, hold.reason, list(hold.errors)) == ("held", HoldReason.INVALID_INPUT, ["lines[0].sku"])


def test_a_correction_leaves_holds_that_name_no_field() -> None:
    order = make_order()
    hold_order(order, reason=HoldReason.INVALID_INPUT, text="Which colour?", actor="system")
    correct_address(order, role=AddressRole.RECIPIENT, values={"street": "Hauptstraße 1"}, actor="mara")
    assert active_holds(order).get().reason == HoldReason.INVALID_INPUT


def test_many_orders_are_looked_at_in_as_many_queries_as_one(mug: Variant) -> None:
    orders = [long_street(make_order({}, {"sku": "NOPE"})) for _count in range(6)]
    with CaptureQueriesContext(connection) as one:
        recheck_orders(orders[:1])
    with CaptureQueriesContext(connection) as many:
        found = recheck_orders(orders)
    assert len(many) == len(one)
    assert all(list(found[order.pk].errors) == ["lines[1].sku", "recipient.street"] for order in orders)
    assert found[orders[0].pk].suggestions["recipient"]["care_of"] == "Hinterhaus 3"
