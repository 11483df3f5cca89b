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


_MODELS = ("Notar", "Kanzlei", "Hafen", "Frühstück", "Classic", "Muster", "Espresso")


def fixed_products() -> list[Product]:
    """Return the products of the examples, one each, and one product whose variants are the special courses."""
    products: list[Product] = []
    for (sku, kind, data), model in zip(_EXAMPLES, _MODELS, strict=True):
        products.append(_product(products, kind, model, [(sku, data)]))
    courses = [(sku, {"course": course, "quantities": (1, 10, 100)}) for sku, course in COURSES.items()]
    products.append(_product(products, _PEN, "Sandbox", courses))
    return products


def _product(before: list[Product], kind: Kind, model: str, rows: list[tuple[str, dict[str, Any]]]) -> Product:
    names = f"{kind.de} „{model}“", f"{kind.en} “{model}”"
    first = FIRST_VARIANT_ID + sum(len(p.variants) for p in before)
    variants = [_variant(first + n, sku, kind, names, data) for n, (sku, data) in enumerate(rows)]
    number = len(before)
    return Product(number=number, id=number + 1, kind=kind, name_de=names[0], name_en=names[1], variants=variants)


def _variant(key: int, sku: str, kind: Kind, names: tuple[str, str], data: dict[str, Any]) -> Variant:
    name_de, name_en = names
    colour = COLOURS[key % len(COLOURS)]
    usual: dict[str, Any] = {
        "price": kind.price,
        "quantities": kind.quantities,
        "max_qty": 200_000,
        "fulfillers": (1,),
        "name_de": f"{name_de} {colour[0]}",
        "name_en": f"{name_en} {colour[1]}",
        "description_de": f"{name_de} aus {kind.material}.",
        "description_en": f"{name_en} made of {kind.material}.",
        "has_contract": data.get("course") != NO_CONTRACT,
    }
    return Variant(id=key, sku=sku, kind=kind, colour=colour, **{**usual, **data})
