"""Selling what was designed: the pre-flight of lines, and what is said of prices."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.accounts.models import Shop
from backoffice.engine.models import Push
from catalog.models import CustomProduct
from orders.models import Order, OrderEvent, OrderLine
from orders.services.preflight.line_checks import validate_lines
from tests.api.storefront import Storefront, build_order, make_catalog, make_storefront
from tests.signs.desk import design, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def storefront(db: None) -> Storefront:
    return make_storefront(sign_integration_id=42, tax_percent=Decimal(19))


@pytest.fixture
def designed(storefront: Storefront) -> CustomProduct:
    make_catalog()
    return design(storefront.shop)


def line(product_id: str, **changes: Any) -> dict[str, Any]:
    return {"reference": "1", "custom_product": product_id, "quantity": 1, "unit_price": "100.00"} | changes


def body(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return build_order(lines=list(lines), **changes)


def test_a_sign_is_sold_and_goes_to_its_vendor(storefront: Storefront, designed: CustomProduct) -> None:
    answer = storefront.place(body(line(designed.external_id)))
    assert answer.status_code == 201, answer.json()
    (sold,) = answer.json()["lines"]
    assert (sold["kind"], sold["custom_product"], sold["sku"]) == ("sign", designed.external_id, designed.external_id)
    assert sold["name"] == "Neon heart"
    assert Push.objects.get().vendor == "sign-customiser"
    assert not OrderEvent.objects.filter(kind="line.remark").exists()


def test_another_price_than_designed_is_taken_and_said(storefront: Storefront, designed: CustomProduct) -> None:
    answer = storefront.place(body(line(designed.external_id, unit_price="90.00")))
    assert answer.status_code == 201
    text = OrderEvent.objects.get(kind="line.remark").params["text"]
    assert "107.10" in text
    assert "119.00" in text


def test_a_mixed_order_is_taken_whole(storefront: Storefront, designed: CustomProduct) -> None:
    order = build_order()
    order["lines"] = [order["lines"][0], line(designed.external_id, reference="2")]
    assert storefront.place(order).status_code == 201
    assert sorted(Push.objects.values_list("vendor", flat=True)) == ["mypromo", "sign-customiser"]


def refused(storefront: Storefront, order: dict[str, Any]) -> dict[str, Any]:
    answer = storefront.place(order)
    assert answer.status_code == 422, answer.json()
    assert not Order.objects.exists()
    assert not Push.objects.exists()
    return answer.json()["errors"]


def test_what_is_not_the_shops_is_refused(storefront: Storefront, designed: CustomProduct) -> None:
    other = design(make_shop("ART"), vendor_id="2")
    for product_id in (other.external_id, "sgn_none", "x"):
        assert "lines[0].custom_product" in refused(storefront, body(line(product_id)))


def test_a_shop_without_an_integration_sells_none(storefront: Storefront, designed: CustomProduct) -> None:
    Shop.objects.update(sign_integration_id=None)
    assert "lines[0].custom_product" in refused(storefront, body(line(designed.external_id)))


def test_the_gross_price_must_be_known(storefront: Storefront, designed: CustomProduct) -> None:
    Shop.objects.update(tax_percent=None)
    assert list(refused(storefront, body(line(designed.external_id)))) == ["lines[0].tax_percent"]
    assert storefront.place(body(line(designed.external_id, tax_percent="19"))).status_code == 201


def test_the_currency_is_the_one_it_was_designed_in(storefront: Storefront, designed: CustomProduct) -> None:
    Shop.objects.update(currency="USD")
    assert "lines[0].custom_product" in refused(storefront, body(line(designed.external_id), currency="USD"))


@pytest.mark.parametrize(
    "more", [{"sku": "MP-S1-P0000001"}, {"design_id": 9}, {"files": [{"url": "https://files.example.com/a.pdf"}]}]
)
def test_a_line_is_one_thing(storefront: Storefront, designed: CustomProduct, more: dict[str, Any]) -> None:
    assert "lines[0].custom_product" in refused(storefront, body(line(designed.external_id, **more)))


def test_what_the_vendor_needs_is_asked_for_at_once(storefront: Storefront, designed: CustomProduct) -> None:
    order = body(line(designed.external_id), **{"recipient.zip": None, "customer.email": None})
    assert set(refused(storefront, order)) == {"recipient.zip", "customer.email"}
    assert set(refused(storefront, body(line(designed.external_id), **{"customer.email": "jana"}))) == {
        "customer.email"
    }


def test_lines_cost_no_queries_each(storefront: Storefront, designed: CustomProduct) -> None:
    lines = [OrderLine(custom_product=designed.external_id, quantity=1, unit_price=Decimal(1)) for _ in range(20)]
    with CaptureQueriesContext(connection) as queries:
        validate_lines(lines, shop=storefront.shop, errors={})
    assert len(queries) == 1


def test_the_storefront_reads_its_own_designs_only(storefront: Storefront, designed: CustomProduct) -> None:
    design(make_shop("ART"), vendor_id="2")
    (found,) = storefront.get("catalog/custom-products/").json()["results"]
    assert found["external_id"] == designed.external_id
    assert (found["price"], found["currency"], found["picture_url"]) == ("119.00", "EUR", None)
    assert storefront.get(f"catalog/custom-products/{designed.external_id}/").json() == found
    other = CustomProduct.objects.exclude(pk=designed.pk).get()
    for path in (other.external_id, "nothing", f"{designed.external_id}/picture"):
        assert storefront.get(f"catalog/custom-products/{path}/").status_code == 404


def test_the_list_is_searched_and_paged_with_a_constant_number_of_queries(storefront: Storefront) -> None:
    for number in range(5):
        design(storefront.shop, vendor_id=str(number), title=f"Sign number {number}")
    counts = []
    for size in (1, 4):
        with CaptureQueriesContext(connection) as queries:
            page = storefront.get("catalog/custom-products/", {"page_size": size}).json()
        counts.append(len(queries))
        assert len(page["results"]) == size
        assert page["next"]
    assert counts[0] == counts[1]
    (found,) = storefront.get("catalog/custom-products/", {"search": "number 3"}).json()["results"]
    assert found["vendor_id"] == "3"
