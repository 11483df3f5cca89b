"""A mypromo catalogue in memory: pages of JSON as the product list gives them, read by the real adapter."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from backoffice.vendors.errors import VendorError
from backoffice.vendors.mypromo.catalog import MarketAbility

SAMPLES = Path(__file__).parent.parent / "samples" / "mypromo"
Product = dict[str, Any]


def sample_product() -> Product:
    """Return the product of the merchant's example."""
    product: Product = json.loads((SAMPLES / "products.list.merchant.200.json").read_bytes())["data"][0]
    return product


def make_product(number: int, *, variants: int = 1, **changes: Any) -> Product:
    """Return the example's product under another number; `changes` go into each of its variants."""
    product = sample_product()
    product["id"] = number
    [example] = product["variants"]
    product["variants"] = [
        copy.deepcopy(example) | {"id": number * 100 + n, "sku": f"SKU-{number}-{n}"} | copy.deepcopy(changes)
        for n in range(1, variants + 1)
    ]
    return product


class Pages:
    """Stands where the HTTP client does: `answer` turns the query into a body, or raises what HTTP would."""

    def __init__(self, answer: Callable[[dict[str, str]], bytes | VendorError]) -> None:
        self.answer = answer
        self.queries: list[dict[str, str]] = []

    def products_page(self, params: dict[str, str]) -> bytes:
        self.queries.append(params)
        if isinstance(answer := self.answer(params), VendorError):
            raise answer
        return answer

    def product(self, product_id: str, *, lang: str) -> bytes:
        return (SAMPLES / "products.get.200.json").read_bytes()


class Catalog(MarketAbility):
    """The adapter's catalogue over a list of products that a test may change between two runs. `elsewhere` are those of
    other listings, by currency and country; a listing that is not there is answered as the usual one.
    """

    name = "mypromo"

    def __init__(self, products: list[Product], *, per_page: int = 2, other_languages: tuple[str, ...] = ()) -> None:
        self.products, self.per_page = products, per_page
        self.translations: dict[str, list[Product]] = {}
        self.elsewhere: dict[tuple[str, str], list[Product]] = {}
        self.broken_pages: dict[int, VendorError | bytes] = {}
        self._languages = ["DE", *other_languages]
        self.client = Pages(self._page)  # type: ignore[assignment]

    @property
    def languages(self) -> list[str]:
        return self._languages

    def _page(self, params: dict[str, str]) -> bytes | VendorError:
        page = int(params["page"])
        if page in self.broken_pages:
            return self.broken_pages[page]
        products = self.translations.get(params["lang"], self.products)
        products = self.elsewhere.get((params.get("currency", "EUR"), params["shipping_from"]), products)
        if sku := params.get("sku"):
            products = [product for product in products if any(v["sku"] == sku for v in product["variants"])]
        last_page = max(1, -(-len(products) // self.per_page))
        data = products[(page - 1) * self.per_page : page * self.per_page]
        meta = {"current_page": page, "last_page": last_page, "per_page": str(self.per_page), "total": len(products)}
        return json.dumps({"data": data, "links": {}, "meta": meta}).encode()
