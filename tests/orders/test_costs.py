"""What a decision to send an order again would cost."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.engine.services.handlers import handler_of
from backoffice.engine.services.subjects import find_subjects, load_subjects
from orders.models import Order, OrderLine, VendorOrder, VendorOrderLine
from orders.models.line import LineKind

pytestmark = pytest.mark.django_db


def place(**costs: Any) -> VendorOrder:
    """Place an order R-1 with one line per cost, ten of each, all in one vendor order."""
    shop = Shop.objects.create(code="COST", name="Costs")
    order = Order.objects.create(
        shop=shop, number="R-1", reference="WEB-1", placed_at=timezone.now(), currency="EUR", total="99"
    )
    row = VendorOrder.objects.create(order=order, vendor="mypromo", part=1, reference="R-1-g2", vendor_id="8801")
    for position, (name, cost) in enumerate(costs.items()):
        line = OrderLine.objects.create(
            order=order, position=position, reference=name, kind=LineKind.STOCK, vendor="mypromo", sku=name,
            quantity=10, unit_price="9", unit_cost=cost,
        )  # fmt: skip
        VendorOrderLine.objects.create(vendor_order=row, line=line, reference=name)
    return row


def cost_of(row: VendorOrder) -> Any:
    push = Push(kind="orders.place", vendor="mypromo", subject_type="orders.vendororder", subject_id=row.pk)
    return handler_of(push).cost(push)


def test_placing_an_order_costs_what_its_lines_cost() -> None:
    assert cost_of(place(a="1.2345", b="0.1")) == (Decimal("13.35"), "EUR")


def test_no_cost_is_told_when_one_price_is_unknown_or_there_is_no_line() -> None:
    assert cost_of(place(a="1.20", b=None)) is None


def test_no_cost_is_told_without_lines() -> None:
    assert cost_of(place()) is None


@pytest.mark.parametrize("text", ["R-1", "r-1", "WEB-1", "R-1-g2", "8801"])
def test_pushes_and_callbacks_of_an_order_are_found_by_all_that_staff_quote(text: str) -> None:
    row = place()
    assert set(find_subjects(text)) == {("orders.order", row.order_id), ("orders.vendororder", row.pk)}
    assert load_subjects(find_subjects(text)) == dict.fromkeys(find_subjects(text), row.order)


def test_what_nobody_quotes_finds_nothing() -> None:
    place()
    assert find_subjects("R-2") == []
    assert load_subjects([("gone.model", 1), ("orders.order", 0)]) == {}
