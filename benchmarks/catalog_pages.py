"""A made-up mypromo catalogue as the pages of its product list: the bytes that the measurement starts from."""

import json
from collections.abc import Iterator

VARIANTS_PER_PRODUCT = 5
PRODUCTS_PER_PAGE = 250
QUANTITIES = (50, 100, 500)
PRICE_LISTS = {"purchase_prices": 1.0, "recommended_retail_prices": 3.0, "sales_prices": 2.5}
TIERS_PER_VARIANT = len(QUANTITIES) * len(PRICE_LISTS)


def page_count(variants: int) -> int:
    return -(-variants // (VARIANTS_PER_PRODUCT * PRODUCTS_PER_PAGE))


def make_pages(variants: int) -> Iterator[bytes]:
    """Yield the pages of a catalogue of that many variants, made one by one."""
    products = variants // VARIANTS_PER_PRODUCT
    for page in range(1, page_count(variants) + 1):
        first = (page - 1) * PRODUCTS_PER_PAGE
        data = [_product(number) for number in range(first, min(first + PRODUCTS_PER_PAGE, products))]
        meta = {"current_page": page, "last_page": page_count(variants), "total": products}
        yield json.dumps({"data": data, "links": {}, "meta": meta}, ensure_ascii=False).encode()


def _product(number: int) -> dict[str, object]:
    first = number * VARIANTS_PER_PRODUCT
    return {
        "id": number + 1,
        "lang": "DE",
        "descriptions": {"name": f"Kugelschreiber Größe {number}", "overwritten": False},
        "categories": [{"name": "Büro"}, {"name": "Büro/Schreibgeräte"}],
        "media": {"image": f"https://storage.example.com/{number}.jpg", "video": None},
        "variants": [_variant(first + offset) for offset in range(VARIANTS_PER_PRODUCT)],
        "created_at": "2020-02-25T23:59:59.000000Z",
        "updated_at": "2020-02-25T23:59:59.000000Z",
    }


def _variant(number: int) -> dict[str, object]:
    price = 1 + number % 1000 / 100
    return {
        "id": 1_000_000 + number,
        "sku": f"MP-F1-C{number:07}",
        "gtin": None,
        "active": True,
        "available": True,
        "availability": {
            "clients": [
                {
                    "id": 1,
                    "type": "fulfiller",
                    "name": "Fulfiller",
                    "sku_fulfiller": f"F-{number}",
                    "available": True,
                    "stock": {"managed": True, "qty": number % 5000},
                    "shipping_from": "DE",
                    "contract_id": "F1",
                    "contract": {"status": "ACCEPTED", "accepted_at": "2021-01-11T15:42:36.000000Z"},
                }
            ]
        },
        "test_product": False,
        "sample_product": False,
        "personalized": True,
        "descriptions": {
            "name": f"Kugelschreiber Größe {number}, blau",
            "description": "<p>Schreibt <b>lange</b> und liegt gut in der Hand.</p>" * 3,
            "description_short": None,
            "description_secondary": "Mit Ihrem Logo bedruckt.",
            "overwritten": False,
        },
        "properties": [{"name": "width", "value": 210}, {"name": "color", "value": "blue"}],
        "parts": [],
        "media": {"image": f"https://storage.example.com/v{number}.jpg", "additional_images": []},
        "prices": {"currency": "EUR"}
        | {
            name: [
                {"qty": quantity, "price": round(price * factor * 50 / quantity + 0.5, 2)} for quantity in QUANTITIES
            ]
            for name, factor in PRICE_LISTS.items()
        },
        "rules": {"order_min_qty": 50, "order_max_qty": 5000, "tier_price_qty_only": True},
        "shipping": {"shipping_from": "DE", "shipping_earliest": 3, "shipping_latest": 5, "express_available": False},
        "relations": {"related": []},
        "editor": {"available": True, "intents": ["upload", "customize"]},
    }
