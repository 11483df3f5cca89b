"""The products every catalogue begins with: the SKUs of the document's examples and the special courses.

What a course does to an order is described in the docstring of `backoffice.sandbox`.
"""

from typing import Any

from backoffice.sandbox.mypromo.catalog import FIRST_VARIANT_ID, Product, Variant
from backoffice.sandbox.mypromo.catalog_words import COLOURS, KINDS, Kind

NO_CONTRACT = "no_contract"
NO_FILE = "no_file"
TRANSFER_ERROR = "transfer_error"
TWO_PARCELS = "two_parcels"
SHORT = "short"
LATE = "late"
FINISH_FIRST = "finish_first"
STUCK = "stuck"
UNDELIVERED = "undelivered"

COURSES: dict[str, str] = {
    "SANDBOX-NO-CONTRACT": NO_CONTRACT,
    "SANDBOX-NO-FILE": NO_FILE,
    "SANDBOX-TRANSFER-ERROR": TRANSFER_ERROR,
    "SANDBOX-TWO-PARCELS": TWO_PARCELS,
    "SANDBOX-SHORT": SHORT,
    "SANDBOX-LATE": LATE,
    "SANDBOX-FINISH-FIRST": FINISH_FIRST,
    "SANDBOX-STUCK": STUCK,
    "SANDBOX-UNDELIVERED": UNDELIVERED,
}

_PEN, _MUG, _UMBRELLA = (next(k for k in KINDS if k.key == key) for key in ("pen", "mug", "umbrella"))

# SKU and what differs from an ordinary variant
_EXAMPLES: tuple[tuple[str, Kind, dict[str, Any]], ...] = (
    (
        "TESTPRODUCT123",
        _PEN,
        {"quantities": (50, 100, 200), "max_qty": 5000, "tier_only": True, "test": True, "price": 14.99},
    ),
    ("TESTPRODUCT555", _PEN, {"quantities": (50, 100, 200), "max_qty": 10_000, "tier_only": True, "test": True}),
    ("TESTPRODUCT999", _MUG, {"stock": 45_010, "test": True}),
    ("TESTPRODUCT777", _MUG, {"stock": 0, "test": True}),
    ("TESTPRODUCT-stock", _UMBRELLA, {"stock": 14_500, "personalized": False, "quantities": (1, 25, 50)}),
    ("TESTPRODUCT-SAMPLE", _PEN, {"sample": True, "quantities": (1,)}),
    ("TPD123LD02LAXALOP", _MUG, {"quantities": (1, 5, 25)}),
)


def fixed_products() -> list[Product]:
    """Return the products of the examples, one each, and one product whose variants are the special courses."""
    products: list[Product] = []
    for sku, kind, data in _EXAMPLES:
        name = f"Testprodukt {sku.removeprefix('TESTPRODUCT').strip('-')}"
        products.append(_product(products, kind, name, [(sku, data)]))
    courses = [(sku, {"course": course, "quantities": (1, 10, 100)}) for sku, course in COURSES.items()]
    products.append(_product(products, _PEN, "Sandbox-Stift", courses))
    return products


def _product(before: list[Product], kind: Kind, name: str, rows: list[tuple[str, dict[str, Any]]]) -> Product:
    first = FIRST_VARIANT_ID + sum(len(p.variants) for p in before)
    variants = [_variant(first + n, sku, kind, name, data) for n, (sku, data) in enumerate(rows)]
    number = len(before)
    return Product(number=number, id=number + 1, kind=kind, name_de=name, name_en=name, variants=variants)


def _variant(key: int, sku: str, kind: Kind, name: str, data: dict[str, Any]) -> Variant:
    colour = COLOURS[key % len(COLOURS)]
    usual: dict[str, Any] = {
        "price": kind.price,
        "quantities": kind.quantities,
        "max_qty": 200_000,
        "fulfillers": (1,),
        "name_de": f"{name} {colour[0]}",
        "name_en": f"{name} {colour[1]}",
        "description_de": f"Beschreibung {name}",
        "description_en": f"Description {name}",
        "has_contract": data.get("course") != NO_CONTRACT,
    }
    return Variant(id=key, sku=sku, kind=kind, colour=colour, **{**usual, **data})
