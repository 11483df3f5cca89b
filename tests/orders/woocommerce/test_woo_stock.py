"""The stock of mapped products gets to WooCommerce: what differs, the newest figure, whatever goes wrong on the way."""

from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from catalog.models import Availability, Variant
from orders.connectors.woocommerce.models import WooConnection, WooProduct
from orders.connectors.woocommerce.services import stock_sending
from orders.connectors.woocommerce.services.connections import ConnectionValues, change_connection
from orders.connectors.woocommerce.services.stock_sending import send_all_again, send_stock_due
from orders.models import Order
from tests.api.storefront import PEN
from tests.orders.woocommerce.conftest import VALUES, Woo

pytestmark = pytest.mark.django_db

MUG = 11


@pytest.fixture
def stocked(woo: Woo) -> Woo:
    """642 pens are in stock, sold there as mugs; stock is sent."""
    variant = Variant.objects.get(sku=PEN)
    Availability.objects.create(variant=variant, fulfiller_id="1", available=True, stock_managed=True, stock_qty=642)
    woo.app.offer(id=MUG, sku="MUG-1", name="Mug")
    WooConnection.objects.update(send_stock=True)
    return woo


def send() -> int:
    """Let it be the turn of every shop."""
    WooConnection.objects.update(stock_next_at=None, retry_at=None)
    return send_stock_due(seconds=20)


def left_there(woo: Woo) -> Any:
    return woo.app.products.rows[MUG]["stock_quantity"]


def writes(woo: Woo) -> int:
    return len([event for event in woo.app.ledger.as_dict()["events"] if event["event"] == "stock"])


def test_stock_is_sent_once_and_again_when_it_is_another(stocked: Woo) -> None:
    assert send() == 1
    assert left_there(stocked) == 642
    product = WooProduct.objects.get()
    assert (product.sent_stock, product.stock_is_sent) == (642, True)
    assert send() == 0
    Availability.objects.update(stock_qty=640)
    assert send() == 1
    assert (left_there(stocked), writes(stocked)) == (640, 2)


def test_what_open_orders_take_and_what_is_kept_back_is_not_for_sale(stocked: Woo) -> None:
    stocked.app.buy()
    stocked.deliver()
    assert Order.objects.count() == 1
    WooConnection.objects.update(stock_reserve=30)
    send()
    assert left_there(stocked) == 642 - 10 - 30
    WooConnection.objects.update(stock_reserve=1000)
    send()
    assert (left_there(stocked), stocked.app.products.rows[MUG]["stock_status"]) == (0, "outofstock")


def test_what_cannot_be_ordered_is_sold_out_there_and_what_nobody_counts_is_left_alone(stocked: Woo) -> None:
    Availability.objects.update(stock_managed=False, stock_qty=None)
    assert send() == 0
    assert left_there(stocked) is None
    Variant.objects.filter(sku=PEN).update(active=False)
    assert send() == 1
    assert left_there(stocked) == 0
    Variant.objects.filter(sku=PEN).update(active=True)
    assert send() == 1
    row = stocked.app.products.rows[MUG]
    assert (row["manage_stock"], row["stock_status"]) == (False, "instock")
    assert send() == 0


def test_nothing_is_sent_where_it_is_switched_off_and_all_of_it_once_it_is_switched_on(stocked: Woo) -> None:
    send()
    stocked.app.products.rows[MUG]["stock_quantity"] = 5
    values: dict[str, Any] = {**VALUES, "send_stock": False}
    connection = change_connection(stocked.connection, ConnectionValues(stocked.connection.url, **values))
    assert send() == 0
    change_connection(connection, ConnectionValues(connection.url, **values | {"send_stock": True}))
    assert send() == 1
    assert left_there(stocked) == 642


@pytest.mark.parametrize("kind", ["status", "status_after", "cut_after", "html"])
def test_after_an_answer_that_is_lost_the_newest_figure_is_sent(stocked: Woo, kind: str) -> None:
    send()
    fault = stocked.sandbox.faults.add(kind, vendor="woocommerce", status=200 if kind == "html" else 500)
    Availability.objects.update(stock_qty=300)
    assert send() == 0
    assert not WooProduct.objects.get().stock_is_sent
    stocked.connection.refresh_from_db()
    assert (stocked.connection.stock_failures, bool(stocked.connection.stock_cause)) == (1, True)
    stocked.sandbox.faults.remove(fault.id)
    # As it was before: who remembered the 642 alone would send nothing, and 300 would stay there.
    Availability.objects.update(stock_qty=642)
    assert send() == 1
    assert left_there(stocked) == 642
    stocked.connection.refresh_from_db()
    assert (stocked.connection.stock_failures, stocked.connection.stock_cause) == (0, "")


def test_who_takes_a_lost_answer_for_none_leaves_an_old_figure_there(stocked: Woo) -> None:
    send()
    fault = stocked.sandbox.faults.add("status_after", vendor="woocommerce", status=500)
    Availability.objects.update(stock_qty=300)
    send()
    stocked.sandbox.faults.remove(fault.id)
    Availability.objects.update(stock_qty=642)
    WooProduct.objects.update(stock_is_sent=True)
    assert send() == 0
    assert left_there(stocked) == 300


def test_a_hundred_go_in_one_request_variations_by_their_product_and_no_more_requests_than_allowed(
    stocked: Woo, settings: Settings
) -> None:
    connection = stocked.connection
    keys = range(1000, 1230)
    WooProduct.objects.bulk_create(WooProduct(connection=connection, product_id=key, sku=PEN) for key in keys)
    for key in keys:
        stocked.app.offer(id=key)
    stocked.app.offer(id=50, type="variable")
    for key in (51, 52):
        stocked.app.offer(id=key, parent=50)
        WooProduct.objects.create(connection=connection, product_id=50, variation_id=key, sku=PEN)
    settings.WOOCOMMERCE_STOCK_REQUESTS = 2
    assert send() == 200
    assert send_stock_due(seconds=20) == 0, "its turn is a minute later"
    assert send() == 33
    assert {row["stock_quantity"] for row in stocked.app.products.variations[50].values()} == {642}
    assert send() == 0
    stocked.app.options.batch_limit = 40
    assert send_all_again(connection) == 233
    settings.WOOCOMMERCE_STOCK_REQUESTS = 30
    assert send() == 233, "a shop that takes fewer at once gets them in halves"


def test_one_product_that_is_not_taken_keeps_nobody_else_waiting_and_rests(stocked: Woo) -> None:
    WooProduct.objects.create(connection=stocked.connection, product_id=999, sku=PEN)
    assert send() == 1
    product = WooProduct.objects.get(product_id=999)
    assert "Invalid ID" in str(product.stock_cause)
    assert product.stock_retry_at is not None
    assert send() == 0
    stocked.app.offer(id=999)
    WooProduct.objects.update(stock_retry_at=timezone.now())
    assert send() == 1
    product.refresh_from_db()
    assert (product.stock_cause, product.sent_stock) == ("", 642)


def test_a_shop_that_does_not_count_and_a_key_that_may_not_write_are_named(stocked: Woo, admin_client: Client) -> None:
    stocked.app.options.counts_stock = False
    assert send() == 0
    assert "Switch on stock management" in str(WooProduct.objects.get().stock_cause)
    stocked.app.options.counts_stock, stocked.app.options.may_write = True, False
    send_all_again(stocked.connection)
    assert send() == 0
    stocked.connection.refresh_from_db()
    assert "does not have write permissions" in str(stocked.connection.stock_cause)
    assert stocked.connection.failing_since is None, "reading works"
    page = admin_client.get(f"/admin/orders/wooconnection/{stocked.connection.pk}/change/").content.decode()
    assert "does not have write permissions" in page
    assert admin_client.get("/admin/orders/wooconnection/?attention=1").content.decode().count("stock not sent") == 1
    page = admin_client.post(f"/admin/orders/wooconnection/{stocked.connection.pk}/check/", follow=True)
    assert "The key can read but not write" in page.content.decode()


def test_of_two_workers_one_sends_and_one_whose_lease_ran_out_ends_nothing(stocked: Woo) -> None:
    WooConnection.objects.update(stock_next_at=None)
    first = stock_sending._claim()
    assert first is not None
    assert stock_sending._claim() is None
    WooConnection.objects.update(stock_next_at=F("stock_next_at") - stock_sending.LEASE)
    second = stock_sending._claim()
    assert second is not None
    stock_sending._release(first, stock_next_at=None)
    assert stock_sending._claim() is None, "the second has it"


def test_the_comparison_takes_the_same_queries_for_any_number_of_products(
    stocked: Woo, django_assert_max_num_queries: Any
) -> None:
    rows = [WooProduct(connection=stocked.connection, product_id=key, sku=PEN) for key in range(2000, 2300)]
    WooProduct.objects.bulk_create(rows)
    connection = WooConnection.objects.select_related("shop").get()
    with django_assert_max_num_queries(6):
        batches = stock_sending._batches(connection)
    assert [len(batch.rows) for batch in batches] == [100, 100, 100, 1]
