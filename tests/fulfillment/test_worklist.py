"""The work list: what is to do, in which order, page by page, in a fixed number of queries."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from fulfillment.models import DispatchState, ProductionItem, ProductionOrder, ProductionOrderState, ProductionShipment
from fulfillment.models.production_shipment import ParcelState
from fulfillment.services.production_reports import NEVER
from fulfillment.services.worklist import (
    Section,
    WorkFilter,
    count_shipped_by_carrier,
    count_shipped_per_day,
    count_work,
    list_merchants,
    list_printing_methods,
    list_work,
)

pytestmark = pytest.mark.django_db


def make_order(number: int, *, methods: tuple[str, ...] = (), sku: str = "MUG", **changes: Any) -> ProductionOrder:
    facts = {"due_at": NEVER, "state": ProductionOrderState.PENDING, "merchant": "Merchant x"} | changes
    order = ProductionOrder.objects.create(vendor="mypromo-fulfiller", vendor_id=str(number), **facts)
    ProductionItem.objects.create(
        production_order=order, vendor_id="1", sku=sku, quantity=5, printing_methods=list(methods)
    )
    return order


def noon(days: int = 0) -> datetime:
    """Return noon of a day of the desk, from today on."""
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=days)


def listed(**wanted: Any) -> list[str]:
    return [order.vendor_id for order in list_work(WorkFilter(**wanted)).orders]


def test_express_comes_first_and_then_what_is_due_first() -> None:
    make_order(1, due_at=noon(2))
    make_order(2, due_at=noon(1))
    make_order(3)
    make_order(4, due_at=noon(9), express_shipping=True)
    make_order(5, due_at=noon(8), express_production=True)
    assert listed() == ["5", "4", "2", "1", "3"]


def test_what_is_ended_or_wholly_shipped_is_no_work() -> None:
    make_order(1, state=ProductionOrderState.DONE)
    make_order(2, state=ProductionOrderState.CANCELLED)
    make_order(3, dispatch=DispatchState.SHIPPED)
    make_order(4, dispatch=DispatchState.PARTIAL)
    make_order(5, state=ProductionOrderState.UNKNOWN)
    assert listed() == ["4", "5"]


def test_sections_are_what_their_names_say() -> None:
    make_order(1, due_at=noon(0), shipping_earliest=noon(-3))
    make_order(2, due_at=noon(-1), shipping_earliest=noon(-3))
    make_order(3, due_at=noon(5), late=True, shipping_earliest=noon(4))
    make_order(4, due_at=noon(5), express_shipping=True)
    assert listed(section=Section.DUE_TODAY) == ["1"]
    assert set(listed(section=Section.LATE)) >= {"2", "3"}
    assert listed(section=Section.EXPRESS) == ["4"]
    assert listed(section=Section.OPEN_WINDOW) == ["4", "2", "1"]
    counts = count_work()
    assert (counts["all"], counts["due_today"], counts["express"]) == (4, 1, 1)
    assert counts["late"] == len(listed(section=Section.LATE))


def test_a_day_begins_at_midnight_of_the_desk_and_not_of_utc(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    today = timezone.localdate()
    make_order(1, due_at=datetime(today.year, today.month, today.day, 23, 59, 59, tzinfo=UTC))
    assert listed(section=Section.DUE_TODAY, ships_until=today) == []
    assert listed(ships_from=today + timedelta(days=1), ships_until=today + timedelta(days=1)) == ["1"]


def test_filters_by_product_method_merchant_and_window() -> None:
    make_order(1, sku="PEN", methods=("digital", "engraving"), due_at=noon(1))
    make_order(2, sku="MUG", methods=("digital",), merchant="Merchant y", due_at=noon(3))
    assert listed(product="PEN") == ["1"]
    assert listed(printing_method="engraving") == ["1"]
    assert listed(printing_method="digital") == ["1", "2"]
    assert listed(merchant="Merchant y") == ["2"]
    assert listed(product="PEN", merchant="Merchant y") == []
    assert listed(ships_from=(noon(2)).date()) == ["2"]
    assert listed(ships_until=(noon(1)).date()) == ["1"]
    assert list_merchants() == ["Merchant x", "Merchant y"]
    assert list_printing_methods() == ["digital", "engraving"]


def test_pages_join_without_gap_or_overlap_even_when_one_is_shipped_in_between() -> None:
    for number in range(11):
        make_order(number, due_at=noon(number // 4), express_shipping=number % 3 == 0)
    whole = listed()
    first = list_work(WorkFilter(), size=4)
    ProductionOrder.objects.filter(pk=first.orders[-1].pk).update(dispatch=DispatchState.SHIPPED)
    second = list_work(WorkFilter(), after=first.next, size=4)
    third = list_work(WorkFilter(), after=second.next, size=4)
    assert [order.vendor_id for page in (first, second, third) for order in page.orders] == whole
    assert (first.next is None, second.next is None, third.next) == (False, False, None)


@pytest.mark.parametrize("count", [3, 30])
def test_the_number_of_queries_does_not_depend_on_the_length(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        make_order(number, due_at=noon(1))
    with django_assert_num_queries(5):
        for order in list_work(WorkFilter(), size=50).orders:
            assert [*order.items.all(), *order.labels.all(), *order.files.all(), *order.shipments.all()]
    with django_assert_num_queries(1):
        count_work()


def test_throughput_counts_reported_parcels_by_day_and_carrier() -> None:
    order = make_order(1)
    facts = [("ups", 0), ("ups", 0), ("dhl", 2), ("dhl", 40), ("gls", None)]
    for number, (carrier, days) in enumerate(facts):
        ProductionShipment.objects.create(
            production_order=order,
            carrier=carrier,
            tracking_code=str(number),
            state=ParcelState.WAITING if days is None else ParcelState.REPORTED,
            reported_at=None if days is None else noon(-days),
        )
    per_day = count_shipped_per_day(days=7)
    today: date = timezone.localdate()
    assert list(per_day) == [today - timedelta(days=n) for n in range(6, -1, -1)]
    assert [per_day[today], per_day[today - timedelta(days=2)], sum(per_day.values())] == [2, 1, 3]
    assert count_shipped_by_carrier(days=7) == {"ups": 2, "dhl": 1}
