"""Orders as vendors are told of them: the same numbers for all, in a number of queries that does not grow."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.vendors.guaranteed_reviews.payloads import sent_product
from catalog.models import Category, CustomProduct, Product, Variant
from catalog.models.custom_product import FIRST_CUSTOM_NUMBER
from catalog.services.sold import iter_sold
from orders.marketing.services.exports.messages import orders_to_export
from orders.marketing.services.exports.obstacles import is_relay
from orders.models import Address, AddressRole, Order, OrderLine
from tests.orders.marketing.conftest import Make
from tests.orders.rows import SKU, make_order


def in_catalogue(sku: str, *, gtin: str = "") -> Variant:
    now = timezone.now()
    product = Product.objects.create(
        vendor="mypromo", vendor_id=f"p-{sku}", name="Mugs", changed_at=now, created_at=now
    )
    product.categories.add(Category.objects.get_or_create(vendor="mypromo", path="Kitchen/Mugs")[0])
    return Variant.objects.create(
        product=product, vendor="mypromo", vendor_id=sku, sku=sku, gtin=gtin, changed_at=now, created_at=now
    )


def exported(order: Order) -> Any:
    return orders_to_export([Order.objects.select_related("shop").get(pk=order.pk)])[order.pk]


def test_an_order_is_told_with_its_shop_customer_and_addresses(make: Make) -> None:
    Shop.objects.create(code="WEB", name="Web shop", language="fr", letter_shop_id="7", time_zone="Europe/Paris")
    order = make(placed_at=datetime(2026, 2, 20, 10, 30, tzinfo=UTC))
    Address.objects.create(order=order, role=AddressRole.INVOICE, company="Acme GmbH", country_code="DE")
    message = exported(order)
    assert (message.order_id, message.number, message.reference) == (str(order.pk), order.number, order.reference)
    assert (message.shop, message.shop_id, message.language, message.time_zone) == ("WEB", "7", "FR", "Europe/Paris")
    assert (message.total, message.currency) == (Decimal("189.00"), "EUR")
    assert (message.firstname, message.lastname, message.email) == ("Jana", "Größer", "jana@example.com")
    assert (message.recipient.street, message.invoice.company) == ("Hauptstraße 42", "Acme GmbH")


def test_a_customer_without_a_name_bears_the_recipients(make: Make) -> None:
    message = exported(make(customer_firstname="", customer_lastname=""))
    assert (message.firstname, message.lastname, message.shop_id) == ("Jana", "Größer", "WEB")


def test_lines_bear_the_key_of_the_catalogues_product_and_those_without_are_left_out(make: Make) -> None:
    variant = in_catalogue(SKU, gtin="4006381333931")
    order = make()
    OrderLine.objects.update(tax_percent=Decimal(19))
    OrderLine.objects.create(
        order=order, position=2, reference="L2", kind="stock", vendor="mypromo", sku="GONE", quantity=1, unit_price=1
    )
    (line,) = exported(order).lines
    assert (line.product_id, line.sku, line.name, line.quantity) == (variant.product_id, SKU, "Mug", 5)
    assert (line.unit_price_gross, line.gtin, line.category) == (Decimal("1.5351"), "4006381333931", "Kitchen/Mugs")


def test_lines_bear_what_invitations_to_review_can_show(make: Make) -> None:
    variant = in_catalogue(SKU)
    variant.properties = [{"name": "width", "value": 3}, {"name": "MPN", "value": 4711}, {"name": "mpn", "value": "x"}]
    variant.save()
    order = make()
    Shop.objects.update(product_url_template="https://shop.example/p/{sku}?from=review")
    OrderLine.objects.update(sku="A/Ö b")
    Variant.objects.update(sku="A/Ö b")
    (line,) = exported(order).lines
    assert (line.mpn, line.category_id) == ("4711", str(Category.objects.get(path="Kitchen/Mugs").pk))
    assert line.url == "https://shop.example/p/A%2F%C3%96%20b?from=review"
    sent = msgspec.json.decode(msgspec.json.encode(sent_product(line, currency="EUR")))
    assert (sent["mpn"], sent["category_id"], sent["url"]) == (line.mpn, line.category_id, line.url)


@pytest.mark.parametrize(
    "template",
    ["shop.example/{sku}", "https://shop.example/", "https://{sku}.example/", "https://a.example/{sku}/{sku}",
     "javascript:{sku}", "https://a.example/ {sku}", "https://[{sku}/"],
)  # fmt: skip
def test_an_address_without_a_place_for_the_sku_is_refused(db: None, template: str) -> None:
    shop = Shop(code="WEB", name="Web shop", product_url_template=template)
    with pytest.raises(ValidationError) as refused:
        shop.full_clean()
    assert set(refused.value.message_dict) == {"product_url_template"}


def test_a_custom_product_is_told_under_a_number_of_its_own_and_counts_as_sold(db: None) -> None:
    shop = Shop.objects.create(code="WEB", name="Web shop")
    sign = CustomProduct.objects.create(shop=shop, vendor="sign-customiser", vendor_id="7", currency="EUR")
    number = FIRST_CUSTOM_NUMBER + sign.pk
    assert number not in iter_sold(shop, after=0)
    order = make_order({"vendor": "sign-customiser", "sku": sign.external_id, "kind": "sign"})
    assert [line.product_id for line in exported(order).lines] == [number]
    assert list(iter_sold(shop, after=number - 1)) == [number]
    assert list(iter_sold(shop, after=number)) == []


def test_many_orders_take_as_many_queries_as_one(make: Make, django_assert_num_queries: Any) -> None:
    in_catalogue(SKU)
    for _ in range(6):
        make()
    orders = list(Order.objects.select_related("shop"))
    with django_assert_num_queries(4):
        orders_to_export(orders[:1])
    with django_assert_num_queries(4):
        orders_to_export(orders)


@pytest.mark.parametrize(
    ("email", "expected"),
    [
        ("a@marketplace.amazon.de", True),
        ("a@Marketplace.Amazon.co.uk", True),
        ("a@members.ebay.com", True),
        ("a@x.members.ebay", True),
        ("a@amazon.de", False),
        ("a@notmarketplace.amazon.de", False),
        ("marketplace.amazon.de@example.com", False),
        ("", False),
    ],
)
def test_marketplaces_are_known_by_the_domains_they_lend(email: str, expected: bool) -> None:
    assert is_relay(email) is expected
