"""Production orders as a fulfiller meets them, made on demand: each goes the whole way of a merchant's order.

The merchant is an account nobody can speak for, so that no merchant under test finds orders it did not place.
"""

from collections.abc import Iterator
from typing import Any

from backoffice.sandbox.mypromo.catalog import Catalogue, Variant
from backoffice.sandbox.mypromo.catalog_fixed import LATE
from backoffice.sandbox.mypromo.designs import Designs
from backoffice.sandbox.mypromo.life import Life
from backoffice.sandbox.mypromo.order_store import OrderStore
from backoffice.sandbox.mypromo.orders import Orders
from backoffice.sandbox.mypromo.production_store import ProductionStore
from backoffice.sandbox.mypromo.routing import MERCHANT, Caller
from backoffice.sandbox.options import Client
from backoffice.sandbox.wire import Request, Response, dumps

KINDS = (
    "plain", "several", "design", "label", "two_labels", "generic", "express", "late", "complaint", "open_label",
    "long_names", "stock",
)  # fmt: skip

_MERCHANT = Caller(Client(client_id="900", client_secret=""), (MERCHANT,))
_FILES = "https://files.example.com/"
_SLIP = {"url": f"{_FILES}slip.pdf", "type": "deliverySlip"}
_PEOPLE: tuple[dict[str, Any], ...] = (
    {"firstname": "Jana", "lastname": "Größer", "street": "Hauptstraße 42", "zip": "10115", "city": "Berlin"},
    {"company": "Bäckerei Süß & Söhne GmbH", "street": "Am Öhrli 3", "zip": "9000", "city": "St. Gallen",
     "country_code": "CH"},
    {"firstname": "Zoë", "lastname": "O'Brien-Łukasiewicz", "street": "1 <b>High</b> St", "zip": "SW1A 1AA",
     "city": "London", "country_code": "GB"},
    {"lastname": "محمد", "street": "Rue de l'Étoile 7", "zip": "75008", "city": "Paris", "country_code": "FR"},
)  # fmt: skip
_LONG = {
    "company": "Vereinigte Werbemittelfabriken",  # 30 characters, the most an address takes
    "firstname": "Maximiliane-Friederike-Charlot",
    "lastname": "von Hohenstein-Waldburg-Zeiler",
    "street": "Prof.-Dr.-Helmut-Schmidt-Ring ",
    "care_of": "Hinterhaus, 3. Etage, Aufgang ",
    "zip": "1234567890",
    "city": "Hellschen-Heringsand-Unterscha",
}


class ProductionExamples:
    """Makes production orders with what is awkward about real ones."""

    def __init__(
        self,
        *,
        orders: Orders,
        designs: Designs,
        life: Life,
        store: OrderStore,
        production: ProductionStore,
        catalogue: Catalogue,
    ) -> None:
        self._orders = orders
        self._designs = designs
        self._life = life
        self._store = store
        self._production = production
        self._catalogue = catalogue

    def make(self, count: int, *, fulfiller: int = 1, kind: str = "", generic_url: str = "") -> list[int]:
        """Return the ids of new production orders, of one kind or of all kinds in turn. Raises ValueError.

        `generic_url` is where generic labels are asked for; it is meant for a receiver on loopback.
        """
        if kind and kind not in KINDS:
            raise ValueError(f"unknown kind: {kind}")
        made: list[int] = []
        variants = list(self._orderable(fulfiller))
        for _ in range(count):
            serial = self._store.next_id("example")
            chosen = kind or KINDS[(serial - 1) % len(KINDS)]
            order = self._place(serial, chosen, variants, generic_url=generic_url)
            made += [row["id"] for row in self._production.of_order(order)]
        return made

    def _orderable(self, fulfiller: int) -> Iterator[Variant]:
        for number in self._catalogue.numbers_of(fulfiller):
            for variant in self._catalogue.product(number).variants:
                enough = variant.stock is None or variant.stock >= variant.quantities[-1]
                if variant.active and enough and variant.orderable() and not variant.course:
                    yield variant

    def _place(self, serial: int, kind: str, variants: list[Variant], *, generic_url: str) -> int:
        asked = self._order(serial, kind, generic_url=generic_url)
        key = int(_json(self._orders.create(_request(asked), _MERCHANT))["id"])
        for n in range(3 if kind == "several" else 1):
            variant = _chosen(kind, variants, serial * 7 + n * 5)
            _json(self._orders.add_item(_request(self._item(kind, variant, n)), _MERCHANT, key))
        order = self._store.held[key]
        if kind == "late":
            order["items"][0]["course"] = LATE
        self._life.hurry(order)
        return key

    def _order(self, serial: int, kind: str, *, generic_url: str) -> dict[str, Any]:
        code = f"00340434{serial:012d}"
        labels: dict[str, list[dict[str, Any]]] = {
            "label": [_SLIP, _label(1, carrier="dhl", tracking_code=code)],
            "two_labels": [
                _label(1, carrier="ups", tracking_code=f"1Z{code[-14:]}"),
                _label(2, carrier="UPS", tracking_code=f"1Y{code[-14:]}"),
            ],
            "open_label": [_label(1)],
            "late": [_SLIP],
        }
        person = _LONG if kind == "long_names" else _PEOPLE[serial % len(_PEOPLE)]
        generic = {"url": generic_url or f"{_FILES}label/{serial}"}
        return {
            "reference": f"P-{serial:05d}",
            "recipient": {"country_code": "DE"} | person,
            "fake_shipment": False,
            "express_production": kind == "express",
            "express_shipping": kind == "express",
            "complaint": kind == "complaint",
            "files": labels.get(kind, []),
            "generic_label": generic if kind == "generic" else None,
            "comment": "Bitte neutral verpacken" if kind == "plain" else None,
            "custom_properties": [{"key": "campaign", "value": "Herbst & <i>Winter</i>"}],
        }

    def _item(self, kind: str, variant: Variant, place: int) -> dict[str, Any]:
        item: dict[str, Any] = {
            "reference": str(place + 1),
            "quantity": variant.quantities[place % len(variant.quantities)],
            "customs": {"description": "Printed matter, n.e.s.", "number": "49119900", "origin": "DE"}
            | {"currency": "EUR", "amount": 10.5},
            "custom_properties": [{"key": "line", "value": str(place + 1)}],
        }
        if kind == "design" and variant.personalized:
            return item | {"designs": [{"id": self._design(variant)}]}
        files = [{"url": f"{_FILES}{variant.sku}.pdf", "type": "front"}] if variant.personalized else []
        return item | {"sku": variant.sku, "files": files}

    def _design(self, variant: Variant) -> int:
        user = _json(self._designs.create_user(_request({}), _MERCHANT))["editor_user_hash"]
        asked = {"sku": variant.sku, "editor_user_hash": user, "return_url": "https://shop.example.com/"}
        key = int(_json(self._designs.create(self._at_home(asked), _MERCHANT))["id"])
        self._designs.submit(_request({}), _MERCHANT, key)
        return key

    def _at_home(self, body: dict[str, Any]) -> Request:
        return Request(method="POST", path="", body=dumps(body), base_url=self._store.public_url)


def _chosen(kind: str, variants: list[Variant], number: int) -> Variant:
    if kind == "long_names":
        return max(variants, key=lambda v: len(v.name_de))
    fitting = [v for v in variants if v.personalized == (kind != "stock")] or variants
    return fitting[number % len(fitting)]


def _label(number: int, **data: str) -> dict[str, Any]:
    return {"url": f"{_FILES}label-{number}.pdf", "type": "label", **data}


def _request(body: dict[str, Any]) -> Request:
    return Request(method="POST", path="", body=dumps(body))


def _json(response: Response) -> dict[str, Any]:
    answer = Request(method="", path="", body=response.whole()).json()
    if response.status >= 300:
        raise ValueError(f"the example was refused: {answer}")
    return answer
