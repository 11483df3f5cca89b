"""mypromo's API in mypromo's words: one method per route.

https://docs.api.mypromo.com/ - all paths below `MYPROMO_URL`, JSON both ways, 500 requests a minute. 401 is an
invalid token, 403 a missing role, 503 maintenance ("try again later", so nothing was done). Every method raises
VendorError. The document names no role for most routes; those of the other role answer 403.
"""

from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

from django.conf import settings

from backoffice.vendors.auth import ClientCredentials
from backoffice.vendors.base import Connection
from backoffice.vendors.bodies import encode
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.mypromo import production_schemas, schemas
from backoffice.vendors.mypromo.accounts import Account
from backoffice.vendors.mypromo.links import path_below
from backoffice.vendors.responses import Response
from backoffice.vendors.session import Pace, VendorSession

Params = dict[str, str]
T = TypeVar("T")

MAX_DOWNLOAD = 25 * 1024 * 1024  # bytes


class MypromoClient:
    """Speaks with mypromo as one client account. Ids are put into paths quoted."""

    def __init__(self, connection: Connection, *, account: Account, pace: Pace | None = None) -> None:
        session = partial(
            VendorSession,
            account.name,
            base_url=account.url,
            connection=connection,
            documented_503=True,
            role=account.role,
            pace=pace,
        )
        # The token's route is the one without authorization, and the one without "v1/".
        auth = ClientCredentials(
            session(),
            tokens=connection.tokens,
            path="oauth/token",
            client_id=account.client_id,
            client_secret=account.client_secret,
            scope=account.scope,
        )
        self.session = session(auth=auth)

    def get_raw(self, path: str, params: Params) -> bytes:
        """GET any route; the body undecoded, for lists that are streamed."""
        return self.session.request("GET", path, params=params).body

    def status(self) -> schemas.Status:
        """GET v1/status: `message` is "OK". The document shows it without a token; one is sent, as by the SDK."""
        return self.session.fetch(schemas.Status, "GET", "v1/status")

    def create_order(self, payload: dict[str, Any]) -> schemas.OrderSchema:
        """POST v1/orders: 201 with the draft. Not idempotent; `reference` finds it again."""
        return self.session.fetch(schemas.OrderSchema, "POST", "v1/orders", body=encode(payload))

    def add_item(self, order_id: str, payload: dict[str, Any]) -> schemas.ItemSchema:
        """POST v1/orders/{id}/items: 201, for stock items 200.

        At most 50 items, one when the order has files. 400 without a contract with the fulfiller. Not idempotent,
        and an item can be neither changed nor removed.
        """
        return self.session.fetch(
            schemas.ItemSchema, "POST", f"{_path('orders', order_id)}/items", body=encode(payload)
        )

    def add_amazon_item(self, order_id: str, payload: dict[str, Any]) -> schemas.ItemSchema:
        """POST v1/orders/{id}/items with `amazon_custom`: "not available yet", so nothing is sent unless set so."""
        if not settings.MYPROMO_AMAZON_CUSTOM:
            raise VendorRejected("mypromo does not take items from Amazon Custom yet; see MYPROMO_AMAZON_CUSTOM.")
        return self.add_item(order_id, payload)

    def submit_order(self, order_id: str) -> schemas.OrderSchema:
        """POST v1/orders/{id}/submit (PATCH after a 405): costs money. The state may be PENDING or PROCESSING."""
        return self._first_allowed(schemas.OrderSchema, ("POST", "PATCH"), f"{_path('orders', order_id)}/submit")

    def cancel_order(self, order_id: str) -> schemas.OrderSchema:
        """PATCH v1/orders/{id}/cancel (PUT after a 405): 422 once production has begun."""
        return self._first_allowed(schemas.OrderSchema, ("PATCH", "PUT"), f"{_path('orders', order_id)}/cancel")

    def get_order(self, order_id: str) -> schemas.OrderSchema:
        """GET v1/orders/{id}: with items, parcels and history."""
        return self.session.fetch(schemas.OrderSchema, "GET", _path("orders", order_id))

    def orders_page(self, params: Params) -> bytes:
        """GET v1/orders: `page`, `per_page` (at most 15), `created_from`, `created_to`, `updated_from`, `updated_to`.

        Dates as Y-m-d. `reference` and `reference2` stand in the example address only.
        """
        return self.get_raw("v1/orders", params)

    def products_page(self, params: Params) -> bytes:
        """GET v1/products: `page`, `per_page`, `shipping_from`, `sku`, `currency`, `lang`, `search`, `available`."""
        return self.get_raw("v1/products", params)

    def product(self, product_id: str, *, lang: str) -> bytes:
        """GET v1/products/{id}: the group with all variants, also when the id is a variant's. 404 if unknown."""
        return self.get_raw(_path("products", product_id), {"lang": lang})

    def inventory_page(self, params: Params) -> bytes:
        """GET v1/inventory: `page`, `per_page`, `sku`; merchants `shipping_from`, fulfillers `sku_fulfiller`."""
        return self.get_raw("v1/inventory", params)

    def prices_page(self, params: Params) -> bytes:
        """GET v1/prices: filters as for the inventory.

        What is paid to the fulfiller is `buying_prices` for merchants and `purchase_prices` for fulfillers.
        """
        return self.get_raw("v1/prices", params)

    def update_inventory(self, payload: dict[str, Any]) -> schemas.Queued:
        """PATCH v1/inventory: at most 500 entries; 400 names those that are wrong and nothing is done (assumed).

        A fulfiller sends availability and stock by `sku` or `sku_fulfiller`, a merchant availability by `sku`.
        """
        return self._patch("v1/inventory", payload)

    def update_prices(self, payload: dict[str, Any]) -> schemas.Queued:
        """PATCH v1/prices: at most 500 entries; 400 as for the inventory.

        A merchant's `retail_prices` change the quantities given. A fulfiller's `buying_prices` and
        `recommended_retail_prices` replace all there were: quantities not given are lost for good.
        """
        return self._patch("v1/prices", payload)

    def update_seo(self, payload: dict[str, Any]) -> schemas.Queued:
        """PATCH v1/seo: at most 500 entries; `overwrites: null` resets all texts and SEO addresses."""
        return self._patch("v1/seo", payload)

    def job(self, job_id: str) -> schemas.JobSchema:
        """GET v1/jobs/{id}: 404 also for a job that is not queued yet."""
        return self.session.fetch(schemas.JobSchema, "GET", _path("jobs", job_id))

    def jobs_page(self, params: Params) -> bytes:
        """GET v1/jobs/ (with that slash): `page`, `per_page`; an empty list is a 404."""
        return self.get_raw("v1/jobs/", params)

    def seo_page(self, params: Params) -> bytes:
        """GET v1/seo: `page`, `per_page`, `sku`."""
        return self.get_raw("v1/seo", params)

    def countries_page(self, params: Params) -> bytes:
        """GET v1/countries: `page`, `per_page`; 251 in all."""
        return self.get_raw("v1/countries", params)

    def country(self, country_id: str) -> schemas.CountrySchema:
        """GET v1/countries/{id}"""
        return self.session.fetch(schemas.CountrySchema, "GET", _path("countries", country_id))

    def states_page(self, params: Params) -> bytes:
        """GET v1/states: `page`, `per_page`; 4,502 in all."""
        return self.get_raw("v1/states", params)

    def state(self, state_id: str) -> schemas.StateSchema:
        """GET v1/states/{id}"""
        return self.session.fetch(schemas.StateSchema, "GET", _path("states", state_id))

    def carriers_page(self, params: Params) -> bytes:
        """GET v1/carriers: `page`, `per_page`; 16 in all."""
        return self.get_raw("v1/carriers", params)

    def carrier(self, carrier_id: str) -> schemas.CarrierSchema:
        """GET v1/carriers/{id}"""
        return self.session.fetch(schemas.CarrierSchema, "GET", _path("carriers", carrier_id))

    def create_editor_user(self) -> schemas.EditorUser:
        """POST v1/editor_user: 201. What the user uploads is at hand in later designs."""
        return self.session.fetch(schemas.EditorUser, "POST", "v1/editor_user")

    def create_design(self, payload: dict[str, Any]) -> schemas.DesignSchema:
        """POST v1/designs: 201 with a draft and the addresses of the editor. 422 for an unknown SKU."""
        return self.session.fetch(schemas.DesignSchema, "POST", "v1/designs", body=encode(payload))

    def design(self, design_id: str) -> schemas.DesignSchema:
        """GET v1/designs/{id}: the SKU may have changed. Each call makes a new token for the CNAME's address."""
        return self.session.fetch(schemas.DesignSchema, "GET", _path("designs", design_id))

    def design_preview(self, design_id: str) -> Response:
        """GET v1/designs/{id}/preview: the file itself, of a kind that the document does not name."""
        return self._file(f"{_path('designs', design_id)}/preview")

    def submit_design(self, design_id: str) -> schemas.DesignSchema:
        """POST v1/designs/{id}/submit (PATCH after a 405): ends the editing, the preview stays."""
        return self._first_allowed(schemas.DesignSchema, ("POST", "PATCH"), f"{_path('designs', design_id)}/submit")

    def production_orders_page(self, params: Params) -> bytes:
        """GET v1/production_orders: filters as for orders, but for the references; at most 15 a page."""
        return self.get_raw("v1/production_orders", params)

    def production_order(self, order_id: str) -> production_schemas.ProductionOrderSchema:
        """GET v1/production_orders/{id}: with items, files, labels, parcels and history."""
        return self.session.fetch(production_schemas.ProductionOrderSchema, "GET", _path("production_orders", order_id))

    def generic_label(self, order_id: str) -> production_schemas.LabelSchema:
        """GET v1/production_orders/{id}/generic_label: has the merchant's system make a label, so it is sent once."""
        path = f"{_path('production_orders', order_id)}/generic_label"
        return self.session.fetch(production_schemas.LabelSchema, "GET", path, has_effect=True)

    def add_shipment(self, order_id: str, payload: dict[str, Any]) -> production_schemas.ProductionShipmentSchema:
        """POST v1/production_orders/{id}/add_shipment: 201. Not idempotent: twice is a re-shipment.

        400 while supplied labels are unused or not downloaded, and for more pieces than remain.
        """
        path = f"{_path('production_orders', order_id)}/add_shipment"
        return self.session.fetch(production_schemas.ProductionShipmentSchema, "POST", path, body=encode(payload))

    def download(self, url: str, *, has_effect: bool = False) -> Response:
        """GET a protected link from an answer. UnsafeUrl for one that is not below our base address.

        Downloading a label announces the parcel to its carrier: `has_effect` keeps such a call from being repeated.
        """
        return self._file(path_below(url, base=self.session.base_url), has_effect=has_effect)

    def _file(self, path: str, *, has_effect: bool = False) -> Response:
        return self.session.request("GET", path, accept="*/*", max_bytes=MAX_DOWNLOAD, has_effect=has_effect)

    def _patch(self, path: str, payload: dict[str, Any]) -> schemas.Queued:
        return self.session.fetch(schemas.Queued, "PATCH", path, body=encode(payload))

    def _first_allowed(self, shape: type[T], methods: tuple[str, str], path: str) -> T:
        """Send with the documented verb, and with the SDK's after a 405, which is certain not to have acted."""
        documented, other = methods
        try:
            return self.session.fetch(shape, documented, path)
        except VendorRejected as error:
            if error.status != 405:
                raise
        return self.session.fetch(shape, other, path)


def _path(route: str, vendor_id: str) -> str:
    """Return the path of one thing. Raises ValueError for an id that would lead elsewhere: "", "." and ".."."""
    if not vendor_id.strip("."):
        raise ValueError(f"not an id: {vendor_id!r}")
    return f"v1/{route}/{quote(vendor_id, safe='')}"
