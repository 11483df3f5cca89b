"""The demo's shop earns money: what it asks is more than its goods cost."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from backoffice.demo.basket import SIGN, baskets
from backoffice.engine.models.push import Lane
from backoffice.engine.services.integrations import get_vendor
from backoffice.sandbox import Sandbox
from backoffice.vendors.abilities import HasCatalogue
from catalog.models import Product, Variant
from catalog.services.price_grid import price_grid
from catalog.services.sync.reading import sync_catalog
from orders.models import Hold, HoldReason, Order, OrderLine, OrderState
from tests.api.storefront import Storefront, make_storefront


@pytest.fixture
def catalog(sandbox: Sandbox) -> None:
    sync_catalog(get_vendor("mypromo", HasCatalogue, lane=Lane.CATALOG))


def find(storefront: Storefront, sku: str) -> dict[str, Any] | None:
    answer = storefront.get(f"catalog/variants/{sku}/")
    return None if sku == SIGN or answer.status_code != 200 else answer.json()


def test_every_order_of_the_demo_has_a_margin(catalog: None) -> None:
    storefront = make_storefront(tax_percent=Decimal(19))
    wishes = list(baskets(lambda sku: find(storefront, sku), run=1, now=datetime.now(UTC)))
    assert len(wishes) > 6
    for basket in wishes:
        assert storefront.place(basket.order, query="?on_invalid=hold").status_code == 201
    # The street that is too long is one of its stories; prices and stock are none.
    assert set(Hold.objects.values_list("reason", flat=True)) == {HoldReason.BAD_ADDRESS}
    lines = OrderLine.objects.exclude(unit_cost=None)
    assert lines.count() > 6
    assert all(line.unit_price > line.unit_cost for line in lines)
    assert Order.objects.filter(state=OrderState.RELEASED).exists()


def test_sales_prices_of_the_sandbox_have_margins_of_a_shop_and_one_product_loses(catalog: None) -> None:
    assert Product.objects.count() > 20
    losing = set()
    for variant in Variant.objects.prefetch_related("tiers"):
        for row in price_grid(variant.tiers.all()):
            if row.margin is not None and row.margin < 0:
                losing.add(variant.product_id)
            else:
                assert row.margin is None or 24 < row.margin < 46, (variant.sku, row)
    assert len(losing) == 1
