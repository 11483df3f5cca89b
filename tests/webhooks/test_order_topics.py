"""What happens to orders, designs, custom products and the catalogue is told, whatever door it comes by."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.webhooks.models import RecordedEvent
from backoffice.webhooks.topics import TOPICS
from catalog.models import Variant
from catalog.services.sync.changes import Difference
from catalog.services.sync.telling import tell_changes, tell_prices, topics_of
from orders.hooks import TOLD
from orders.models import HoldReason, Order, OrderEvent
from orders.services.lateness import mark_late_orders
from orders.services.lifecycle import cancel_order, hold_order
from orders.services.timeline import SENTENCES
from tests.api.storefront import CARD, Storefront, build_order, make_catalog, make_storefront
from tests.orders.rows import make_order


def told() -> list[tuple[str, str]]:
    return list(RecordedEvent.objects.order_by("pk").values_list("topic", "object_id"))


@pytest.fixture
def storefront(db: None) -> Storefront:
    make_catalog()
    return make_storefront()


def line() -> dict[str, Any]:
    return {
        "lines": [{"sku": CARD, "quantity": 100, "unit_price": "1.29", "files": build_order()["lines"][0]["files"]}]
    }


def test_every_topic_of_orders_has_lines_that_there_are() -> None:
    assert set(TOLD) <= set(SENTENCES)
    assert set(TOLD.values()) == {topic for topic in TOPICS if topic.startswith("order.")}


def test_an_order_taken_in_is_received_and_released_by_one_insert(storefront: Storefront) -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        placed = storefront.place(build_order(**line())).json()
    assert told() == [("order.received", str(placed["id"])), ("order.released", str(placed["id"]))]
    inserts = [query["sql"] for query in queries if "webhooks_" in query["sql"]]
    assert len(inserts) == 1
    row = RecordedEvent.objects.first()
    assert row is not None
    assert (row.path, row.details) == (
        f"orders/{placed['id']}/",
        {"number": placed["number"], "reference": "WEB-1001"},
    )
    assert storefront.get(row.path).status_code == 200


def test_an_order_that_is_refused_is_told_to_nobody(storefront: Storefront) -> None:
    assert storefront.place(build_order(**line() | {"recipient.country_code": "XX"})).status_code in (400, 422)
    assert told() == []


def test_held_cancelled_and_late_are_told_from_services_and_from_bulk_writes(db: None) -> None:
    order, late = make_order(), make_order(state="released", production="sent", ship_by="2026-01-01T00:00:00Z")
    hold_order(order, reason=HoldReason.MANUAL, text="", actor="mara")
    cancel_order(order, actor="mara", reason="")
    mark_late_orders()
    key = str(order.pk)
    assert told() == [("order.held", key), ("order.cancelled", key), ("order.late", str(late.pk))]


def test_several_lines_that_say_the_same_are_one_event(db: None) -> None:
    order = make_order()
    OrderEvent.objects.bulk_create(
        OrderEvent(order=order, actor="system", kind=kind) for kind in ("shipment.sent", "shipment.sent", "line.remark")
    )
    assert told() == [("order.shipped", str(order.pk))]


def test_bulk_lines_cost_one_query_for_their_orders_and_one_insert(db: None) -> None:
    orders = [make_order().pk for _number in range(5)]
    with CaptureQueriesContext(connection) as queries:
        OrderEvent.objects.bulk_create(OrderEvent(order_id=pk, actor="system", kind="order.late") for pk in orders)
    assert len([query for query in queries if "webhooks_" in query["sql"]]) == 1
    assert len(told()) == 5
    assert Order.objects.count() == 5


@pytest.mark.parametrize(
    ("change", "topics"),
    [
        (Difference("dearer", {"tiers": []}), ["price.changed"]),
        (Difference("unavailable", {}), ["stock.changed"]),
        (Difference("gone", {}), ["stock.changed", "product.changed"]),
        (Difference("new", {}), ["product.changed"]),
        (Difference("changed", {"parts": ["availability"]}), ["stock.changed"]),
        (Difference("changed", {"parts": ["sales prices", "media"]}), ["price.changed", "product.changed"]),
        (Difference("changed", {"fields": {"name": ["a", "b"]}}), ["product.changed"]),
    ],
)
def test_a_difference_of_the_catalogue_has_its_topics(change: Difference, topics: list[str]) -> None:
    assert list(topics_of(change)) == topics


def test_changes_of_the_catalogue_are_every_shops_and_lead_to_the_variant(storefront: Storefront) -> None:
    variant = make_variant_with_slash()
    tell_changes([(variant, Difference("cheaper", {})), (variant, Difference("dearer", {}))])
    (row,) = RecordedEvent.objects.all()
    assert (row.shop_id, row.topic, row.object_id, row.details) == (None, "price.changed", "A B/ü", {"sku": "A B/ü"})
    assert row.path == "catalog/variants/A%20B%2F%C3%BC/"
    assert json.dumps(row.details)


def test_goods_that_we_make_for_others_are_no_shops(storefront: Storefront) -> None:
    variant = make_variant_with_slash()
    Variant.objects.filter(pk=variant).update(vendor="mypromo-fulfiller")
    tell_changes([(variant, Difference("cheaper", {}))])
    tell_prices([variant])
    assert not RecordedEvent.objects.exists()


def make_variant_with_slash() -> int:
    from tests.api.storefront import make_variant

    return make_variant("A B/ü").pk
