"""The command palette: pages, orders, customers, products and actions, as far as its reader may see and do them."""

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Product
from orders.models import Order, OrderState
from orders.services.search import refresh_search
from tests.admin.desk.conftest import SignIn
from tests.orders.rows import make_order


def indexed(**changes: object) -> Order:
    """Return an order that can be found, as every one from the intake."""
    order = make_order(**changes)
    refresh_search(order)
    return order


def found(client: Client, text: str) -> dict[str, str]:
    """{title: link} of what the palette shows."""
    answer = client.get("/admin/search/", {"s": text, "extended": "1"})
    return {str(row.title): row.link for row in (answer.context or {"results": []})["results"]}


def test_pages_of_the_sidebar_are_found_by_their_titles(admin_client: Client) -> None:
    assert found(admin_client, "prices")["Prices"] == "/admin/catalog/changeset/prices/"
    assert found(admin_client, "stock")["Stock"] == "/admin/catalog/changeset/stock/"


def test_a_page_that_unfold_finds_by_its_model_stands_there_once(admin_client: Client) -> None:
    links = [row.link for row in admin_client.get("/admin/search/?s=orders&extended=1").context["results"]]
    assert links.count("/admin/orders/order/") == 1


def test_what_is_named_exactly_so_comes_first(admin_client: Client) -> None:
    titles = list(found(admin_client, "shops"))
    assert titles[0] == "Shops"
    assert "API keys" not in titles
    assert next(iter(found(admin_client, "order"))).startswith("Order")


def test_a_product_is_found_by_its_name(admin_client: Client) -> None:
    now = timezone.now()
    product = Product.objects.create(
        vendor="mypromo", vendor_id="1", name="Kugelschreiber Linea", changed_at=now, created_at=now
    )
    assert found(admin_client, "linea")["Kugelschreiber Linea"] == f"/admin/catalog/product/{product.pk}/change/"


@pytest.mark.parametrize("text", ["a\0b", "\u200b", "\x1b", "a" * 5000])
def test_what_can_be_kept_nowhere_finds_nothing(admin_client: Client, text: str) -> None:
    assert found(admin_client, text) == {}


def test_a_name_is_found_however_it_is_composed(desk: Client) -> None:
    order = indexed(customer_firstname="Jana", customer_lastname="Gr\u00f6\u00dfer")
    assert any(order.number in title for title in found(desk, " gro\u0308\u00dfer\u200b"))


@pytest.mark.parametrize("text", ["hopper", "grace@example.com"])
def test_a_customer_is_found_once_with_all_of_their_orders(desk: Client, text: str) -> None:
    for _count in range(3):
        indexed(customer_firstname="Grace", customer_lastname="Hopper", customer_email="grace@example.com")
    results = found(desk, text)
    assert results["Grace Hopper · grace@example.com"] == "/admin/orders/customer/of/?email=grace%40example.com"
    assert len(results) == 4


@pytest.mark.parametrize(("verb", "name"), [("release", "release"), ("hol", "hold"), ("cancel", "cancel")])
def test_a_verb_and_an_order_lead_to_the_page_that_asks_first(desk: Client, verb: str, name: str) -> None:
    order = indexed()
    assert f"/admin/orders/order/{order.pk}/{name}/" in found(desk, f"{verb} {order.number.lower()}").values()


def test_actions_are_known_in_the_readers_language_too(desk: Client) -> None:
    order = indexed()
    answer = desk.get(
        "/admin/search/", {"s": f"freigeben {order.number}", "extended": "1"}, headers={"Accept-Language": "de"}
    )
    assert f"{order.number} freigeben …" in answer.content.decode()


def test_nothing_is_offered_that_cannot_be_done_or_may_not_be(desk: Client, sign_in: SignIn) -> None:
    order = indexed(state=OrderState.CLOSED)
    assert not [link for link in found(desk, f"release {order.number}").values() if "release" in link]
    order = indexed()
    reader = sign_in("view_order", name="rita")
    assert found(reader, f"hold {order.number}") == {}
    assert "Prices" not in found(reader, "prices")
    assert found(sign_in(name="nobody"), order.number) == {}
