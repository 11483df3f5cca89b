"""Orders of WooCommerce come in: one each, whatever repeats, whatever is missing."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from backoffice.vendors.messages import LineReport, RemoteLineKind, RemoteOrderState
from orders.connectors.woocommerce.models import MessageState, WooConnection, WooMessage, WooOrder, WooProduct
from orders.connectors.woocommerce.services import pulling
from orders.connectors.woocommerce.services.client import WooClient
from orders.connectors.woocommerce.services.mapping import accept_proposals, map_products
from orders.connectors.woocommerce.services.pulling import pull
from orders.models import AddressRole, Order, OrderState, VendorOrder, VendorOrderState
from orders.services.reports.strays import note_stray
from orders.services.restore.adopting import adopt_stray
from tests.api.storefront import PEN
from tests.orders.reports import report
from tests.orders.stray_orders import JANA
from tests.orders.woocommerce.conftest import Woo, process

pytestmark = pytest.mark.django_db


def test_a_paid_order_becomes_an_order_with_everything_in_it(woo: Woo) -> None:
    bought = woo.app.buy(customer_note="Please ring twice.")
    bought["line_items"][0]["meta_data"] = [
        {"key": "print_file_front", "value": "https://files.example.com/mug.pdf"},
        {"key": "Engraving", "value": "For Tom", "display_key": "Engraving", "display_value": "For Tom"},
        {"key": "_internal", "value": "no"},
    ]
    woo.app.outbox.clear()
    woo.app.change(bought["id"])
    woo.deliver()
    order = Order.objects.get()
    line = order.lines.get()
    assert (order.reference, order.currency, str(order.total)) == (bought["number"], "EUR", "15.230")
    assert (line.sku, line.quantity, str(line.unit_price), str(line.tax_percent)) == (PEN, 10, "0.7900", "19.00")
    assert line.files == [{"url": "https://files.example.com/mug.pdf", "type": "front"}]
    assert line.custom_properties == {"Engraving": "For Tom"}
    recipient = order.addresses.get(role=AddressRole.RECIPIENT)
    assert (recipient.street, recipient.zip, recipient.country_code) == ("Hauptstraße 42", "10115", "DE")
    assert order.totals is not None
    parts = {name: str(order.totals[name]) for name in ("lines", "discount", "shipping", "rounding")}
    assert parts == {"lines": "7.90", "discount": "0.00", "shipping": "4.90", "rounding": "0.00"}
    assert "Please ring twice." in str(order.events.get(kind="order.remark").params)


def test_what_comes_twice_or_late_makes_no_second_order(woo: Woo) -> None:
    bought = woo.app.buy()
    deliveries = list(woo.app.outbox)
    woo.app.outbox += deliveries
    woo.app.post_due(woo.post)
    assert WooMessage.objects.count() == 1
    woo.sandbox.advance(5)
    woo.app.change(bought["id"], customer_note="x")
    late = list(deliveries)
    woo.deliver()
    for _key, url, headers, body in late:
        assert woo.post(url, headers | {"X-WC-Webhook-Delivery-ID": "another"}, body) == 200
    process()
    pull(woo.connection)
    process()
    assert Order.objects.count() == 1
    assert WooOrder.objects.get().order == Order.objects.get()


def test_one_that_staff_brought_in_after_a_restore_is_completed(woo: Woo) -> None:
    bought = woo.app.buy()
    line = LineReport(vendor_id="8", reference="1", sku=PEN, quantity=10, kind=RemoteLineKind.STOCK)
    number = f"{woo.connection.shop.code}-100005"
    known = {"vendor_id": "77", "recipient": JANA, "reference2": bought["number"], "lines": (line,)}
    stray = note_stray(report(RemoteOrderState.IN_PRODUCTION, step=20, reference=number, **known))
    assert stray is not None
    adopted = adopt_stray(stray, actor="mara")
    woo.deliver()
    order = Order.objects.get()
    assert (order.pk, str(order.total), WooOrder.objects.get().order_id) == (adopted.pk, "15.230", adopted.pk)
    assert not WooMessage.objects.filter(needs_attention=True).exists()


def test_two_orders_of_one_second_have_one_delivery_id_and_both_come_in(woo: Woo) -> None:
    woo.app.buy()
    woo.app.buy()
    assert len({headers["X-WC-Webhook-Delivery-ID"] for _key, _url, headers, _body in woo.app.outbox}) == 1
    woo.deliver()
    assert Order.objects.count() == 2


def test_a_webhook_that_is_not_signed_is_refused_and_nothing_is_kept(woo: Woo) -> None:
    woo.app.buy()
    [(_key, url, headers, body)] = woo.app.outbox
    assert woo.post(url, headers | {"X-WC-Webhook-Signature": "bm8="}, body) == 401
    assert woo.post(url, headers, body + b" ") == 401
    assert woo.post(url.replace(str(woo.connection.key), "0" * 8 + "-0000-4000-8000-" + "0" * 12), headers, body) == 404
    assert not WooMessage.objects.exists()
    answer = woo.client.post(
        url[url.index("/callbacks") :], b"webhook_id=7", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    assert not WooMessage.objects.exists()


def test_an_order_comes_in_once_it_is_paid(woo: Woo) -> None:
    bought = woo.app.buy(status="pending")
    woo.deliver()
    assert not Order.objects.exists()
    assert WooMessage.objects.get().state == MessageState.UNPAID
    woo.sandbox.advance(5)
    woo.app.change(bought["id"], status="processing")
    woo.deliver()
    assert Order.objects.count() == 1


def test_an_order_whose_product_is_unknown_waits_and_comes_in_once_it_is_mapped(woo: Woo) -> None:
    WooProduct.objects.all().delete()
    woo.app.buy()
    woo.deliver()
    message, product = WooMessage.objects.get(), WooProduct.objects.get()
    assert (message.state, message.needs_attention) == (MessageState.BLOCKED, True)
    assert "Mug (MUG-1)" in str(message.cause)
    assert not Order.objects.exists()
    assert map_products(woo.connection, {product.pk: PEN}, actor="mara") == 1
    process()
    assert Order.objects.get().lines.get().sku == PEN
    message.refresh_from_db()
    assert (message.state, message.needs_attention) == (MessageState.APPLIED, False)


def test_products_with_our_sku_are_proposed_and_taken_unasked_only_where_that_is_chosen(woo: Woo) -> None:
    WooProduct.objects.update(sku="", woo_sku=PEN)
    bought = woo.app.buy()
    bought["line_items"][0]["sku"] = PEN
    woo.app.outbox.clear()
    woo.app.change(bought["id"])
    woo.deliver()
    assert not Order.objects.exists()
    assert accept_proposals(woo.connection, actor="mara") == 1
    process()
    assert Order.objects.count() == 1
    WooProduct.objects.update(sku="")
    woo.connection.use_equal_skus = True
    woo.connection.save()
    woo.sandbox.advance(5)
    bought = woo.app.buy(line_items=bought["line_items"])
    woo.deliver()
    assert Order.objects.count() == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"id": "x"}', b'{"id": 5, "status": "processing"}', b"\xff"])
def test_what_cannot_be_read_is_left_to_people_and_kept_as_it_came(woo: Woo, body: bytes) -> None:
    WooMessage.objects.create(connection=woo.connection, dedup_key="k", body=body)
    process()
    message = WooMessage.objects.get()
    assert (message.state, message.needs_attention, bytes(message.body)) == (MessageState.BLOCKED, True, body)
    assert message.cause
    assert not Order.objects.exists()


def test_a_cancelled_order_is_cancelled_here_and_one_on_hold_waits(woo: Woo) -> None:
    first, second = woo.app.buy(), woo.app.buy()
    woo.deliver()
    woo.sandbox.advance(5)
    woo.app.change(first["id"], status="cancelled")
    woo.app.change(second["id"], status="on-hold")
    woo.deliver()
    states = dict(Order.objects.values_list("reference", "state"))
    assert states == {first["number"]: OrderState.CANCELLED, second["number"]: OrderState.HELD}


def test_a_cancelled_order_that_is_paid_again_is_shown_to_people(woo: Woo) -> None:
    bought = woo.app.buy()
    for status in ("failed", "processing"):
        woo.deliver()
        woo.sandbox.advance(5)
        woo.app.change(bought["id"], status=status)
    woo.deliver()
    order = Order.objects.get()
    assert order.state == OrderState.CANCELLED
    assert "was cancelled here" in str(order.alarms.get().text)
    woo.sandbox.advance(5)
    woo.app.change(bought["id"], customer_note="Thank you")
    woo.deliver()
    assert order.alarms.count() == 1


def test_one_whose_vendor_is_still_asked_to_cancel_is_not_to_be_placed_again_yet(woo: Woo) -> None:
    bought = woo.app.buy()
    woo.deliver()
    VendorOrder.objects.update(state=VendorOrderState.SUBMITTED, vendor_id="9")
    for status in ("failed", "processing"):
        woo.sandbox.advance(5)
        woo.app.change(bought["id"], status=status)
        woo.deliver()
    order = Order.objects.get()
    assert order.cancel_requested_at is not None
    assert "Wait for the answer" in str(order.alarms.get().text)


def test_a_deletion_that_is_worked_on_first_keeps_what_came_before_it_out(woo: Woo) -> None:
    bought = woo.app.buy()
    woo.app.post_due(woo.post)
    WooMessage.objects.update(next_at=timezone.now() + timedelta(minutes=1))  # put back after a fault of ours
    woo.app._tell("order.deleted", {"id": bought["id"]})
    woo.deliver()
    WooMessage.objects.filter(state=MessageState.NEW).update(next_at=timezone.now())
    process()
    assert not Order.objects.exists()
    assert set(WooMessage.objects.values_list("state", flat=True)) == {MessageState.KNOWN, MessageState.APPLIED}


def test_an_order_that_was_deleted_while_it_waited_does_not_come_in(woo: Woo) -> None:
    WooProduct.objects.all().delete()
    bought = woo.app.buy()
    woo.deliver()
    woo.sandbox.advance(5)
    woo.app._tell("order.deleted", {"id": bought["id"]})
    woo.deliver()
    waited, deleted = WooMessage.objects.order_by("pk")
    assert (waited.state, waited.needs_attention) == (MessageState.KNOWN, False)
    assert deleted.state == MessageState.APPLIED
    map_products(woo.connection, {WooProduct.objects.get().pk: PEN}, actor="mara")
    process()
    assert not Order.objects.exists()


def test_another_address_is_taken_over_and_other_lines_wait_for_a_person(woo: Woo) -> None:
    bought = woo.app.buy()
    woo.deliver()
    woo.sandbox.advance(5)
    woo.app.change(bought["id"], shipping=bought["shipping"] | {"address_1": "Nebenstraße 1"})
    woo.deliver()
    order = Order.objects.get()
    assert order.addresses.get(role=AddressRole.RECIPIENT).street == "Nebenstraße 1"
    assert order.state == OrderState.RELEASED
    woo.sandbox.advance(5)
    woo.app.change(bought["id"], line_items=[bought["line_items"][0] | {"quantity": 20}])
    woo.deliver()
    order.refresh_from_db()
    assert order.state == OrderState.HELD
    assert "were changed in WooCommerce" in str(order.holds.get().text)


def test_what_webhooks_missed_is_read_page_by_page_whatever_second_it_is_of(
    woo: Woo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orders.connectors.woocommerce.services.pulling.PER_PAGE", 3)
    monkeypatch.setattr("orders.connectors.woocommerce.services.pulling._SHARED", 1)
    for number in range(11):
        woo.app.buy(status="pending")
        woo.sandbox.advance(number % 5 == 0)
    woo.app.outbox.clear()
    assert pull(woo.connection) == 11
    assert pull(woo.connection) == 0
    process()
    assert WooOrder.objects.count() == 11
    assert pull(woo.connection) == 0


def test_a_partial_refund_holds_the_order_and_says_how_much(woo: Woo) -> None:
    bought = woo.app.buy()
    woo.deliver()
    woo.sandbox.advance(5)
    refunds = [{"id": 1, "reason": "", "total": "-3.50"}, {"id": 2, "reason": "", "total": "-1.00"}]
    woo.app.change(bought["id"], refunds=refunds)
    woo.deliver()
    order = Order.objects.get()
    assert order.state == OrderState.HELD
    assert "€4.50 of the order was refunded in WooCommerce" in str(order.holds.get().text)


def test_an_order_that_was_placed_long_ago_and_is_paid_now_comes_in(woo: Woo) -> None:
    bought = woo.app.buy(status="on-hold", date_created_gmt="2024-03-01T10:00:00", date_paid_gmt=None)
    woo.deliver()
    assert WooMessage.objects.get().state == MessageState.UNPAID
    woo.sandbox.advance(5)
    paid = woo.sandbox.clock.now().strftime("%Y-%m-%dT%H:%M:%S")
    woo.app.change(bought["id"], status="processing", date_paid_gmt=paid)
    woo.deliver()
    assert Order.objects.get().reference == bought["number"]


def test_an_earlier_start_that_is_set_while_orders_are_read_stays(woo: Woo, monkeypatch: pytest.MonkeyPatch) -> None:
    woo.app.buy()
    read, earlier = pulling._page, woo.connection.pull_after - timedelta(days=3)

    def read_and_set(client: WooClient, connection: WooConnection) -> Any:
        found = read(client, connection)
        WooConnection.objects.filter(pk=connection.pk).update(pull_after=earlier)
        return found

    monkeypatch.setattr(pulling, "_page", read_and_set)
    assert pulling.pull(woo.connection) == 1
    woo.connection.refresh_from_db()
    assert woo.connection.pull_after == earlier
