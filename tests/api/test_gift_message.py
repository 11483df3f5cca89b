"""A gift message goes from the storefront to the order, its page and the slip in the parcel."""

import pytest
from django.test import Client

from orders.models import Order
from orders.services.files.slips import render_order_slip
from orders.services.order_message import order_to_place
from tests.api.storefront import PEN, Storefront, build_order
from tests.orders.test_slips import text_of

MESSAGE = "Für Oma\nalles Liebe – Jonas & Łucja"


def with_message(message: object) -> dict[str, object]:
    return build_order(lines=[{"sku": PEN, "quantity": 100, "unit_price": "1.30"}], gift_message=message)


@pytest.mark.usefixtures("catalog")
def test_a_gift_message_is_kept_shown_and_printed(storefront: Storefront, admin_client: Client) -> None:
    placed = storefront.place(with_message(f"  {MESSAGE} "))
    assert placed.status_code == 201, placed.content
    order = Order.objects.get()
    assert placed.json()["gift_message"] == order.gift_message == MESSAGE
    assert (
        "Für Oma<br>alles Liebe – Jonas &amp; Łucja"
        in admin_client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    )
    printed = text_of(render_order_slip(order))
    assert all(line in printed for line in MESSAGE.splitlines())
    [part] = order.vendor_orders.all()
    assert MESSAGE not in str(order_to_place(part))


@pytest.mark.usefixtures("catalog")
@pytest.mark.parametrize("message", [None, ""])
def test_without_one_nothing_is_shown(storefront: Storefront, admin_client: Client, message: str | None) -> None:
    assert storefront.place(with_message(message)).json()["gift_message"] == ""
    page = admin_client.get(f"/admin/orders/order/{Order.objects.get().pk}/change/").content.decode()
    assert "Gift message" not in page


@pytest.mark.usefixtures("catalog")
def test_one_that_is_too_long_is_refused_by_field_and_limit(storefront: Storefront) -> None:
    refused = storefront.place(with_message("x" * 501))
    assert refused.status_code == 400
    [(field, [text])] = refused.json()["errors"].items()
    assert field == "gift_message"
    assert "500" in text
    assert not Order.objects.exists()
