"""What an order needs to know of a variant, read at once: every order that comes in waits for this."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db import connection

from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.registry import vendors_with
from catalog.models import Availability, PriceList, PriceTier, Variant
from catalog.services.stock import Stock


class Tier(NamedTuple):
    """As `PriceTier`: the net unit price from a quantity on."""

    price_list: PriceList
    quantity: int
    price: Decimal


@dataclass(frozen=True)
class OrderableVariant:
    """The fields of `Variant` of the same names. `tiers` are those of the purchase prices, by quantity; `stock` is None
    where nobody counts it; `ships_from` are the countries of those who make it for us, None where nobody says.
    """

    id: int
    vendor: str
    sku: str
    name: str
    active: bool
    available: bool
    orderable: bool
    test_product: bool
    sample_product: bool
    express_available: bool
    currency: str
    listed_from: str
    changed_at: datetime
    gone_at: datetime | None
    personalized: bool
    editor_intents: list[str]
    order_min_qty: int
    order_max_qty: int | None
    tier_price_qty_only: bool
    stock: Stock | None
    ships_from: list[str] | None
    tiers: tuple[Tier, ...]


_COLUMNS = [field.name for field in fields(OrderableVariant) if field.name not in ("stock", "ships_from", "tiers")]
# By hand: the ORM takes ten times as long to build it as PostgreSQL to answer it.
_SQL = f"""
    SELECT {", ".join(f"variant.{name}" for name in _COLUMNS)}, countries, largest, together, tier.quantity, price
    FROM {Variant._meta.db_table} variant
    LEFT JOIN LATERAL (
        SELECT array_agg(shipping_from) AS countries,
            CASE WHEN bool_and(stock_managed IS TRUE AND stock_qty IS NOT NULL) THEN max(stock_qty) END AS largest,
            sum(stock_qty) AS together
        FROM {Availability._meta.db_table}
        WHERE variant_id = variant.id AND available IS NOT FALSE AND contract_state IN ('', 'accepted')
    ) stock ON true
    LEFT JOIN {PriceTier._meta.db_table} tier ON tier.variant_id = variant.id AND price_list = '{PriceList.PURCHASE}'
    WHERE variant.sku = ANY(%s) AND variant.vendor = ANY(%s)
    ORDER BY variant.id, tier.quantity
"""  # noqa: S608 - the names of our own tables


class Offers(dict[str, OrderableVariant]):
    """The variants by SKU, of several that of the first vendor; `every` has all of them, by vendor and SKU."""

    def __init__(self, every: Iterable[OrderableVariant], *, vendors: Sequence[str]) -> None:
        self.every = {(one.vendor, one.sku): one for one in every}
        ordered = sorted(self.every.values(), key=lambda one: vendors.index(one.vendor), reverse=True)
        super().__init__((one.sku, one) for one in ordered)

    def of(self, vendor: str, sku: str) -> OrderableVariant | None:
        """Return that vendor's, of another one where it has none."""
        return self.every.get((vendor, sku)) or self.get(sku)


def find_variant_data(skus: Iterable[str], *, vendors: Sequence[str]) -> Offers:
    """Return what these vendors offer of the SKUs. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [list(skus), list(vendors)])
        rows = cursor.fetchall()
    return Offers((_read(list(own)) for _pk, own in groupby(rows, key=itemgetter(0))), vendors=vendors)


def find_variants(skus: Collection[str]) -> Offers:
    """Return the variants by SKU, with what we pay; where several vendors have one, the first of the settings."""
    return find_variant_data(skus, vendors=vendors_with(TakesDraftOrders)) if skus else Offers((), vendors=())


def _read(rows: list[tuple[Any, ...]]) -> OrderableVariant:
    """Return the rows of one variant, one for each tier."""
    data = dict(zip(_COLUMNS, rows[0], strict=False))
    countries, largest, together = rows[0][-5:-2]
    stock = None if largest is None else Stock(largest, together)
    data["editor_intents"] = json.loads(data["editor_intents"])
    tiers = tuple(Tier(PriceList.PURCHASE, *row[-2:]) for row in rows if row[-2] is not None)
    return OrderableVariant(**data, stock=stock, ships_from=countries, tiers=tiers)
