"""Writes the month, once: into a shop that has no order yet."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.acting import told_by
from backoffice.demo.history.complaints import draw_complaints
from backoffice.demo.history.desk import write_desk
from backoffice.demo.history.filling import number_rows, write_past
from backoffice.demo.history.orders import Made, attempt_of, link, make_order
from backoffice.demo.history.plan import Good, plan_orders
from catalog.models import PriceList, Variant
from catalog.services.price_grid import price_at
from orders.models import Order
from orders.services.search import refresh_searches

# Of so many products a small shop sells one variant each.
GOODS = 26
DEAREST_ORDER = Decimal(2500)


@transaction.atomic
def write_history(shop: Shop, *, now: datetime | None = None) -> int:
    """Write the shop's last month. Return how many orders it has; 0 and nothing where there is an order already, or
    the catalogue has too little to sell.
    """
    now = now or timezone.now()
    goods = find_goods()
    if Order.objects.filter(shop=shop).exists() or not goods:
        return 0
    orders = [make_order(past, shop=shop) for past in plan_orders(goods, now=now)]
    _write_orders(orders)
    _write_complaints(orders)
    write_desk(goods, now=now)
    return len(orders)


def find_goods() -> list[Good]:
    """Return what the shop sells: the first good variant of each product, as far as it earns money."""
    variants = Variant.objects.filter(
        active=True, available=True, orderable=True, test_product=False, sample_product=False, gone_at=None
    )
    first = variants.exclude(sku__startswith="SANDBOX-").order_by("product_id", "pk").distinct("product_id")
    goods = [_good(variant) for variant in first.prefetch_related("tiers")]
    return [good for good in goods if good.prices][:GOODS]


def _good(variant: Variant) -> Good:
    lists: dict[str, dict[int, Decimal]] = {name: {} for name in PriceList.values}
    for tier in variant.tiers.all():
        lists[tier.price_list][tier.quantity] = tier.price
    offered = []
    for quantity, price in sorted(lists[PriceList.SALES].items()):
        cost = price_at(lists[PriceList.PURCHASE], quantity)
        if cost is not None and cost < price and price * quantity < DEAREST_ORDER:
            offered.append((quantity, price, cost))
    return Good(variant.sku, variant.name, variant.vendor, variant.personalized, tuple(offered))


def _write_orders(orders: Sequence[Made]) -> None:
    """Write parents before what names them. The timeline tells of these rows, as it does of orders that come in."""
    for made_of in ("lines", "vendor_order", "shipments"):
        number_rows([row for made in orders for row in _some(made, made_of)])
    for made in orders:
        link(made)
    number_rows([push for made in orders for push in made.pushes])
    for made in orders:
        made.attempts = [attempt_of(push) for push in made.pushes]
    with told_by("intake"):
        write_past([made.order for made in orders])
        for rows in _by_model(orders):
            write_past(rows)
    refresh_searches([made.order.pk for made in orders])


def _some(made: Made, name: str) -> Sequence[models.Model]:
    rows: dict[str, Sequence[models.Model]] = {
        "lines": made.rows.lines,
        "vendor_order": [made.vendor_order],
        "shipments": made.shipments,
    }
    return rows[name]


def _by_model(orders: Iterable[Made]) -> list[list[Any]]:
    """Return the rows below the orders, all of one model together, parents first."""
    together = zip(*(made.parts() for made in orders), strict=True)
    return [[row for some in parts for row in some] for parts in together]


def _write_complaints(orders: Sequence[Made]) -> None:
    settled = draw_complaints(orders)
    number_rows([one.complaint for one in settled])
    write_past([one.complaint for one in settled])
    write_past([line for one in settled for line in one.lines])
    write_past([one.refund for one in settled if one.refund])
    write_past([one for row in settled if (one := row.replacement)])
    write_past([event for one in settled for event in one.events()])
