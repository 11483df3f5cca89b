"""The pages on which an order is typed in: what they keep, find, take and refuse."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from backoffice.accounts.models import Shop
from catalog.models import Availability, Variant
from orders.drafts.models import DraftOrder, new_reference
from orders.models import Order, OrderState, ShopFile
from orders.services.search import refresh_search
from tests.api.storefront import CARD, PEN, build_order, make_catalog, make_storefront
from tests.orders.pdfs import make_pdf
from tests.orders.rows import make_order

SHIPPER = {"company": "Absender GmbH", "street": "Weg 1", "zip": "10115", "city": "Berlin", "country_code": "DE"}
NEW = "/admin/orders/draftorder/new/"


@pytest.fixture
def shop(db: None) -> Shop:
    return make_storefront().shop


@pytest.fixture
def catalog(shop: Shop) -> dict[str, Variant]:
    return make_catalog()


@pytest.fixture
def desk(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("clara", "clara@example.com", "a-long-password"))
    return client


def address(name: str, *keys: int) -> str:
    return reverse(f"admin:drafts_draftorder_{name}", args=keys)


def form(shop: Shop, **changes: str) -> dict[str, str]:
    given = {
        "reference": new_reference(), "version": "0", "editor": "page", "shop": str(shop.pk),
        "customer.email": "jana@example.com", "customer.firstname": "Jana", "customer.lastname": "Größer",
        "recipient.firstname": "Jana", "recipient.lastname": "Größer", "recipient.street": "Hauptstraße 42",
        "recipient.zip": "10115", "recipient.city": "Berlin", "recipient.country_code": "DE",
        "lines.0.reference": "1", "lines.0.sku": PEN, "lines.0.quantity": "50",
    }  # fmt: skip
    return given | {name.replace("__", "."): text for name, text in changes.items()}


def test_nothing_is_kept_before_something_is_typed(desk: Client, shop: Shop) -> None:
    page = desk.get(NEW)
    assert page.status_code == 200
    assert not DraftOrder.objects.exists()


def test_what_is_typed_is_kept_and_answered_with_prices_and_limits(
    desk: Client, shop: Shop, catalog: dict[str, Variant]
) -> None:
    given = form(shop)
    answer = desk.post(address("save"), given).json()
    assert (answer["version"], answer["button"], answer["is_ready"]) == (1, "Place order, €75.00", True)
    assert answer["limits"]["recipient.street"] == 30
    assert answer["placeholders"] == {"total": "75.00", "lines.0.unit_price": "1.5"}
    assert "€75.00" in answer["parts"]["figures-0"]
    draft = DraftOrder.objects.get()
    assert answer["url"] == f"/admin/orders/draftorder/{draft.pk}/change/"
    assert 'value="Hauptstraße 42"' in desk.get(answer["url"]).text


def test_a_second_page_is_told_who_saved_and_overwrites_nothing(
    desk: Client, shop: Shop, catalog: dict[str, Variant]
) -> None:
    given = form(shop)
    desk.post(address("save"), given)
    refused = desk.post(address("save"), given | {"editor": "other", "lines.0.quantity": "90"})
    assert refused.status_code == 409
    assert refused.json()["text"].startswith("clara saved this draft at ")
    assert DraftOrder.objects.get().content["lines"][0]["quantity"] == "50"
    copy = given | {"editor": "other", "lines.0.quantity": "90", "reference": refused.json()["reference"]}
    assert desk.post(address("save"), copy).status_code == 200
    assert DraftOrder.objects.count() == 2


def test_a_second_page_places_nothing_and_keeps_what_was_typed(
    desk: Client, shop: Shop, catalog: dict[str, Variant]
) -> None:
    given = form(shop)
    desk.post(address("save"), given)
    page = desk.post(address("place"), given | {"editor": "other", "lines.0.quantity": "90"})
    assert "clara saved this draft in the meantime" in page.text
    assert 'value="90"' in page.text
    assert not Order.objects.exists()


def test_placing_twice_makes_one_order(desk: Client, shop: Shop, catalog: dict[str, Variant]) -> None:
    given = form(shop)
    first, second = (desk.post(address("place"), given) for _press in range(2))
    order = Order.objects.get()
    assert first["Location"] == second["Location"] == f"/admin/orders/order/{order.pk}/change/"
    assert desk.get(address("change", DraftOrder.objects.get().pk))["Location"] == first["Location"]


def test_what_is_refused_stands_at_its_field_and_may_be_placed_on_hold(
    desk: Client, shop: Shop, catalog: dict[str, Variant]
) -> None:
    given = form(shop, lines__0__sku=CARD, recipient__street="x" * 68)
    page = desk.post(address("place"), given)
    assert "Too long: 68 characters" in page.text
    assert "is printed: provide print files or a design." in page.text
    assert not Order.objects.exists()
    version = str(DraftOrder.objects.get().version)
    desk.post(address("place"), given | {"version": version, "hold": "1"})
    assert Order.objects.get().state == OrderState.HELD


def test_what_cannot_be_kept_is_named(desk: Client, shop: Shop) -> None:
    answer = desk.post(address("save"), form(shop, recipient__city="x" * 201))
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["recipient.city"]
    assert desk.post(address("save"), form(shop) | {"shop": "99999"}).status_code == 422
    assert not DraftOrder.objects.exists()


def test_what_the_page_does_not_show_survives_a_save(desk: Client, shop: Shop, catalog: dict[str, Variant]) -> None:
    storefront = make_storefront("TWO")
    storefront.place(build_order(shipper=SHIPPER, lines=[build_order()["lines"][0]]))
    order = Order.objects.get()
    given = form(storefront.shop, repeats=str(order.pk), lines__0__sku=CARD, lines__0__quantity="100")
    desk.post(address("save"), given)
    content = DraftOrder.objects.get().content
    assert content["lines"][0]["customs"]["number"] == "49119900"
    assert content["shipper"]["company"] == "Absender GmbH"
    assert content["custom_properties"] == {"campaign": "autumn"}


def test_every_order_can_be_ordered_again(desk: Client, shop: Shop) -> None:
    order = make_order(state=OrderState.CANCELLED)
    page = desk.get(f"/admin/orders/order/{order.pk}/change/").text
    assert f'{NEW}?again={order.pk}"' in page
    again = desk.get(f"{NEW}?again={order.pk}").text
    assert f"Order {order.number} again" in again
    assert "TPD123LD02LAXALOP" in again


def test_past_customers_are_found_by_mail_name_and_telephone(
    desk: Client, shop: Shop, django_assert_max_num_queries: Any
) -> None:
    for _order in range(3):
        order = make_order(customer_firstname="Jana", customer_email="Jana@example.com", customer_phone="030 12 34")
        refresh_search(order)
    for text in ("jana@example.com", "jan", "0301234"):
        (found,) = desk.get(address("customers"), {"q": text}).json()["results"]
        assert found["fill"]["recipient.street"] == "Hauptstraße 42"
        assert found["fill"]["customer.phone"] == "030 12 34"
    assert desk.get(address("customers"), {"q": "nobody"}).json()["results"] == []
    # The session and the reader, orders, addresses; names that this process does not know yet take two more.
    with django_assert_max_num_queries(6):
        desk.get(address("customers"), {"q": "jana"})


def test_products_are_found_with_price_stock_and_what_stands_against_them(
    desk: Client, shop: Shop, catalog: dict[str, Variant]
) -> None:
    Availability.objects.create(variant=catalog[PEN], fulfiller_id="1", stock_managed=True, stock_qty=0)
    found = {
        row["sku"]: row for row in desk.get(address("products"), {"q": "variant", "shop": shop.pk}).json()["results"]
    }
    assert found[CARD]["price"] == "€1.50 from 1"
    assert found[PEN]["stock"] == "0 in stock"
    assert "left in stock" in found[PEN]["refusal"]


def test_a_print_file_is_taken_once_and_refused_when_it_is_none(desk: Client, shop: Shop) -> None:
    for _time in range(2):
        file = SimpleUploadedFile("motif.pdf", make_pdf())
        answer = desk.post(address("files"), {"shop": shop.pk, "file": file})
        assert answer.status_code == 201
        assert answer.json()["name"] == "motif.pdf"
    assert ShopFile.objects.get().public_id == answer.json()["id"]
    refused = desk.post(address("files"), {"shop": shop.pk, "file": SimpleUploadedFile("x.pdf", b"no PDF")})
    assert refused.status_code == 422
    assert "is not a PDF" in refused.json()["text"]


def test_an_uploaded_file_becomes_the_lines_with_a_link_of_ours(
    desk: Client, shop: Shop, catalog: dict[str, Variant]
) -> None:
    upload = desk.post(address("files"), {"shop": shop.pk, "file": SimpleUploadedFile("motif.pdf", make_pdf())}).json()
    files = {"lines.0.files.0.file_id": upload["id"], "lines.0.files.0.type": "front"}
    desk.post(address("place"), form(shop, lines__0__sku=CARD) | files)
    (file,) = Order.objects.get().lines.get().files
    assert (file["file_id"], file["type"]) == (upload["id"], "front")
    assert desk.get(file["url"]).status_code == 200


def test_drafts_are_listed_found_and_deleted(desk: Client, shop: Shop, catalog: dict[str, Variant]) -> None:
    desk.post(address("save"), form(shop))
    desk.post(address("save"), form(shop, customer__firstname="Tom"))
    assert "Jana Größer" in desk.get(address("changelist")).text
    found = desk.get(address("changelist"), {"q": "tom"}).text
    assert "Tom Größer" in found
    assert "Jana Größer" not in found
    draft = DraftOrder.objects.get(customer="Tom Größer")
    desk.post(address("remove", draft.pk))
    assert list(DraftOrder.objects.values_list("customer", flat=True)) == ["Jana Größer"]


def test_the_list_takes_as_many_queries_for_twenty_drafts_as_for_one(
    desk: Client, shop: Shop, catalog: dict[str, Variant], django_assert_max_num_queries: Any
) -> None:
    for _draft in range(20):
        desk.post(address("save"), form(shop))
    with django_assert_max_num_queries(8):
        desk.get(address("changelist"))


def test_who_may_only_read_orders_takes_none(db: None, client: Client, shop: Shop) -> None:
    reader = User.objects.create_user("rita", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_order"))
    client.force_login(reader)
    order = make_order()
    assert "Order again" not in client.get(f"/admin/orders/order/{order.pk}/change/").text
    assert "New order" not in client.get("/admin/orders/order/").text
    for name in ("new", "line", "products", "customers", "changelist"):
        assert client.get(address(name)).status_code == 403
    for name in ("save", "place", "files"):
        assert client.post(address(name), form(shop)).status_code == 403
    assert not DraftOrder.objects.exists()


def test_the_palette_offers_a_new_order_and_any_order_again(desk: Client, shop: Shop) -> None:
    order = make_order(state=OrderState.CLOSED)
    refresh_search(order)
    assert f"{NEW}?again={order.pk}" in desk.get("/admin/search/", {"s": f"again {order.number}", "extended": "1"}).text
    assert NEW in desk.get("/admin/search/", {"s": "new order", "extended": "1"}).text


def test_a_draft_may_have_as_many_lines_with_files_as_an_order(
    desk: Client, shop: Shop, catalog: dict[str, Variant]
) -> None:
    given = form(shop)
    for place in range(200):
        line = {
            "reference": str(place + 1), "sku": CARD, "design_id": "", "custom_product": "", "name": "",
            "tax_percent": "19", "quantity": "100", "unit_price": "", "files.0.file_id": "",
            "files.0.url": "https://files.example.com/a.pdf", "files.0.name": "a", "files.0.type": "front",
        }  # fmt: skip
        given |= {f"lines.{place}.{name}": text for name, text in line.items()}
    assert desk.post(address("save"), given).status_code == 200
    assert len(DraftOrder.objects.get().content["lines"]) == 200
