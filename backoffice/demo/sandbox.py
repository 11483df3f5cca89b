"""The demo's hands on the sandbox: what shoppers and other merchants do there."""

import json
import urllib.request
from collections.abc import Mapping, Sequence
from urllib.parse import urljoin

# One production order of each kind that looks different at the desk.
KINDS = ("express", "late", "design", "label", "two_labels", "generic", "several", "complaint", "plain")
SIGN: dict[str, object] = {
    "title": "Neon sign “Open late”",
    "description": "Warm white neon, 80 cm wide, on clear acrylic.",
    "price": 24900,
    "compare_price": 29900,
}


class Sandbox:
    """The sandbox that replays the vendors, found from the address of one of them. Everything raises OSError."""

    def __init__(self, vendor_url: str) -> None:
        self.control = urljoin(vendor_url, "/_sandbox/")

    def make_production_orders(self) -> int:
        """Have other merchants order one thing of each kind; return how many."""
        for kind in KINDS:
            self._send("POST", "production_orders", {"count": 1, "kind": kind})
        return len(KINDS)

    def design_sign(self, *, product_url: str) -> None:
        """Have a shopper finish the design of a sign: the vendor asks `product_url`, our callback, for its id."""
        self._send("PATCH", "sign-customiser/settings", {"product_url": product_url})
        self._send("POST", "sign-customiser/design", SIGN)

    def fill_in_form(self) -> None:
        """Have a shopper request what the designer cannot do: whoever subscribed to forms is notified."""
        self._send("POST", "sign-customiser/form", {})

    def take_webhooks(self, *, secret: str) -> None:
        """Give the storefront the secret by which it verifies webhooks."""
        self._send("PATCH", "storefront/settings", {"secret": secret})

    def open_shop(self, *, url: str, key: str) -> None:
        """Give the storefront's server the back office's address and the shop's key, which its page never sees."""
        self._send("PATCH", "storefront/backend", {"url": url, "key": key})

    def publish_reviews(self, reviews: Sequence[Mapping[str, object]], *, site: str, product_id: int | None) -> None:
        """Have the vendor publish what customers wrote of a product, or of the shop itself."""
        for review in reviews:
            self._send("POST", "guaranteed-reviews/reviews", {**review, "site": site, "product": product_id})

    def offer_at_woocommerce(self, products: Sequence[Mapping[str, object]]) -> None:
        """Put products on sale in the shop that runs on WooCommerce."""
        self._send("POST", "woocommerce/products", {"products": list(products)})

    def buy_at_woocommerce(self, **order: object) -> None:
        """Have a customer buy there; `order` is what is different from an ordinary one."""
        self._send("POST", "woocommerce/orders", order)

    def _send(self, method: str, path: str, body: dict[str, object]) -> None:
        headers = {"Content-Type": "application/json"}
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data, headers, method=method)  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            answer.read()
