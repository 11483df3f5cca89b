"""The message of an order: what is checked at intake is what its vendor is sent."""

import msgspec
import pytest
from django.db import transaction

from orders.models import Order
from orders.services.intake.input import NewOrder
from orders.services.intake.new_rows import build_rows
from orders.services.intake.taking import place_order
from orders.services.order_message import build_message, order_to_place
from orders.services.preflight.order_checks import check_order
from tests.api.storefront import PEN, build_order, make_catalog, make_storefront

pytestmark = pytest.mark.django_db

SENDER = {"company": "Shop WEB", "street": "Weg 1", "zip": "10115", "city": "Berlin", "country_code": "DEU"}
CUSTOMS = {"description": "Pen", "number": "96081010", "origin": "DE", "currency": "EUR", "amount": "1.10"}


def test_what_is_checked_at_intake_is_what_is_sent() -> None:
    make_catalog()
    shop = make_storefront(release_automatically=True).shop
    pen = {"sku": PEN, "quantity": 10, "unit_price": "1.50", "customs": CUSTOMS}
    body = build_order(
        lines=[*build_order()["lines"], pen], invoice_address=SENDER, shipper=SENDER, custom_properties={"gift": "1"}
    )
    new = msgspec.convert(body, NewOrder)
    with transaction.atomic():
        rows = build_rows(new, shop=shop)
        check_order(rows)
        checked = build_message(rows, reference="number", designs={})
        assert not Order.objects.exists()
        order = place_order(new, shop=shop, actor="shop:WEB").order
    sent = order_to_place(order.vendor_orders.get())
    assert checked.sale is not None
    assert checked.sale.invoice is not None
    sale = msgspec.structs.replace(checked.sale, number=order.number)
    assert msgspec.structs.replace(checked, reference=sent.reference, sale=sale) == sent
    assert sent.shipper is not None
    assert sent.shipper.country_code == "DE"


def test_a_shops_reference_of_one_character_passes() -> None:
    make_catalog()
    rows = build_rows(msgspec.convert(build_order(reference="7"), NewOrder), shop=make_storefront().shop)
    assert check_order(rows).errors == {}
