"""A sixth vendor sells an order from end to end, with no line of the product changed for it."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from backoffice.engine.models import Callback, Push, WebhookSubscription
from backoffice.engine.models.callback import CallbackState
from backoffice.engine.models.push import PushState
from backoffice.engine.services.handlers import PUSH_HANDLERS
from backoffice.engine.services.webhook_subscriptions import end_webhook, subscribe_webhooks
from catalog.models import Variant
from orders.models import HoldReason, Order, VendorOrder
from orders.services.lifecycle import cancel_order
from orders.services.reports.pulling import OrderPull
from tests.vendors.example.conftest import Shop
from tests.vendors.example.sandbox.webhooks import sign

pytestmark = pytest.mark.django_db(transaction=True)
Work = Callable[[], None]


def test_from_the_catalogue_to_the_parcel(shop: Shop, work: Work) -> None:
    assert Variant.objects.filter(vendor="example").count() == 46
    order_id = shop.sell()
    push = Push.objects.get(kind="orders.place")
    assert (push.vendor, PUSH_HANDLERS[push.kind].cost(push)) == ("example", (Decimal("225.00"), "EUR"))
    work()

    [number] = shop.made()
    assert number == Order.objects.get().number
    # All lines with the draft, one reading, one confirmation: nothing is sent that need not be.
    push.refresh_from_db()
    steps = list(push.attempt_rows.order_by("pk").values_list("method", "url"))
    assert [(method, url.partition("/example/")[2]) for method, url in steps] == [
        ("POST", "orders"),
        ("GET", "orders/1"),
        ("POST", "orders/1/confirm"),
    ]
    assert shop.states(order_id) == ("sent", "none")
    shop.pass_time(2)
    assert shop.states(order_id) == ("in_production", "none")
    shop.pass_time(2)
    assert shop.states(order_id) == ("done", "shipped")
    [parcel] = shop.read(order_id)["shipments"]
    assert (parcel["carrier"], parcel["tracking_code"]) == ("dhl", "EXTRACK000001")
    assert parcel["tracking_url"] == "https://track.example.com/EXTRACK000001"
    assert [hook["status"] for hook in shop.vendor.webhooks.sent] == [200, 200]
    assert set(Callback.objects.values_list("state", flat=True)) == {CallbackState.APPLIED}
    assert shop.made() == [number]


@pytest.mark.parametrize("kind", ["cut_after", "hang_after", "truncated", "cut_before", "hang"])
@pytest.mark.parametrize("path", ["orders$", "confirm$"])
def test_a_lost_answer_costs_no_second_order(shop: Shop, work: Work, kind: str, path: str) -> None:
    """The vendor took it, or it did not: exactly one is made, and one draft is confirmed."""
    rule = shop.sandbox.faults.add(kind, vendor="example", method="POST", path=path, times=1, seconds=1)
    order_id = shop.sell()
    work()
    assert rule.hits == 1
    assert shop.made() == [Order.objects.get().number]
    assert len(shop.vendor.orders.held) == 1
    assert shop.states(order_id) == ("sent", "none")
    assert Push.objects.get(kind="orders.place").state == PushState.CONFIRMED


def test_what_the_vendor_refuses_holds_the_order_by_field(shop: Shop, work: Work) -> None:
    shop.sell(**{"lines.0.sku": "EX-REFUSED"})
    work()
    hold = Order.objects.get().holds.get()
    assert hold.reason == HoldReason.VENDOR_REFUSED
    assert "cannot be made" in str(hold.errors)
    assert shop.made() == []


def test_what_the_vendor_cannot_take_is_refused_while_the_shop_listens(shop: Shop) -> None:
    answer = shop.storefront.place(shop.order(**{"recipient.street": "x" * 61}))
    assert answer.status_code == 422
    assert "recipient.street" in answer.json()["errors"]
    assert not Push.objects.filter(kind="orders.place").exists()


def test_an_order_is_cancelled_before_production_and_not_after(shop: Shop, work: Work) -> None:
    shop.sell()
    shop.sell(reference="WEB-1002")
    work()
    first, second = Order.objects.order_by("pk")
    cancel_order(first, actor="tester", reason="wrong colour")
    work()
    shop.pass_time(2)
    assert shop.made() == [second.number]
    shop.vendor.webhooks.held.clear()
    VendorOrder.objects.filter(order=second).update(state="submitted")
    cancel_order(second, actor="tester", reason="too late")
    work()
    assert shop.made() == [second.number]
    assert Order.objects.get(pk=second.pk).events.filter(kind="order.cancel_refused").exists()


def test_a_poll_brings_what_no_webhook_did(shop: Shop, work: Work) -> None:
    order_id = shop.sell()
    work()
    shop.vendor.webhooks.held.clear()
    shop.pass_time(4)
    assert shop.states(order_id) == ("sent", "none")
    assert OrderPull("example").run().missed == [Order.objects.get().number]
    assert shop.states(order_id) == ("done", "shipped")
    assert OrderPull("example").run().missed == []


def test_an_event_that_comes_again_is_one_row(shop: Shop, work: Work) -> None:
    shop.sell()
    work()
    shop.pass_time(4)
    kept = Callback.objects.get(topic="package-shipped")
    [hook] = [hook for hook in shop.vendor.webhooks.held if hook["type"] == "package_shipped"]
    again = shop.vendor.webhooks._send(bytes(kept.body), hook)
    assert again["status"] == 200
    kept.refresh_from_db()
    assert (kept.key, kept.seen) == ("evt_00000002", 2)
    assert Callback.objects.count() == 2


def test_a_secret_is_changed_without_losing_an_event(shop: Shop, work: Work) -> None:
    """The old one still opens the door for what was on its way; a stranger's never did."""
    shop.sell()
    work()
    shop.vendor.webhooks.rotate()
    shop.pass_time(2)
    old = WebhookSubscription.objects.get(topic="package-shipped")
    end_webhook(old, actor="tester")
    work()
    subscribe_webhooks("example", actor="tester")
    work()
    assert WebhookSubscription.objects.filter(topic="package-shipped", ended_at=None).exclude(pk=old.pk).exists()
    shop.pass_time(2)
    assert [hook["status"] for hook in shop.vendor.webhooks.sent] == [200, 200]
    body = shop.vendor.webhooks.sent[-1]["body"].encode()
    address = "/callbacks/example/package-shipped/"
    for secret, status in ((old.secret["secret"], 200), ("a stranger's", 401), ("", 401)):
        headers = {"X-Example-Signature": sign(body, secret)}
        answer = shop.storefront.client.post(address, body, content_type="application/json", headers=headers)
        assert answer.status_code == status


def test_staff_and_operators_find_the_vendor_like_any_other(shop: Shop, work: Work, admin_client: Client) -> None:
    shop.sell()
    work()
    order = Order.objects.get()
    for page in (
        reverse("admin:engine_integration_changelist"),
        reverse("admin:orders_order_change", args=[order.pk]),
        reverse("admin:engine_push_changelist"),
    ):
        answer = admin_client.get(page)
        assert "Example Print" in answer.content.decode(), page
    told = StringIO()
    with suppress(CommandError):  # the others are not set up
        call_command("check_vendors", stdout=told, stderr=told)
    assert "Sandbox Shop" in told.getvalue()
    call_command("sign_webhooks", "--vendor", "example", "list", stdout=told)
    assert "/callbacks/example/order-updated/" in told.getvalue()
