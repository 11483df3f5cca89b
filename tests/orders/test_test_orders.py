"""Test orders never leave for a vendor that makes what it gets, whatever the settings say and whoever was killed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from backoffice.accounts.models import Shop
from backoffice.dashboard.day import figures
from backoffice.engine.models import Push
from backoffice.engine.models.push import PushState
from backoffice.engine.services.sending import deliver
from backoffice.errors import InvalidInput
from backoffice.sandbox import Sandbox, running_sandbox
from backoffice.vendors.abilities import TakesDraftOrders, TakesOrders, Vendor
from backoffice.vendors.registry import account_for_tests, vendor_names, vendor_type
from orders.customers.services.bought import read_bought
from orders.marketing.models import ExportState
from orders.marketing.services.exports.requesting import request_export
from orders.models import HoldReason, Order, OrderState, ShipmentState, VendorOrder, VendorOrderState
from orders.services.designs.editor import read_line_preview
from orders.services.lifecycle import cancel_order, release_order
from orders.services.reports.simulated import move_simulated_orders
from tests.orders.rows import make_order
from tests.signs.desk import design, make_shop, sign_line

pytestmark = pytest.mark.django_db
VENDORS = ("mypromo", "sign-customiser")


@pytest.fixture(scope="module")
def places() -> Iterator[tuple[Sandbox, Sandbox]]:
    """Run what stands for the live systems of all vendors, and what stands for mypromo's sandbox."""
    with (
        running_sandbox(manual_clock=True, rate_limit=0, late_every=0) as live,
        running_sandbox(manual_clock=True, rate_limit=0, late_every=0) as sandbox,
    ):
        yield live, sandbox


@pytest.fixture
def live(places: tuple[Sandbox, Sandbox], settings: Settings) -> Sandbox:
    """Have live accounts set up at all vendors that take orders."""
    live = places[0]
    settings.MYPROMO_URL = live.url
    settings.MYPROMO_CLIENT_ID, settings.MYPROMO_CLIENT_SECRET = "1", "sandbox-merchant-secret"
    settings.MYPROMO_SANDBOX = False
    settings.SIGN_CUSTOMISER_URL = live.sign_customiser.public_url + "api"
    settings.SIGN_CUSTOMISER_TOKEN = live.sign_customiser.options.token
    settings.MYPROMO_REQUESTS_PER_MINUTE = settings.SIGN_CUSTOMISER_REQUESTS_PER_MINUTE = 60_000
    settings.MYPROMO_SANDBOX_CLIENT_ID = settings.MYPROMO_SANDBOX_CLIENT_SECRET = ""
    return live


@pytest.fixture
def sandbox(live: Sandbox, places: tuple[Sandbox, Sandbox], settings: Settings) -> Sandbox:
    """Have mypromo's sandbox set up beside the live account."""
    settings.MYPROMO_SANDBOX_URL = places[1].url
    settings.MYPROMO_SANDBOX_CLIENT_ID, settings.MYPROMO_SANDBOX_CLIENT_SECRET = "1", "sandbox-merchant-secret"
    return places[1]


def asked(place: Sandbox) -> int:
    """Return how many requests all its vendors have had."""
    return sum(place.ledger.requests.values()) + sum(place.sign_customiser.ledger.requests.values())


def place(vendor: str, *, is_test: bool) -> Order:
    """Release an order for the vendor and work off all that follows."""
    shop = Shop.objects.filter(code="WEB").first() or make_shop()
    order = make_order({} if vendor == "mypromo" else sign_line(design(shop)), is_test=is_test)
    release_order(order, actor="tester", anyway=True)
    work()
    order.refresh_from_db()
    return order


def work() -> None:
    for _round in range(5):
        for pk in Push.objects.filter(state=PushState.NEW, next_at__lte=timezone.now()).values_list("pk", flat=True):
            deliver(pk)


def test_every_vendor_that_takes_orders_is_tried_below() -> None:
    takers = [name for name in vendor_names() if TakesOrders in vendor_type(name, Vendor).__mro__]
    assert takers == list(VENDORS)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_test_order_asks_nothing_of_the_live_host_and_a_live_one_does(live: Sandbox, vendor: str) -> None:
    before = asked(live)
    order = place(vendor, is_test=True)
    assert asked(live) == before
    [part] = order.vendor_orders.all()
    assert (part.vendor, part.state) == ("simulated", VendorOrderState.SUBMITTED)
    # The control: with the flag off the same order reaches it.
    place(vendor, is_test=False)
    assert asked(live) > before


def test_a_test_order_goes_to_the_sandbox_where_one_is_set_up(live: Sandbox, sandbox: Sandbox) -> None:
    before = asked(live)
    order = place("mypromo", is_test=True)
    [part] = order.vendor_orders.all()
    assert (part.vendor, part.state) == ("mypromo-sandbox", VendorOrderState.SUBMITTED)
    assert [one["reference"] for one in sandbox.ledger.physical_orders()][-1:] == [order.number]
    assert asked(live) == before
    sent = Push.objects.get(kind="orders.place").attempt_rows.filter(url__endswith="v1/orders").get()
    assert '"fake_preflight":true' in sent.request.replace(" ", "")
    cancel_order(order, actor="tester", reason="")
    work()
    order.refresh_from_db()
    assert order.state == OrderState.CANCELLED
    assert asked(live) == before


def test_a_sandbox_at_an_address_where_orders_are_made_is_none(live: Sandbox, settings: Settings) -> None:
    settings.MYPROMO_SANDBOX_CLIENT_ID, settings.MYPROMO_SANDBOX_CLIENT_SECRET = "1", "x"
    for url in ("https://api.mypromo.com", "http://API.mypromo.com./v1", live.url):
        settings.MYPROMO_SANDBOX_URL = url
        assert account_for_tests("mypromo") == "simulated"
        assert vendor_type("mypromo", Vendor).find_setting_faults()
    settings.MYPROMO_SANDBOX_URL = "https://sandbox.api.mypromo.com"
    assert account_for_tests("mypromo") == "mypromo-sandbox"
    assert vendor_type("mypromo", Vendor).find_setting_faults() == []


def test_a_sandbox_that_is_no_longer_set_up_sends_nothing_to_the_live_host(
    live: Sandbox, sandbox: Sandbox, settings: Settings
) -> None:
    order = release_order(make_order(is_test=True), actor="tester")
    settings.MYPROMO_SANDBOX_URL = settings.MYPROMO_SANDBOX_CLIENT_ID = ""
    before = asked(live)
    work()
    assert asked(live) == before
    assert order.vendor_orders.get().vendor == "mypromo-sandbox"


@pytest.mark.parametrize("is_test", [True, False])
def test_the_order_itself_says_where_it_may_go_whatever_its_part_says(live: Sandbox, is_test: bool) -> None:
    """As if a fault of ours had planned it at the other account."""
    order = release_order(make_order(is_test=is_test), actor="tester")
    wrong = "mypromo" if is_test else "simulated"
    VendorOrder.objects.update(vendor=wrong)
    Push.objects.update(vendor=wrong)
    before = asked(live)
    work()
    assert asked(live) == before
    order.refresh_from_db()
    part, [push] = order.vendor_orders.get(), Push.objects.all()
    assert (order.state, part.state, part.submitted_at) == (OrderState.HELD, VendorOrderState.REFUSED, None)
    assert push.state == PushState.FAILED
    assert "nothing was sent" in push.cause
    assert order.holds.get().reason == HoldReason.VENDOR_REFUSED


def test_a_simulated_order_is_made_shipped_and_delivered_by_the_clock(live: Sandbox, settings: Settings) -> None:
    settings.TEST_ORDER_STEP_SECONDS = 60
    order = place("mypromo", is_test=True)
    assert move_simulated_orders() == 0
    seen = []
    for minutes in (1, 2, 3):
        VendorOrder.objects.update(submitted_at=timezone.now() - timedelta(minutes=minutes, seconds=1))
        assert move_simulated_orders() == 1
        assert move_simulated_orders() == 0
        order.refresh_from_db()
        seen.append((order.production, order.shipment, order.state))
    assert seen == [
        ("in_production", ShipmentState.NONE, OrderState.RELEASED),
        ("done", ShipmentState.SHIPPED, OrderState.RELEASED),
        ("done", ShipmentState.DELIVERED, OrderState.CLOSED),
    ]


def test_a_simulated_order_can_be_cancelled_until_it_is_made(live: Sandbox, settings: Settings) -> None:
    settings.TEST_ORDER_STEP_SECONDS = 60
    first, second = place("mypromo", is_test=True), place("sign-customiser", is_test=True)
    cancel_order(first, actor="tester", reason="")
    work()
    first.refresh_from_db()
    assert first.state == OrderState.CANCELLED
    VendorOrder.objects.update(submitted_at=timezone.now() - timedelta(seconds=61))
    move_simulated_orders()
    second.refresh_from_db()
    assert second.production == "in_production"
    assert not second.can_cancel(vendor_orders=second.vendor_orders.all())


def test_a_test_order_counts_nowhere_and_nobody_hears_of_it(live: Sandbox, settings: Settings) -> None:
    settings.AUTOLETTER_TOKEN = "token"
    fields = {"customer_email": "jana@example.com", "accepts_letters": True}
    orders = {is_test: place_with(fields, is_test=is_test) for is_test in (True, False)}
    assert [one.pk for one in read_bought(["jana@example.com"]).orders] == [orders[False].pk]
    assert figures()[0].today == "1"
    exports = {key: request_export(one, vendor="autoletter", actor="tester") for key, one in orders.items()}
    assert exports[True].state == ExportState.SKIPPED
    assert "test" in exports[True].text
    assert exports[False].state == ExportState.WAITING


def place_with(fields: dict[str, Any], *, is_test: bool) -> Order:
    order = make_order(is_test=is_test, **fields)
    return release_order(order, actor="tester")


def test_the_design_of_a_test_is_shown_by_no_live_vendor(live: Sandbox) -> None:
    order = make_order({"kind": "design", "design_id": "9", "files": []}, is_test=True)
    before = asked(live)
    with pytest.raises(InvalidInput, match="sandbox"):
        read_line_preview(order.lines.get())
    assert asked(live) == before


def test_only_accounts_for_tests_are_found_by_name_alone() -> None:
    assert "simulated" not in vendor_names()
    assert "mypromo-sandbox" not in vendor_names()
    assert vendor_type("mypromo-sandbox", TakesDraftOrders).FOR_TESTS
    assert not any(vendor_type(name, Vendor).FOR_TESTS for name in vendor_names())
