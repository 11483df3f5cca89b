"""How many pieces of a product WooCommerce may sell: what intake would take, so that nothing is sold there and refused
here.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from django.db.models import Count, Q
from django.db.models.functions import Now

from backoffice.accounts.services.markets import main_market
from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.registry import vendors_with
from catalog.models import Variant
from catalog.services.orderable import can_order, can_sell_in
from catalog.services.stock import find_left
from orders.connectors.woocommerce.models import WooConnection, WooProduct

_BATCH = 1000
_READ = ("product_id", "variation_id", "sku", "sent_stock", "stock_is_sent", "stock_sent_at")


def find_differing(connection: WooConnection, products: Collection[WooProduct]) -> list[tuple[WooProduct, int | None]]:
    """Return those of which WooCommerce has another stock than it should, each with that one: None is not counted."""
    levels = find_levels(connection, [product.sku for product in products])
    wanted = [(product, levels.get(product.sku, 0)) for product in products]
    return [(product, level) for product, level in wanted if _is_new(product, level)]


def find_levels(connection: WooConnection, skus: Sequence[str]) -> dict[str, int | None]:
    """Return the pieces of each of our SKUs that can be sold, None where nobody counts them: what stands in stock less
    what open orders take and what is kept back, nothing where too few for an order are left or it cannot be ordered.
    SKUs that are not in the catalogue are missing. A bounded number of queries.
    """
    variants = _variants(skus)
    left, market = find_left(variants.values()), main_market(connection.shop)
    levels: dict[str, int | None] = {}
    for sku, variant in variants.items():
        pieces = left.get((variant.vendor, sku))
        if not (can_order(variant) and can_sell_in(variant, market)):
            pieces = 0
        elif pieces is not None:
            pieces = max(0, pieces - connection.stock_reserve)
            pieces = 0 if pieces < variant.order_min_qty else pieces
        levels[sku] = pieces
    return levels


class ProductCount(NamedTuple):
    """How many products have a SKU of ours and how many do not; how many have their stock, and did not take it."""

    mapped: int
    unmapped: int
    sent: int
    refused: int


def count_products(connection: WooConnection) -> ProductCount:
    """Return how far the products of the shop are mapped and their stock is sent. One query."""
    has_sku = ~Q(sku="")
    found = WooProduct.objects.filter(connection=connection).aggregate(
        mapped=Count("pk", filter=has_sku),
        unmapped=Count("pk", filter=~has_sku),
        sent=Count("pk", filter=has_sku & Q(stock_is_sent=True)),
        refused=Count("pk", filter=has_sku & ~Q(stock_cause="")),
    )
    return ProductCount(**found)


def iter_mapped(connection: WooConnection) -> Iterator[list[WooProduct]]:
    """Yield the products that have a SKU of ours and are not to be left alone for a while, some at a time."""
    last = 0
    rested = Q(stock_retry_at__isnull=True) | Q(stock_retry_at__lte=Now())
    mapped = WooProduct.objects.filter(rested, connection=connection).exclude(sku="").only(*_READ)
    while some := list(mapped.filter(pk__gt=last).order_by("pk")[:_BATCH]):
        yield some
        last = some[-1].pk


def _variants(skus: Sequence[str]) -> dict[str, Variant]:
    """Return the variants by SKU; where several vendors have one, the first of the settings, as for orders."""
    vendors = list(vendors_with(TakesDraftOrders))
    found = Variant.objects.filter(sku__in=set(skus), vendor__in=vendors).prefetch_related("availabilities")
    ordered = sorted(found, key=lambda variant: vendors.index(variant.vendor), reverse=True)
    return {variant.sku: variant for variant in ordered}


def _is_new(product: WooProduct, level: int | None) -> bool:
    if level is None and product.stock_sent_at is None:
        # Whether it counts such a product is the shop's own affair until we have counted it.
        return False
    return not product.stock_is_sent or product.sent_stock != level
