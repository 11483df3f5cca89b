"""What the contract suite has to know of Example Print."""

import json
from datetime import date
from typing import Any

from backoffice.sandbox import Sandbox
from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.messages import FileLink, LineToPlace, OrderToPlace, PostalAddress, RemoteLineKind
from tests.vendors.contract.profile import Profile
from tests.vendors.example.callbacks import TYPES
from tests.vendors.example.sandbox.webhooks import sign
from tests.vendors.example.vendor_settings import example_settings

TOKEN = "sandbox-example-token"
SECRETS = ("whsec-now", "whsec-before")

LINE = LineToPlace(
    reference="1",
    kind=RemoteLineKind.FILES,
    quantity=2,
    sku="EX-001",
    files=(FileLink(url="https://files.example.com/a4.pdf", type="front"),),
)


def order(reference: str) -> OrderToPlace:
    recipient = PostalAddress(
        firstname="Jana", lastname="Größer", street="Hauptstraße 42", zip="10115", city="Berlin", country_code="DE"
    )
    return OrderToPlace(reference=reference, recipient=recipient, lines=(LINE,))


def callbacks(topic: str) -> list[CallbackRequest]:
    """Return an event signed with each secret, and with both while one is being changed."""
    body = event(topic)
    signatures = [sign(body, SECRETS[0]), sign(body, SECRETS[1]), sign(body, "unknown", SECRETS[0])]
    return [
        CallbackRequest(topic=topic, headers={"x-example-signature": signature}, body=body, secrets=SECRETS)
        for signature in signatures
    ]


def event(topic: str, **changes: Any) -> bytes:
    told = {
        "id": 7,
        "external_id": "WEB-100001",
        "status": "fulfilled",
        "created": "2026-11-20T10:00:00Z",
        "updated": "2026-11-21T10:00:00Z",
        "items": [{"id": 71, "sku": "EX-001", "quantity": 2, "external_id": "1"}],
    }
    return json.dumps({"id": "evt_1", "type": TYPES[topic], "data": {"order": told | changes}}).encode()


def shorten_pages(sandbox: Sandbox, rows: int) -> None:
    sandbox.others["example"].options.change(page_size=rows)


def fill(sandbox: Sandbox, vendor: Any) -> None:
    """Create orders, each under a reference that is used once."""
    for number in range(1, 5):
        if not vendor.find_orders(f"WEB-{number}", since=date(2026, 1, 1)):
            vendor.create_order(order(f"WEB-{number}"))


PROFILES = {
    "example": Profile(
        settings=lambda url: example_settings({"EXAMPLE_URL": url, "EXAMPLE_TOKEN": TOKEN}),
        secrets=[TOKEN, *SECRETS],
        documented_errors=["The order is not complete.", ("items.0.sku", "cannot be made")],
        app="example",
        url=lambda sandbox: sandbox.others["example"].public_url,
        order=order,
        line=LINE,
        shorten_pages=shorten_pages,
        fill=fill,
        empty_page='{"result": [], "paging": {"total": 3, "next": "x"}}',
        callbacks=callbacks,
    )
}
