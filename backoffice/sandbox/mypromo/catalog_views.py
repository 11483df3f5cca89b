"""How products, stock, prices and SEO texts are written in answers to merchants and fulfillers.

A fulfiller's products lack `contract` and `overwritten`; its stock and prices name `sku_fulfiller`.
"""

from typing import Any

from backoffice.sandbox.mypromo.catalog import Product, Variant
from backoffice.sandbox.mypromo.catalog_prices import price_list, purchase_tiers, recommended_tiers, rules, sales_list
from backoffice.sandbox.mypromo.catalog_words import FULFILLERS
from backoffice.sandbox.mypromo.pictures import picture_path

_CREATED = "2025-11-11T15:42:36.000000Z"
_CONTRACT_TIMES = {"accepted": "accepted_at", "declined": "declined_at"}


def product_view(
    product: Product, *, lang: str, currency: str, base_url: str, by_id: bool, related: list[Variant]
) -> dict[str, Any]:
    """Write a mother with all its variants; by id the availability has fewer keys, in lower case."""
    first = product.variants[0]
    shown = [
        _variant(v, lang=lang, currency=currency, base_url=base_url, by_id=by_id, related=related)
        for v in product.variants
    ]
    path = product.kind.category_de if lang == "DE" else product.kind.category_en
    return {
        "id": product.id,
        "lang": lang,
        "descriptions": {"name": _name(product, lang), "overwritten": any(v.overwritten for v in product.variants)},
        "categories": _categories(path),
        "media": {"image": _picture(first, base_url), "video": None},
        "variants": shown,
        "created_at": _CREATED,
        "updated_at": max(v.updated_at for v in product.variants),
    }


def fulfillers_view(view: dict[str, Any], product: Product, *, fulfiller: int) -> dict[str, Any]:
    """Write a product, written for a merchant, as its fulfiller sees it: its own details and the default texts."""
    del view["descriptions"]["overwritten"]
    for shown, variant in zip(view["variants"], product.variants, strict=True):
        clients = [c for c in shown["availability"]["clients"] if c["id"] == fulfiller]
        for client in clients:
            del client["contract"]
        shown["availability"] = {"clients": clients}
        shown["available"] = variant.active
        for described in (shown, *(row for rows in shown["relations"].values() for row in rows)):
            described["descriptions"] = {k: v for k, v in described["descriptions"].items() if k != "overwritten"}
    return view


def inventory_row(variant: Variant) -> dict[str, Any]:
    """Write one row of `GET v1/inventory`."""
    managed = variant.stock is not None
    return {"sku": variant.sku, "available": variant.available, "stock": {"managed": managed, "qty": variant.stock}}


def fulfiller_inventory_row(variant: Variant) -> dict[str, Any]:
    """Write one row of `GET v1/inventory` for its fulfiller; available means that it can be ordered."""
    row = inventory_row(variant)
    return {"sku": row.pop("sku"), "sku_fulfiller": variant.sku_fulfiller, **row, "available": variant.active}


def price_row(variant: Variant) -> dict[str, Any]:
    """Write one row of `GET v1/prices`, where the purchase prices are called buying prices."""
    prices = _prices(variant, currency="EUR")
    renamed = {("buying_prices" if name == "purchase_prices" else name): value for name, value in prices.items()}
    return {"sku": variant.sku, "rules": rules(variant), "prices": renamed}


def fulfiller_price_row(variant: Variant) -> dict[str, Any]:
    """Write one row of `GET v1/prices` for its fulfiller, who does not see the merchants' prices."""
    prices = _prices(variant, currency="EUR")
    del prices["sales_prices"]
    return {"sku": variant.sku, "sku_fulfiller": variant.sku_fulfiller, "rules": rules(variant), "prices": prices}


def seo_row(variant: Variant) -> dict[str, Any]:
    """Write one row of `GET v1/seo`."""
    name = variant.name_en
    defaults = {
        "product_name": name,
        "product_description": variant.description_en,
        "product_description_short": f"{name}, printed for you",
        "product_description_secondary": f"From {variant.quantities[0]} pieces",
        "meta_title": name[:60],
        "meta_keywords": f"{variant.kind.en}, {variant.colour[1]}, promotion",
        "meta_description": f"{name} with your print",
    }
    return {"sku": variant.sku, "defaults": defaults, "overwrites": {**dict.fromkeys(defaults), **overwrites(variant)}}


def overwrites(variant: Variant) -> dict[str, str | None]:
    """Return the texts a merchant laid over the defaults; some products begin with a few."""
    if variant.overwrites is not None:
        return variant.overwrites
    if not variant.overwritten:
        return {}
    return {"product_name": f"{variant.name_en} (shop)", "meta_title": f"{variant.name_en[:50]} buy now"}


def _variant(
    variant: Variant, *, lang: str, currency: str, base_url: str, by_id: bool, related: list[Variant]
) -> dict[str, Any]:
    clients = [_client(variant, f, by_id=by_id) for f in variant.fulfillers]
    others = [_relation(v, lang) for v in related if v.id != variant.id]
    intents = ["upload", "customize"] if variant.id % 3 else ["upload"]
    return {
        "id": variant.id,
        "sku": variant.sku,
        "gtin": variant.gtin,
        "active": variant.active,
        "available": variant.available,
        "availability": {"clients": clients},
        "test_product": variant.test,
        "sample_product": variant.sample,
        "personalized": variant.personalized,
        "descriptions": _descriptions(variant, lang),
        "properties": _properties(variant),
        "parts": _parts(variant),
        "media": _media(variant, base_url),
        "prices": _prices(variant, currency=currency),
        "rules": rules(variant),
        "shipping": {
            "shipping_from": FULFILLERS[variant.fulfillers[0] - 1][2],
            "shipping_earliest": variant.days[0],
            "shipping_latest": variant.days[1],
            "express_available": variant.express,
        },
        "relations": {
            "related": others[:2],
            "up-selling": others[1:2],
            "cross-selling": others[2:3],
            "samples": [r for r in others if r["sku"] == "TESTPRODUCT-SAMPLE"],
        },
        "editor": {"available": variant.personalized, "intents": intents if variant.personalized else []},
        "created_at": _CREATED,
        "updated_at": variant.updated_at,
    }


def _name(thing: Product | Variant, lang: str) -> str:
    return thing.name_de if lang == "DE" else thing.name_en


def _categories(path: str) -> list[dict[str, str]]:
    parts = path.split("/")
    return [{"name": "/".join(parts[: n + 1])} for n in range(len(parts))]


def _picture(variant: Variant, base_url: str, view: int = 0) -> str:
    return base_url + picture_path(variant.kind.key, variant.colour[2], view=view)


def _media(variant: Variant, base_url: str) -> dict[str, Any]:
    sheet = f"{base_url}v1/s{variant.id}" if variant.id % 4 == 0 else None
    return {
        "image": _picture(variant, base_url),
        "additional_images": [_picture(variant, base_url, view) for view in range(1, 1 + variant.id % 3)],
        "video": None,
        "additional_videos": [],
        "download_pdf": None,
        "download_indesign": None,
        "download_datasheet": sheet,
    }


def _client(variant: Variant, fulfiller: int, *, by_id: bool) -> dict[str, Any]:
    key, name, country, _ = FULFILLERS[fulfiller - 1]
    state = variant.contract_of(fulfiller)
    contract_id = f"F{key:03d}" if state else None
    base: dict[str, Any] = {"id": key, "type": "fulfiller", "name": name}
    if by_id:
        return {**base, "shipping_from": country, "contract_id": contract_id, "contract": _contract(state, by_id=True)}
    return {
        **base,
        "sku_fulfiller": variant.sku_fulfiller,
        "available": variant.active and variant.stock != 0,
        "stock": {"managed": variant.stock is not None, "qty": variant.stock or 0},
        "shipping_from": country,
        "contract_id": contract_id,
        "contract": _contract(state, by_id=False),
    }


def _contract(state: str | None, *, by_id: bool) -> dict[str, Any] | None:
    if state is None:
        return None
    contract: dict[str, Any] = {
        "status": state if by_id else state.upper(),
        "requested_at": _CREATED,
        "accepted_at": None,
        "canceled_at": None,
        "declined_at": None,
    }
    if state in _CONTRACT_TIMES:
        contract[_CONTRACT_TIMES[state]] = _CREATED
    if by_id:
        del contract["declined_at"]
    return contract


def _descriptions(variant: Variant, lang: str) -> dict[str, Any]:
    texts: dict[str, Any] = {
        "name": _name(variant, lang),
        "description": variant.description_de if lang == "DE" else variant.description_en,
        "description_short": None if variant.id % 3 else _name(variant, lang)[:80],
        "description_secondary": f"{variant.kind.material}, {variant.kind.weight} g",
    }
    written = variant.overwrites or {}
    texts |= {name: text for name in texts if (text := written.get(f"product_{name}")) is not None}
    return {**texts, "overwritten": variant.overwritten}


def _relation(variant: Variant, lang: str) -> dict[str, Any]:
    return {"id": variant.id, "sku": variant.sku, "descriptions": _descriptions(variant, lang)}


def _properties(variant: Variant) -> list[dict[str, Any]]:
    height, width, depth = variant.kind.size
    values: dict[str, Any] = {
        "width": width,
        "height": height,
        "depth": depth,
        "weight": variant.kind.weight,
        "color": variant.colour[1],
        "material": variant.kind.material,
        "superdark": variant.colour[1] == "black",
        "diameter": 3.14159265359,
    }
    if variant.id % 5 == 0:
        values["size"] = "42"  # a number written as text
    return [{"property": name, "value": value} for name, value in values.items()]


def _parts(variant: Variant) -> list[dict[str, Any]]:
    if not variant.personalized:
        return []
    height, width, _ = variant.kind.size
    area = {"width": int(width), "height": int(height), "bleed": 0, "pages": 1}
    names = (("Body", "body"), ("Clip", "clip")) if variant.kind.key == "pen" else (("Front", "front"),)
    # both parts of the document's example carry the same id
    return [
        {"id": 40, "name": name, "key": key, "printing_method": variant.kind.method, "requirements": dict(area)}
        for name, key in names
    ]


def _prices(variant: Variant, *, currency: str) -> dict[str, Any]:
    return {
        "currency": currency,
        "purchase_prices": price_list(purchase_tiers(variant), currency=currency),
        "recommended_retail_prices": price_list(recommended_tiers(variant), currency=currency),
        "sales_prices": sales_list(variant, currency=currency),
    }
