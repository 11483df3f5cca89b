"""Products, inventory, prices and SEO texts, as merchants and fulfillers read them.

A fulfiller sees the products that are mainly its own. A token with both roles speaks for the merchant unless the query
names `sku_fulfiller`.
"""

from typing import Any

from backoffice.sandbox.mypromo import catalog_views as views
from backoffice.sandbox.mypromo.catalog import Catalogue, Product, Variant
from backoffice.sandbox.mypromo.catalog_prices import RATES
from backoffice.sandbox.mypromo.paging import list_response
from backoffice.sandbox.mypromo.routing import ANY, MERCHANT, Caller, Route
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Request, Response, json_response, message

Place = tuple[int, int]  # number of a product, position of a variant in it


class CatalogRoutes:
    """Reading the catalogue."""

    def __init__(self, *, options: Options, catalogue: Catalogue) -> None:
        self._options = options
        self._catalogue = catalogue

    def routes(self) -> list[Route]:
        """Return the five routes."""
        return [
            Route("GET", "v1/products", ANY, self.list_products),
            Route("GET", "v1/products/{id}", ANY, self.get_product),
            Route("GET", "v1/inventory", ANY, self.list_inventory),
            Route("GET", "v1/prices", ANY, self.list_prices),
            Route("GET", "v1/seo", MERCHANT, self.list_seo),
        ]

    def list_products(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/products`."""
        numbers = self._numbers(request, caller)
        for requested in (request.query.get("sku"), request.query.get("sku_fulfiller", "").removeprefix("F-")):
            if requested:
                place = self._catalogue.place(requested)
                numbers = [n for n in numbers if place and n == place[0]]
        if search := request.query.get("search", "").casefold():
            numbers = [n for n in numbers if search in self._searched(n)]
        if available := request.query.get("available", ""):
            wanted_state = available.lower() in ("true", "1")
            numbers = [n for n in numbers if self._available(n, request, caller) == wanted_state]
        return list_response(request, numbers, lambda n: self._view(request, caller, n), options=self._options)

    def get_product(self, request: Request, caller: Caller, key: int) -> Response:
        """Handle `GET v1/products/{id}`; the id of a variant finds its mother."""
        number = self._catalogue.number_of(key)
        if number is None or (_is_fulfiller(request, caller) and number not in self._numbers(request, caller)):
            return message(404, "Not found.")
        return json_response(200, self._view(request, caller, number, by_id=True))

    def list_inventory(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/inventory`."""
        row = views.fulfiller_inventory_row if _is_fulfiller(request, caller) else views.inventory_row
        places = self._places(request, caller)
        return list_response(request, places, lambda p: row(self._variant(p, caller)), options=self._options)

    def list_prices(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/prices`."""
        row = views.fulfiller_price_row if _is_fulfiller(request, caller) else views.price_row
        places = self._places(request, caller)
        return list_response(request, places, lambda p: row(self._variant(p, caller)), options=self._options)

    def list_seo(self, request: Request, caller: Caller) -> Response:
        """Handle `GET v1/seo`."""
        places = self._places(request, caller)
        return list_response(request, places, lambda p: views.seo_row(self._variant(p, caller)), options=self._options)

    def _numbers(self, request: Request, caller: Caller) -> list[int]:
        if _is_fulfiller(request, caller):
            return self._catalogue.numbers_of(caller.fulfiller)
        return self._catalogue.numbers(request.query.get("shipping_from", "DE").upper())

    def _places(self, request: Request, caller: Caller) -> list[Place]:
        numbers = self._numbers(request, caller)
        requested = request.query.get("sku") or request.query.get("sku_fulfiller", "").removeprefix("F-")
        if requested:
            place = self._catalogue.place(requested)
            return [place] if place and place[0] in numbers else []
        return [(n, position) for n in numbers for position in range(self._catalogue.variant_count(n))]

    def _variant(self, place: Place, caller: Caller) -> Variant:
        return self._catalogue.product(place[0], merchant=caller.name).variants[place[1]]

    def _searched(self, number: int) -> str:
        product = self._catalogue.product(number)
        words = [product.name_de, product.name_en, *(v.sku for v in product.variants)]
        return " ".join(words).casefold()

    def _available(self, number: int, request: Request, caller: Caller) -> bool:
        variants = self._catalogue.product(number, merchant=caller.name).variants
        return any(v.active if _is_fulfiller(request, caller) else v.available for v in variants)

    def _view(self, request: Request, caller: Caller, number: int, *, by_id: bool = False) -> dict[str, Any]:
        is_fulfiller = _is_fulfiller(request, caller)
        product = self._catalogue.product(number, merchant="" if is_fulfiller else caller.name)
        view = self._merchants_view(request, product, by_id=by_id)
        if is_fulfiller:
            view = views.fulfillers_view(view, product, fulfiller=caller.fulfiller)
        if number in self._catalogue.broken:
            view["variants"] = None
        return view

    def _merchants_view(self, request: Request, product: Product, *, by_id: bool) -> dict[str, Any]:
        lang = request.query.get("lang", "EN").upper()
        currency = request.query.get("currency", "EUR").upper()
        return views.product_view(
            product,
            lang=lang if lang in ("DE", "EN") else "EN",
            currency=currency if currency in RATES else "EUR",
            base_url=request.base_url,
            by_id=by_id,
            related=self._related(product.number),
        )

    def _related(self, number: int) -> list[Variant]:
        """Return variants of the next products; the first example product shows its sample."""
        others = [(number + step) % self._catalogue.product_count for step in (1, 2, 3)]
        related = [self._catalogue.product(n).variants[0] for n in others if n not in self._catalogue.removed]
        sample = self._catalogue.find("TESTPRODUCT-SAMPLE")
        return [*related, sample] if sample and number == 0 else related


def _is_fulfiller(request: Request, caller: Caller) -> bool:
    return caller.acts_as_fulfiller(hint="sku_fulfiller" in request.query)
