"""mypromo's API in mypromo's words: one method per route of the merchant's side.

https://docs.api.mypromo.com/ - all paths below `MYPROMO_URL`, JSON both ways, 500 requests a minute. 401 is an
invalid token, 403 a missing role, 503 maintenance ("try again later", so nothing was done). Every method raises
VendorError.
"""

from typing import Any
from urllib.parse import quote

from django.conf import settings

from backoffice.vendors.auth import ClientCredentials
from backoffice.vendors.base import Connection
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.mypromo import schemas as theirs
from backoffice.vendors.mypromo.payloads import encode
from backoffice.vendors.session import Authorization, Pace, VendorSession

Params = dict[str, str]


class Client:
    """Speaks with mypromo as one client account. Ids are put into paths quoted."""

    def __init__(self, connection: Connection, *, pace: Pace | None = None) -> None:
        # The token's route is the one without authorization, and the one without "v1/".
        auth = ClientCredentials(
            _session(connection, auth=None, pace=pace),
            tokens=connection.tokens,
            path="oauth/token",
            client_id=settings.MYPROMO_CLIENT_ID,
            client_secret=settings.MYPROMO_CLIENT_SECRET,
            scope="*",
        )
        self.session = _session(connection, auth=auth, pace=pace)

    def get_raw(self, path: str, params: Params) -> bytes:
        """GET any route; the body undecoded, for lists that are streamed."""
        return self.session.request("GET", path, params=params).body

    def status(self) -> theirs.Status:
        """GET v1/status: `message` is "OK". The document shows it without a token; one is sent, as by the SDK."""
        return self.session.fetch(theirs.Status, "GET", "v1/status")

    def create_order(self, payload: dict[str, Any]) -> theirs.Order:
        """POST v1/orders: 201 with the draft. Not idempotent; `reference` finds it again."""
        return self.session.fetch(theirs.Order, "POST", "v1/orders", body=encode(payload))

    def add_item(self, order_id: str, payload: dict[str, Any]) -> theirs.Item:
        """POST v1/orders/{id}/items: 201, for stock items 200.

        At most 50 items, one when the order has files. 400 without a contract with the fulfiller. Not idempotent,
        and an item can be neither changed nor removed.
        """
        return self.session.fetch(theirs.Item, "POST", f"{_order(order_id)}/items", body=encode(payload))

    def submit_order(self, order_id: str) -> theirs.Order:
        """POST v1/orders/{id}/submit (PATCH after a 405): costs money. The state may be PENDING or PROCESSING."""
        return self._first_allowed(("POST", "PATCH"), f"{_order(order_id)}/submit")

    def cancel_order(self, order_id: str) -> theirs.Order:
        """PATCH v1/orders/{id}/cancel (PUT after a 405): 422 once production has begun."""
        return self._first_allowed(("PATCH", "PUT"), f"{_order(order_id)}/cancel")

    def get_order(self, order_id: str) -> theirs.Order:
        """GET v1/orders/{id}: with items, parcels and history."""
        return self.session.fetch(theirs.Order, "GET", _order(order_id))

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
        return self.get_raw(f"v1/products/{_quoted(product_id)}", {"lang": lang})

    def inventory_page(self, params: Params) -> bytes:
        """GET v1/inventory: `page`, `per_page`, `sku`, `shipping_from`."""
        return self.get_raw("v1/inventory", params)

    def prices_page(self, params: Params) -> bytes:
        """GET v1/prices: `page`, `per_page`, `sku`, `shipping_from`. The purchase prices are `buying_prices` here."""
        return self.get_raw("v1/prices", params)

    def seo_page(self, params: Params) -> bytes:
        """GET v1/seo: `page`, `per_page`, `sku`."""
        return self.get_raw("v1/seo", params)

    def countries_page(self, params: Params) -> bytes:
        """GET v1/countries: `page`, `per_page`; 251 in all."""
        return self.get_raw("v1/countries", params)

    def country(self, country_id: str) -> theirs.Country:
        """GET v1/countries/{id}"""
        return self.session.fetch(theirs.Country, "GET", f"v1/countries/{_quoted(country_id)}")

    def states_page(self, params: Params) -> bytes:
        """GET v1/states: `page`, `per_page`; 4,502 in all."""
        return self.get_raw("v1/states", params)

    def state(self, state_id: str) -> theirs.State:
        """GET v1/states/{id}"""
        return self.session.fetch(theirs.State, "GET", f"v1/states/{_quoted(state_id)}")

    def carriers_page(self, params: Params) -> bytes:
        """GET v1/carriers: `page`, `per_page`; 16 in all."""
        return self.get_raw("v1/carriers", params)

    def carrier(self, carrier_id: str) -> theirs.Carrier:
        """GET v1/carriers/{id}"""
        return self.session.fetch(theirs.Carrier, "GET", f"v1/carriers/{_quoted(carrier_id)}")

    def _first_allowed(self, methods: tuple[str, str], path: str) -> theirs.Order:
        """The documented verb, and the SDK's after a 405, which is certain not to have acted."""
        documented, other = methods
        try:
            return self.session.fetch(theirs.Order, documented, path)
        except VendorRejected as error:
            if error.status != 405:
                raise
        return self.session.fetch(theirs.Order, other, path)


def _session(connection: Connection, *, auth: Authorization | None, pace: Pace | None) -> VendorSession:
    return VendorSession(
        "mypromo",
        base_url=settings.MYPROMO_URL,
        connection=connection,
        auth=auth,
        documented_503=True,
        pace=pace,
    )


def _quoted(vendor_id: str) -> str:
    return quote(vendor_id, safe="")


def _order(order_id: str) -> str:
    return f"v1/orders/{_quoted(order_id)}"
