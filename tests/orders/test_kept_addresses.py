"""Addresses that a vendor keeps, named by number or key; and where an order's letters go."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backoffice.vendors.autoletter.payloads import order_entry
from backoffice.vendors.mypromo.payloads import order_payload
from orders.marketing.services.exports.messages import orders_to_export
from orders.models import Address, Order
from orders.services.order_message import order_to_place
from tests.api.storefront import Storefront, build_order, make_catalog, make_storefront

pytestmark = pytest.mark.django_db
LETTER = {"lastname": "Nachbar", "street": "Nebenweg 3", "zip": "10999", "city": "Berlin", "country_code": "DE"}


@pytest.fixture
def storefront() -> Storefront:
    make_catalog()
    return make_storefront()


def placed(storefront: Storefront, **changes: Any) -> dict[str, Any]:
    answer = storefront.post("orders/", build_order(**changes), **{"Idempotency-Key": "k"})
    assert answer.status_code == 201, answer.content
    body: dict[str, Any] = answer.json()
    return body


def payload() -> dict[str, Any]:
    return order_payload(order_to_place(Order.objects.get().vendor_orders.get()), callback=None)


def test_a_shipper_by_its_key_and_an_export_address_by_its_number_are_sent_as_documented(
    storefront: Storefront,
) -> None:
    body = placed(storefront, shipper={"address_key": "warehouse"}, export={"address_id": "26", "eori_number": "DE1"})

    assert (body["shipper"]["address_key"], body["shipper"]["address_id"]) == ("warehouse", "")
    sent = payload()
    assert sent["shipper"] == {"address_id": None, "address_key": "warehouse"}
    assert sent["export"] == {"address_id": 26, "address_key": None, "eori_number": "DE1"}


def test_an_order_without_a_shipper_has_the_shops(storefront: Storefront) -> None:
    storefront.shop.shipper_address_id = "7"
    storefront.shop.save()
    assert placed(storefront)["shipper"]["address_id"] == "7"
    sent = payload()
    assert sent["shipper"] == {"address_id": 7, "address_key": None}
    assert "export" not in sent


def test_a_whole_shipper_goes_as_ever(storefront: Storefront) -> None:
    placed(storefront, shipper=LETTER)
    sent = payload()["shipper"]
    assert (sent["address_id"], sent["address_key"], sent["lastname"], sent["fax"]) == (None, None, "Nachbar", None)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"shipper": {"address_id": "1", "address_key": "a"}}, "shipper.address_key"),
        ({"export": {"address_key": "x" * 65}}, "export.address_key"),
        ({"shipper": {"city": "Berlin"}}, "shipper.zip"),
        ({"invoice_address": {"address_id": "1"}}, "invoice_address.address_id"),
        ({"letter_address": LETTER | {"country_code": "XX"}}, "letter_address.country_code"),
    ],
)
def test_what_makes_no_sense_is_refused_by_its_field_and_nothing_is_kept(
    storefront: Storefront, given: dict[str, Any], path: str
) -> None:
    answer = storefront.post("orders/", build_order(**given), **{"Idempotency-Key": "k"})
    assert answer.status_code in (400, 422)
    assert path in answer.json()["errors"]
    assert not Order.objects.exists()


def test_a_kept_address_is_shown_and_edited(storefront: Storefront, client: Client) -> None:
    body = placed(storefront, shipper={"address_key": "warehouse"})
    etag = storefront.get(f"orders/{body['id']}/")["ETag"]
    edit = {"shipper": {"address_key": None, "address_id": "12"}, "letter_address": LETTER}
    answer = storefront.client.patch(
        f"/api/v1/orders/{body['id']}/", edit, content_type="application/json", headers={"If-Match": etag}
    )
    assert answer.status_code == 200, answer.content
    assert (answer.json()["shipper"]["address_id"], answer.json()["shipper"]["address_key"]) == ("12", "")
    assert answer.json()["letter_address"]["street"] == "Nebenweg 3"

    client.force_login(User.objects.create_superuser("mara"))
    page = client.get(f"/admin/orders/order/{body['id']}/change/").content.decode()
    assert "address number at the vendor" in page.lower()
    edit_page = client.get(f"/admin/orders/order/{body['id']}/edit/").content.decode()
    assert 'name="shipper-address_id"' in edit_page
    assert 'name="recipient-address_id"' not in edit_page


def test_letters_go_where_the_order_says_else_as_ever(storefront: Storefront, settings: Any) -> None:
    settings.AUTOLETTER_LETTERS_TO_INVOICE = True
    invoice = LETTER | {"street": "Rechnungsweg 1"}
    placed(storefront, invoice_address=invoice, letter_address=LETTER)
    order = Order.objects.select_related("shop").get()

    def entry() -> dict[str, Any]:
        return order_entry(orders_to_export([order])[order.pk])

    assert (entry()["LetterAddress"]["Street"], entry()["InvoiceAddress"]["Street"]) == ("Nebenweg", "Rechnungsweg")
    Address.objects.filter(role="letter").update(city="")
    assert entry()["LetterAddress"]["Street"] == "Rechnungsweg"
    Address.objects.filter(role="letter").delete()
    assert entry()["LetterAddress"]["Street"] == "Rechnungsweg"
    settings.AUTOLETTER_LETTERS_TO_INVOICE = False
    assert "LetterAddress" not in entry()
