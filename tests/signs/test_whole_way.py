"""The whole way over real HTTP: designed in the sandbox, answered by our server, sold, placed, echoed, asked about."""

from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from backoffice.engine.models import Callback, Push
from backoffice.engine.services.callbacks import work_due_callbacks
from backoffice.engine.services.sending import deliver
from backoffice.engine.services.webhook_subscriptions import subscribe_webhooks
from backoffice.sandbox import Sandbox
from catalog.models import CustomProduct
from orders.models import Enquiry, VendorOrder
from orders.services.lifecycle import release_order
from tests.signs.desk import make_shop, sign_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server(live_server: LiveServer, sandbox: Sandbox, settings: Settings) -> Sandbox:
    """Have the vendor call the live server, with secrets that it made itself."""
    settings.PUBLIC_URL = live_server.url
    settings.SIGN_CUSTOMISER_WEBHOOK_SECRETS = []
    sandbox.sign_customiser.options.product_url = f"{live_server.url}/callbacks/sign-customiser/product-created/WEB/"
    make_shop()
    for push in subscribe_webhooks("sign-customiser", actor="tester"):
        deliver(push.pk)
    return sandbox


def work_callbacks() -> None:
    Callback.objects.filter(next_at__isnull=False).update(next_at=timezone.now())
    work_due_callbacks()


def test_from_the_design_to_the_echo(server: Sandbox) -> None:
    app = server.sign_customiser
    designed = app.design(title="Open 24 h", price=23800)
    assert designed["told"]["status"] == 200
    product = CustomProduct.objects.get()
    assert (designed["external_id"], product.price) == (product.external_id, Decimal(238))
    assert app.ask(designed["number"])["external_id"] == product.external_id

    order = release_order(sign_order(product), actor="tester")
    server.faults.add("cut_after", vendor="sign-customiser", path="v2/orders", times=1)
    deliver(Push.objects.get(kind="orders.place").pk)
    assert Push.objects.get(kind="orders.place").state == "unknown"
    server.clock.advance(1)
    work_callbacks()
    row = VendorOrder.objects.get(order=order)
    assert (row.state, row.vendor_id) == ("submitted", "1")
    assert Push.objects.get(kind="orders.place").state == "confirmed"
    assert len(app.ledger.physical_orders()) == 1
    assert [sent["status"] for sent in app.telling.sent] == [200, 200, 200]


def test_a_form_arrives_and_echoes_may_be_held_back(server: Sandbox) -> None:
    app = server.sign_customiser
    (told,) = app.submit_form()
    assert (told["status"], told["answer"]) == (200, {"ok": True})
    work_callbacks()
    assert Enquiry.objects.get().email == "jana@example.com"
    app.options.change(echo="off")
    app.design()
    order = release_order(sign_order(CustomProduct.objects.get()), actor="tester")
    deliver(Push.objects.get(kind="orders.place").pk)
    server.clock.advance(10)
    assert not Callback.objects.filter(topic="order-created").exists()
    app.tell_order(app._newest(order.number))
    assert Callback.objects.filter(topic="order-created").count() == 1


@pytest.mark.parametrize("how", ["timestamp.body", "timestampbody", "body"])
def test_both_sides_agree_on_every_format(server: Sandbox, settings: Settings, how: str) -> None:
    app = server.sign_customiser
    app.options.change(signature_format=how, signature_prefix="sha256=")
    settings.SIGN_CUSTOMISER_SIGNATURE_FORMAT = how
    assert app.design()["told"]["status"] == 200
    settings.SIGN_CUSTOMISER_SIGNATURE_FORMAT = "body" if how != "body" else "timestamp.body"
    assert app.design()["told"]["status"] == 401


def test_what_it_holds_outlives_a_restart(server: Sandbox) -> None:
    app = server.sign_customiser
    app.design()
    saved = app.saved()
    app.restore(saved)
    assert app.saved() == saved
    assert app.webhooks.held[0]["webhook_id"] == 1
