"""Correcting the addresses of an order with signs: what the vendor would refuse is refused here, and nothing else."""

import pytest

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from backoffice.errors import InvalidInput
from orders.models import Address, AddressRole, Order, OrderState
from orders.services.editing.edits import correct_address
from tests.signs.desk import design, make_shop, sign_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return make_shop()


@pytest.fixture
def order(shop: Shop) -> Order:
    return sign_order(design(shop), state=OrderState.HELD)


def test_a_company_may_get_the_sign_that_a_named_customer_bought(order: Order) -> None:
    values = {"firstname": "", "lastname": "", "company": "Pens & Co"}
    correct_address(order, role=AddressRole.RECIPIENT, values=values, actor="mara")
    assert order.addresses.get(role=AddressRole.RECIPIENT).company == "Pens & Co"


def test_a_bill_without_a_town_is_not_left_for_the_vendor_to_refuse(order: Order) -> None:
    place = {"street": "Bank St 9", "zip": "10115", "city": "Berlin", "country_code": "DE"}
    Address.objects.create(order=order, role=AddressRole.INVOICE, firstname="Ann", lastname="Lee", **place)
    with pytest.raises(InvalidInput) as refused:
        correct_address(order, role=AddressRole.INVOICE, values={"city": ""}, actor="mara")
    assert refused.value.errors.keys() == {"invoice_address.city"}
    assert order.addresses.get(role=AddressRole.INVOICE).city == "Berlin"
    assert not Push.objects.exists()
