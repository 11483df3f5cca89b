"""The key of one shop against everything that another one owns."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from backoffice.accounts.models import Shop
from orders.models import Order, ShopFile
from tests.api.storefront import Storefront, build_order, make_catalog, make_storefront

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\nshop a\n%%EOF"


@pytest.fixture
def shops(settings: LazySettings, tmp_path: Path) -> tuple[Storefront, Storefront]:
    settings.MEDIA_ROOT = tmp_path
    make_catalog()
    return make_storefront("A"), make_storefront("B")


def order(**changes: object) -> dict[str, object]:
    body = build_order(**changes)
    body["lines"] = body["lines"][:1]
    return body


def test_an_order_of_another_shop_does_not_exist(shops: tuple[Storefront, Storefront]) -> None:
    ours, theirs = shops
    pk = ours.place(order()).json()["id"]
    paths = [f"orders/{pk}/", f"orders/{pk}/timeline/", f"orders/{pk}/complaints/"]
    assert [theirs.get(path).status_code for path in paths] == [404, 404, 404]
    assert theirs.post(f"orders/{pk}/cancel/", {}).status_code == 404
    assert theirs.get("orders/", {"search": "Jana"}).json()["results"] == []


def test_a_key_and_a_reference_of_another_shop_are_free(shops: tuple[Storefront, Storefront]) -> None:
    ours, theirs = shops
    first, second = ours.place(order(), key="one-key"), theirs.place(order(), key="one-key")
    assert (first.status_code, second.status_code) == (201, 201)
    assert "Idempotent-Replayed" not in second
    assert first.json()["id"] != second.json()["id"]


def test_a_file_of_another_shop_cannot_be_ordered(shops: tuple[Storefront, Storefront]) -> None:
    ours, theirs = shops
    upload = ours.client.post("/api/v1/files/", PDF, content_type="application/pdf")
    body = order(**{"lines.0.files": [{"type": "front", "file_id": upload.json()["id"]}]})
    answer = theirs.place(body)
    assert answer.status_code == 422
    assert any("file" in field for field in answer.json()["errors"])
    assert not Order.objects.exists()
    assert ShopFile.objects.get().shop_id == ours.shop.pk


@pytest.mark.parametrize("field", ["shop", "shop_id", "state", "number", "vendor"])
def test_no_field_beside_the_documented_ones_is_taken(shops: tuple[Storefront, Storefront], field: str) -> None:
    ours, _theirs = shops
    assert ours.place(order() | {field: Shop.objects.last().pk}).status_code == 400
    assert not Order.objects.exists()
