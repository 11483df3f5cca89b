"""What Example Print sells: printed things and some from stock, on more than one page."""

from typing import Any


def _variant(number: int, **facts: Any) -> dict[str, Any]:
    usual = {
        "id": 1000 + number,
        "sku": f"EX-{number:03d}",
        "name": f"Print {number}",
        "currency": "EUR",
        "prices": [{"quantity": 1, "price": "4.50"}, {"quantity": 100, "price": "2.25"}],
        "printed": True,
        "active": True,
        "stock": None,
        "image": f"https://cdn.example.com/{number}.png",
    }
    return usual | facts


def _product(number: int, *variants: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"Product {number}",
        "description": f"<p>Product {number}, printed on demand.</p>",
        "category": "Prints/Posters",
        "image": f"https://cdn.example.com/p{number}.png",
        "variants": list(variants),
    }


PRODUCTS: list[dict[str, Any]] = [
    *(_product(number, _variant(number)) for number in range(1, 45)),
    _product(45, _variant(45, sku="EX-PEN", name="Pen", printed=False, stock=500)),
    _product(46, _variant(46, sku="EX-REFUSED", name="What is refused")),
]
