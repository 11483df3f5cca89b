"""The least that brings the same rows in: decode, COPY into temporary tables, INSERT … ON CONFLICT. The limit."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.db import connection, transaction
from django.utils import timezone

from backoffice.vendors.mypromo import catalog_schemas

_JSON = msgspec.json.Encoder()
_PRODUCT = "vendor vendor_id name image_url video_url content_hash changed_at created_at"
_VARIANT = (
    "product_id vendor vendor_id sku gtin name active available orderable test_product sample_product personalized"
    " editor_intents currency order_min_qty order_max_qty tier_price_qty_only shipping_from shipping_earliest_days"
    " shipping_latest_days express_available image_url media properties parts content_hash changed_at created_at"
)
_LISTS = (
    ("purchase", "purchase_prices"),
    ("recommended", "recommended_retail_prices"),
    ("sales", "sales_prices"),
)


class _Page(msgspec.Struct):
    data: list[catalog_schemas.ProductSchema]


_PAGE = msgspec.json.Decoder(_Page, strict=False)


def bring_in(pages: Iterable[bytes]) -> None:
    """Sync every page in a transaction of its own."""
    for body in pages:
        with transaction.atomic():
            _write(_PAGE.decode(body).data)


def _write(products: list[Any]) -> None:
    now = timezone.now()
    groups = [
        ("mypromo", str(p.id), p.descriptions.name, p.media.image, p.media.video or "", "", now, now) for p in products
    ]
    ids = _upsert("catalog_product", _PRODUCT, groups, key="vendor, vendor_id", returning="vendor_id, id")
    _upsert(
        "catalog_producttext",
        "product_id language name overwritten source_hash",
        [(ids[str(p.id)], "DE", p.descriptions.name, False, "") for p in products],
        key="product_id, language",
    )
    categories = {c.name for p in products for c in p.categories}
    known = _upsert(
        "catalog_category",
        "vendor path",
        [("mypromo", path) for path in categories],
        key="vendor, path",
        returning="path, id",
    )
    _upsert(
        "catalog_product_categories",
        "product_id category_id",
        [(ids[str(p.id)], known[c.name]) for p in products for c in p.categories],
        key="product_id, category_id",
    )
    variants = [(v, ids[str(p.id)]) for p in products for v in p.variants]
    _write_variants(variants, now=now)


def _write_variants(variants: list[tuple[Any, int]], *, now: Any) -> None:
    rows = [
        (
            product_id, "mypromo", str(v.id), v.sku, v.gtin or "", v.descriptions.name, v.active, v.available, True,
            v.test_product, v.sample_product, v.personalized, _json(v.editor.intents), v.prices.currency,
            v.rules.order_min_qty, v.rules.order_max_qty, v.rules.tier_price_qty_only, v.shipping.shipping_from,
            v.shipping.shipping_earliest, v.shipping.shipping_latest, v.shipping.express_available, v.media.image,
            "{}", _json([{"name": p.property, "value": p.value} for p in v.properties]), "[]", "", now, now,
        )
        for v, product_id in variants
    ]  # fmt: skip
    ids = _upsert("catalog_variant", _VARIANT, rows, key="vendor, sku", returning="sku, id")
    _upsert(
        "catalog_pricetier",
        "variant_id price_list quantity price",
        [
            (ids[v.sku], name, tier.qty, tier.price)
            for v, _ in variants
            for name, field in _LISTS
            for tier in getattr(v.prices, field)
        ],
        key="variant_id, price_list, quantity",
    )
    _upsert(
        "catalog_varianttext",
        "variant_id language name description description_short description_secondary overwritten",
        [
            (
                ids[v.sku],
                "DE",
                d.name,
                d.description or "",
                d.description_short or "",
                d.description_secondary or "",
                False,
            )
            for v, _ in variants
            for d in [v.descriptions]
        ],
        key="variant_id, language",
    )
    _upsert(
        "catalog_availability",
        "variant_id fulfiller_id fulfiller_name sku_fulfiller available stock_managed stock_qty shipping_from"
        " contract_id contract_state",
        [
            (
                ids[v.sku], str(c.id), c.name, c.sku_fulfiller, c.available, c.stock.managed, c.stock.qty,
                c.shipping_from, c.contract_id, c.contract.status.lower(),
            )
            for v, _ in variants
            for c in v.availability.clients
        ],
        key="variant_id, fulfiller_id",
    )  # fmt: skip


def _upsert(table: str, columns: str, rows: list[Any], *, key: str, returning: str = "") -> dict[str, int]:
    names = columns.replace(" ", ", ")
    first, *_ = columns.split()
    values = [name for name in columns.split() if name not in key.split(", ")]
    then = ", ".join(f"{name} = EXCLUDED.{name}" for name in values)
    # Something has to be updated for RETURNING to answer with every row.
    action = f"DO UPDATE SET {then or f'{first} = EXCLUDED.{first}'}"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE IF NOT EXISTS bare_{table} ON COMMIT DELETE ROWS AS"
            f" SELECT {names} FROM {table} WITH NO DATA"
        )
        with cursor.copy(f"COPY bare_{table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        answer = f" RETURNING {returning}" if returning else ""
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM bare_{table} ON CONFLICT ({key}) {action}{answer}"
        )
        return dict(cursor.fetchall()) if returning else {}


def _json(value: Any) -> str:
    return _JSON.encode(value).decode()
