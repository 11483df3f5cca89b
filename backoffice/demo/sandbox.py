"""The demo's hands on the sandbox: what shoppers and other merchants do there."""

import json
import urllib.request
from urllib.parse import urljoin

# One production order of each kind that looks different at the desk.
KINDS = ("express", "late", "design", "label", "two_labels", "generic", "several", "complaint", "plain")
SIGN: dict[str, object] = {
    "title": "Neon sign “Open late”",
    "description": "Warm white neon, 80 cm wide, on clear acrylic.",
    "price": 24900,
    "compare_price": 29900,
}
REVIEWS = (
    (5, "Beautifully printed, and here two days early."),
    (5, "Our team loves them."),
    (4, "Good quality; the blue is a little darker than on the screen."),
)


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

    def publish_reviews(self, *, site: str, product_id: int) -> int:
        """Have the vendor publish what customers wrote of a product; return how many reviews."""
        for rating, text in REVIEWS:
            review = {"site": site, "rating": rating, "text": text, "product": product_id}
            self._send("POST", "guaranteed-reviews/reviews", review)
        return len(REVIEWS)

    def _send(self, method: str, path: str, body: dict[str, object]) -> None:
        headers = {"Content-Type": "application/json"}
        data = json.dumps(body).encode()
        request = urllib.request.Request(self.control + path, data, headers, method=method)  # noqa: S310 - our own address
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            answer.read()
