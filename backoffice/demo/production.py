"""What the demo's production desk has to do: orders of other merchants, which the sandbox makes up."""

import json
import urllib.request
from urllib.parse import urljoin

# One of each kind that looks different at the desk.
KINDS = ("express", "late", "design", "label", "two_labels", "generic", "several", "complaint", "plain")


def make_production_orders(vendor_url: str) -> int:
    """The sandbox at `vendor_url` has one production order of each kind more; answers how many. Raises OSError."""
    for kind in KINDS:
        _post(urljoin(vendor_url, "/_sandbox/production_orders"), {"count": 1, "kind": kind})
    return len(KINDS)


def _post(url: str, body: dict[str, object]) -> None:
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - our own address
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        answer.read()
