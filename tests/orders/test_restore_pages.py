"""Orders that only the vendor knows: brought in, dismissed, and decided on their pages."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import Shop
from backoffice.engine.models import Callback, Push
from backoffice.engine.models.callback import CallbackState
from backoffice.errors import Conflict, IllegalTransition, InvalidInput
from backoffice.vendors.messages import RemoteOrderState
from orders.models import Order, StrayOrder
from orders.services.lifecycle import release_order
from orders.services.reports.applying import apply_order_report
from orders.services.reports.pulling import OrderPull
from orders.services.reports.strays import dismiss_stray
from orders.services.restore.adopting import adopt_stray
from tests.orders.rows import FILE, SKU, make_order
from tests.orders.stray_orders import made, stray_of
from tests.sights import SEES

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop.objects.create(code="WEB", name="Web shop")


def test_an_order_is_brought_in_with_all_that_its_vendor_knows(shop: Shop) -> None:
    stray = stray_of(made())
    orphan = Callback.objects.create(vendor="mypromo", topic="orders", key="k", body=b"{}", state=CallbackState.ORPHAN)
    order = adopt_stray(stray, actor="mara")
    assert (order.number, order.reference, order.state) == ("WEB-100005", "SHOP-5", "released")
    assert (order.production, order.customer_lastname) == ("in_production", "Größer")
    [line] = order.lines.all()
    assert (line.sku, line.quantity, line.files) == (SKU, 5, [{"url": FILE["url"], "type": ""}])
    assert order.addresses.get().city == "Berlin"
    assert not Push.objects.exists()
    orphan.refresh_from_db()
    assert orphan.next_at is not None
    with pytest.raises(Conflict):
        adopt_stray(stray, actor="jo")


def test_what_the_vendor_says_later_of_an_order_that_was_brought_in_is_its(shop: Shop) -> None:
    order = adopt_stray(stray_of(made()), actor="mara")
    apply_order_report(made(state=RemoteOrderState.DONE, step=30), source="callback")
    order.refresh_from_db()
    assert order.production == "done"


def test_bringing_in_what_the_shop_sent_again_links_it_and_refuses_another_one(shop: Shop) -> None:
    order = release_order(make_order(reference="SHOP-5"), actor="tester")
    assert adopt_stray(stray_of(made()), actor="mara") == order
    release_order(make_order(reference="SHOP-6"), actor="tester")
    other = stray_of(made("WEB-100006", shop_reference="SHOP-6", vendor_id="78", quantity=99))
    with pytest.raises(IllegalTransition):
        adopt_stray(other, actor="mara")
    other.refresh_from_db()
    assert other.state == "open"


def test_dismissing_needs_a_reason_and_happens_once(shop: Shop) -> None:
    stray = stray_of(made())
    with pytest.raises(InvalidInput):
        dismiss_stray(stray, actor="mara", reason="  ")
    dismiss_stray(stray, actor="mara", reason="a test of the shop")
    with pytest.raises(Conflict):
        dismiss_stray(stray, actor="jo", reason="me too")
    stray.refresh_from_db()
    assert (stray.state, stray.decided_by, stray.reason) == ("dismissed", "mara", "a test of the shop")


def test_a_poll_shows_what_only_the_vendor_knows(shop: Shop) -> None:
    OrderPull("mypromo").take(made())
    assert StrayOrder.objects.get().vendor_id == "77"


def test_the_pages_show_and_do_what_may_be_done(shop: Shop, admin_client: Client) -> None:
    one, two = stray_of(made()), stray_of(made("WEB-100006", shop_reference="SHOP-6", vendor_id="78"))
    text = admin_client.get(reverse("admin:orders_strayorder_changelist")).content.decode()
    for shown in ("WEB-100005", "Größer", "SHOP-6", f"5 × <bdi>{SKU}"):
        assert shown in text
    page = reverse("admin:orders_strayorder_change", args=[one.pk])
    assert "Bring in the order" in admin_client.get(page).content.decode()
    admin_client.post(reverse("admin:orders_strayorder_adopt", args=[one.pk]))
    assert Order.objects.get().number == "WEB-100005"
    assert "WEB-100005" in admin_client.get(page).content.decode()
    admin_client.post(reverse("admin:orders_strayorder_dismiss", args=[two.pk]), {"reason": "a test of the shop"})
    assert set(StrayOrder.objects.values_list("state", flat=True)) == {"linked", "dismissed"}
    assert (
        "a test of the shop"
        in admin_client.get(reverse("admin:orders_strayorder_change", args=[two.pk])).content.decode()
    )


def test_who_may_not_decide_sees_no_button_and_is_refused(shop: Shop, client: Client, django_user_model: Any) -> None:
    user = django_user_model.objects.create_user("jo", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=("view_strayorder", *SEES)))
    client.force_login(user)
    stray = stray_of(made())
    assert (
        "Bring in the order"
        not in client.get(reverse("admin:orders_strayorder_change", args=[stray.pk])).content.decode()
    )
    for name in ("adopt", "dismiss"):
        assert client.post(reverse(f"admin:orders_strayorder_{name}", args=[stray.pk])).status_code == 403
    stray.refresh_from_db()
    assert stray.state == "open"
