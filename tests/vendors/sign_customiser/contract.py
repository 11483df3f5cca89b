"""What the contract suite has to know of Sign Customiser."""

import hmac
import json
import time
from decimal import Decimal
from typing import Any

from backoffice.vendors.base import CallbackRequest
from backoffice.vendors.messages import LineToPlace, OrderToPlace, PostalAddress, RemoteLineKind, Sale
from tests.vendors.contract.profile import Profile

TOKEN = "sandbox-sign-token"
INTEGRATION = ("integration-secret-now", "integration-secret-before")
WEBHOOK = ("webhook-secret-now", "webhook-secret-before")
BODIES: dict[str, Any] = {
    "product-created": {"product": {"product_id": 5, "price": 10000}},
    "order-created": {"order": {"order_id": 5, "external_id": "WEB-100001"}},
    "form-submitted": {"form_submission": {"submission_number": 5}},
}
LINE = LineToPlace(
    reference="1", kind=RemoteLineKind.SIGN, quantity=2, custom_product="sgn_1", unit_price_gross=Decimal("29.99")
)


def order(reference: str) -> OrderToPlace:
    recipient = PostalAddress(
        firstname="John", lastname="Smith", street="123 Main St", zip="90001", city="Los Angeles", country_code="US"
    )
    sale = Sale(number=reference, currency="USD", account=42, email="customer@example.com", phone="+1 555-123-4567")
    return OrderToPlace(reference=reference, recipient=recipient, sale=sale, lines=(LINE,))


def callbacks(topic: str) -> list[CallbackRequest]:
    """Return callbacks signed with each secret that opens the topic's door."""
    body = json.dumps(BODIES[topic]).encode()
    return [signed(topic, body, secret) for secret in (INTEGRATION if topic == "product-created" else WEBHOOK)]


def signed(topic: str, body: bytes, secret: str) -> CallbackRequest:
    now = str(int(time.time()))
    signature = hmac.new(secret.encode(), f"{now}.".encode() + body, "sha256").hexdigest()
    headers = {"x-webhook-timestamp": now, "x-webhook-signature": signature}
    return CallbackRequest(topic=topic, headers=headers, body=body, secrets=WEBHOOK)


PROFILES = {
    "sign-customiser": Profile(
        settings=lambda url: {
            "SIGN_CUSTOMISER_URL": url,
            "SIGN_CUSTOMISER_TOKEN": TOKEN,
            "SIGN_CUSTOMISER_INTEGRATION_SECRET": INTEGRATION[0],
            "SIGN_CUSTOMISER_INTEGRATION_SECRET_PREVIOUS": INTEGRATION[1],
            "SIGN_CUSTOMISER_WEBHOOK_SECRETS": [],
        },
        secrets=[TOKEN, *INTEGRATION, *WEBHOOK],
        # Shows none; each product has to be one that was answered before.
        documented_errors=["The selected products.0.external_id is invalid."],
        app="sign-customiser",
        url=lambda sandbox: sandbox.others["sign-customiser"].public_url,
        order=order,
        line=LINE,
        callbacks=callbacks,
        beside={"update_webhook": "one of their routes; ours are ended and made anew"},
        fill=lambda sandbox, vendor: sandbox.others["sign-customiser"].product_ids.add("sgn_1"),
    )
}
