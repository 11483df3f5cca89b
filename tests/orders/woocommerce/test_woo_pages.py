"""The pages of connections, products and what needs a decision."""

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from backoffice.accounts.models import Shop
from orders.connectors.woocommerce.models import SendingState, WooConnection, WooMessage, WooProduct, WooSending
from orders.models import Order
from tests.api.storefront import PEN
from tests.orders.woocommerce.conftest import Woo, process
from tests.sights import SEES

pytestmark = pytest.mark.django_db
AT = "/admin/orders"


def test_a_shop_is_connected_tested_and_changed_and_its_key_is_shown_to_nobody(woo: Woo, admin_client: Client) -> None:
    Shop.objects.create(code="TWO", name="Second")
    given = {
        "shop": Shop.objects.get(code="TWO").pk,
        "url": woo.app.public_url,
        "consumer_key": "ck_sandbox",
        "consumer_secret": "cs_sandbox",
        "paid_statuses": "processing",
        "active": "on",
    }
    assert admin_client.post(f"{AT}/wooconnection/new/", given | {"consumer_secret": ""}).status_code == 200
    assert admin_client.post(f"{AT}/wooconnection/new/", given | {"url": "ftp://x"}).status_code == 200
    assert WooConnection.objects.count() == 1
    admin_client.post(f"{AT}/wooconnection/new/", given)
    made = WooConnection.objects.get(shop__code="TWO")
    page = admin_client.post(f"{AT}/wooconnection/{made.pk}/check/", follow=True)
    assert "The connection works" in page.content.decode()
    admin_client.post(f"{AT}/wooconnection/{made.pk}/webhooks/")
    assert len(woo.app.webhooks) == 6
    admin_client.post(f"{AT}/wooconnection/{made.pk}/edit/", given | {"consumer_key": "", "consumer_secret": ""})
    made.refresh_from_db()
    assert made.credentials == {"key": "ck_sandbox", "secret": "cs_sandbox"}
    moved = given | {"consumer_key": "", "consumer_secret": "", "url": "http://127.0.0.1:1"}
    assert (
        "Enter key and secret again" in admin_client.post(f"{AT}/wooconnection/{made.pk}/edit/", moved).content.decode()
    )
    for path in ("", f"{made.pk}/change/", f"{made.pk}/edit/"):
        assert "cs_sandbox" not in admin_client.get(f"{AT}/wooconnection/{path}").content.decode()
    assert made.secret in admin_client.get(f"{AT}/wooconnection/{made.pk}/secret/").content.decode()


def test_a_product_is_mapped_on_its_page_and_the_order_that_waited_comes_in(woo: Woo, admin_client: Client) -> None:
    WooProduct.objects.all().delete()
    woo.app.buy()
    woo.deliver()
    product, message = WooProduct.objects.get(), WooMessage.objects.get()
    assert "Mug" in admin_client.get(f"{AT}/wooproduct/?unmapped=1").content.decode()
    assert "need a decision" in admin_client.get(f"{AT}/wooconnection/{woo.connection.pk}/change/").content.decode()
    assert (
        "are not mapped to our SKUs yet" in admin_client.get(f"{AT}/woomessage/{message.pk}/change/").content.decode()
    )
    page = admin_client.post(f"{AT}/wooproduct/{product.pk}/change/", {"sku": "NOBODY"})
    assert "is not in the catalogue" in page.content.decode()
    admin_client.post(f"{AT}/wooproduct/{product.pk}/change/", {"sku": PEN})
    process()
    assert Order.objects.count() == 1
    assert Order.objects.get().number in admin_client.get(f"{AT}/woomessage/{message.pk}/change/").content.decode()


def test_who_may_only_look_presses_nothing(woo: Woo, client: Client) -> None:
    user = User.objects.create_user("tom", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_woo"))
    user.user_permissions.add(*Permission.objects.filter(codename__in=SEES))
    client.force_login(user)
    row = WooSending.objects.create(
        woo_order=woo.connection.orders.create(woo_id=5), kind="status", status="completed", state=SendingState.FAILED
    )
    message = WooMessage.objects.create(connection=woo.connection, dedup_key="k", body=b"", state="blocked")
    product = WooProduct.objects.get()
    posts = (
        f"wooconnection/{woo.connection.pk}/check/",
        f"woosending/{row.pk}/again/",
        f"woosending/{row.pk}/dismiss/",
        f"woomessage/{message.pk}/retry/",
        f"woomessage/{message.pk}/dismiss/",
        f"wooproduct/{product.pk}/change/",
    )
    assert {client.post(f"{AT}/{path}").status_code for path in posts} == {403}
    assert {client.get(f"{AT}/woosending/{path}").status_code for path in ("", f"{row.pk}/change/")} == {200}
    row.refresh_from_db()
    assert row.state == SendingState.FAILED
    client.force_login(User.objects.create_superuser("mara"))
    client.post(f"{AT}/woosending/{row.pk}/again/")
    client.post(f"{AT}/woomessage/{message.pk}/dismiss/")
    row.refresh_from_db()
    message.refresh_from_db()
    assert (row.state, message.state) == (SendingState.NEW, "dismissed")
