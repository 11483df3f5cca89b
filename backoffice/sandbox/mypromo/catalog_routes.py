"""Products, inventory, prices and SEO texts, as a merchant reads them."""

from typing import Any

from backoffice.sandbox.mypromo.catalog import Catalogue, Variant
from backoffice.sandbox.mypromo.catalog_views import RATES, inventory_row, price_row, product_view, seo_row
from backoffice.sandbox.mypromo.paging import list_response
from backoffice.sandbox.mypromo.routing import MERCHANT, Caller, Route
from backoffice.sandbox.options import Options
from backoffice.sandbox.wire import Request, Response, json_response, message


class CatalogRoutes:
    """The merchant's side of the catalogue."""

    def __init__(self, *, options: Options, catalogue: Catalogue) -> None:
        self._options = options
        self._catalogue = catalogue

    def routes(self) -> list[Route]:
        """Return the five routes."""
        return [
            Route("GET", "v1/products", MERCHANT, self.list_products),
            Route("GET", "v1/products/{id}", MERCHANT, self.get_product),
            Route("GET", "v1/inventory", MERCHANT, self.list_inventory),
            Route("GET", "v1/prices", MERCHANT, self.list_prices),
            Route("GET", "v1/seo", MERCHANT, self.list_seo),
        ]

    def list_products(self, request: Request, caller: Caller) -> Response:
        """Answer `GET v1/products`."""
        numbers = self._catalogue.numbers(request.query.get("shipping_from", "DE").upper())
        for wanted in (request.query.get("sku"), request.query.get("sku_fulfiller", "").removeprefix("F-")):
            if wanted:
                place = self._catalogue.place(wanted)
                numbers = [n for n in numbers if place and n == place[0]]
        if search := request.query.get("search", "").casefold():
            numbers = [n for n in numbers if search in self._searched(n)]
        if available := request.query.get("available", ""):
            wanted_state = available.lower() in ("true", "1")
            numbers = [n for n in numbers if self._available(n) == wanted_state]
        return list_response(request, numbers, lambda n: self._view(request, n), options=self._options)

    def get_product(self, request: Request, caller: Caller, key: int) -> Response:
        """Answer `GET v1/products/{id}`; the id of a variant finds its mother."""
        number = self._catalogue.number_of(key)
        if number is None:
            return message(404, "Not found.")
        return json_response(200, self._view(request, number, by_id=True))

    def list_inventory(self, request: Request, caller: Caller) -> Response:
        """Answer `GET v1/inventory`."""
        places = self._places(request, request.query.get("shipping_from", "DE").upper())
        return list_response(request, places, lambda p: inventory_row(self._variant(p)), options=self._options)

    def list_prices(self, request: Request, caller: Caller) -> Response:
        """Answer `GET v1/prices`."""
        places = self._places(request, request.query.get("shipping_from", "DE").upper())
        return list_response(request, places, lambda p: price_row(self._variant(p)), options=self._options)

    def list_seo(self, request: Request, caller: Caller) -> Response:
        """Answer `GET v1/seo`."""
        places = self._places(request, "DE")
        return list_response(request, places, lambda p: seo_row(self._variant(p)), options=self._options)

    def _places(self, request: Request, country: str) -> list[tuple[int, int]]:
        numbers = self._catalogue.numbers(country)
        if sku := request.query.get("sku"):
            place = self._catalogue.place(sku)
            return [place] if place and place[0] in numbers else []
        return [(n, position) for n in numbers for position in range(self._catalogue.variant_count(n))]

    def _variant(self, place: tuple[int, int]) -> Variant:
        return self._catalogue.product(place[0]).variants[place[1]]

    def _searched(self, number: int) -> str:
        product = self._catalogue.product(number)
        words = [product.name_de, product.name_en, *(v.sku for v in product.variants)]
        return " ".join(words).casefold()

    def _available(self, number: int) -> bool:
        return any(v.available for v in self._catalogue.product(number).variants)

    def _view(self, request: Request, number: int, *, by_id: bool = False) -> dict[str, Any]:
        lang = request.query.get("lang", "EN").upper()
        currency = request.query.get("currency", "EUR").upper()
        view = product_view(
            self._catalogue.product(number),
            lang=lang if lang in ("DE", "EN") else "EN",
            currency=currency if currency in RATES else "EUR",
            base_url=request.base_url,
            by_id=by_id,
            related=self._related(number),
        )
        if number in self._catalogue.broken:
            view["variants"] = None
        return view

    def _related(self, number: int) -> list[Variant]:
        """Return variants of the next products; the first example product shows its sample."""
        others = [(number + step) % self._catalogue.product_count for step in (1, 2, 3)]
        related = [self._catalogue.product(n).variants[0] for n in others if n not in self._catalogue.removed]
        sample = self._catalogue.find("TESTPRODUCT-SAMPLE")
        return [*related, sample] if sample and number == 0 else related
