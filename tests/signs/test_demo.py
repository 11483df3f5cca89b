"""The demo's signs are followed by webhooks, which it asks for at its start."""

import pytest
from django.utils import timezone
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from backoffice.demo.sandbox import Sandbox as Hands
from backoffice.demo.signs import follow_signs
from backoffice.engine.models import Callback, Push
from backoffice.engine.services.callbacks import work_due_callbacks
from backoffice.engine.services.sending import deliver
from backoffice.sandbox import Sandbox
from catalog.models import CustomProduct
from orders.models import Enquiry
from orders.services.lifecycle import release_order
from tests.signs.desk import make_shop, sign_order


@pytest.mark.django_db(transaction=True)
def test_the_demo_subscribes_once_and_hears_of_orders_and_forms(
    live_server: LiveServer, sandbox: Sandbox, settings: Settings
) -> None:
    settings.PUBLIC_URL = live_server.url
    settings.SIGN_CUSTOMISER_WEBHOOK_SECRETS = []
    assert not follow_signs(patience=0), "no worker has been at it"
    for push in Push.objects.filter(kind="webhooks.subscribe"):
        deliver(push.pk)
    assert follow_signs(patience=0)
    assert (Push.objects.count(), len(sandbox.sign_customiser.webhooks.held)) == (2, 2)

    make_shop()
    shopper = Hands(sandbox.url)
    shopper.design_sign(product_url=f"{live_server.url}/callbacks/sign-customiser/product-created/WEB/")
    release_order(sign_order(CustomProduct.objects.get()), actor="tester")
    deliver(Push.objects.get(kind="orders.place").pk)
    sandbox.advance(1)
    shopper.fill_in_form()
    Callback.objects.update(next_at=timezone.now())
    work_due_callbacks()
    told = dict(Callback.objects.exclude(topic="product-created").values_list("topic", "state"))
    assert told.keys() == {"form-submitted", "order-created"}
    assert told["form-submitted"] == "applied"
    assert told["order-created"] in ("known", "stale"), "the answer to the order has said it already"
    assert Enquiry.objects.get().email == "jana@example.com"
