"""Sign Customiser's routes, in its own words.

Orders: https://www.signcustomiser.com/help/api/post-create-an-order; webhooks:
https://www.signcustomiser.com/help/api/post-create-a-new-webhook and the pages beside it.
"""

from typing import Any

import msgspec

from backoffice.vendors.auth import FixedHeader
from backoffice.vendors.base import Connection
from backoffice.vendors.session import VendorSession
from backoffice.vendors.sign_customiser import schemas

NAME = "sign-customiser"


class SignCustomiserClient:
    """Raises VendorError and nothing else."""

    def __init__(self, connection: Connection, *, name: str, settings: Any) -> None:
        base_url = settings.SIGN_CUSTOMISER_URL
        auth = FixedHeader(base_url, name="Authorization", value=f"Bearer {settings.SIGN_CUSTOMISER_TOKEN}")
        self.session = VendorSession(name, base_url=base_url, connection=connection, auth=auth)

    def create_order(self, order: dict[str, Any]) -> schemas.SignOrderSchema:
        """POST v2/orders. Prices are whole numbers of the smallest unit, gross, for one piece.

        Costs money each time: there is no idempotency key, and nothing can be read back.
        """
        return self.session.fetch(schemas.PlacedResponse, "POST", "v2/orders", body=msgspec.json.encode(order)).order

    def webhooks(self) -> list[schemas.WebhookData]:
        """GET v2/webhooks: all of them. Their secrets are in it, so no body is kept."""
        return self.session.fetch(schemas.WebhookList, "GET", "v2/webhooks", secret=True).webhooks

    def create_webhook(self, *, topic: str, url: str) -> schemas.WebhookData:
        """POST v2/webhooks. Twice the same makes two of them."""
        body = msgspec.json.encode({"topic": topic, "url": url})
        return self.session.fetch(schemas.WebhookResponse, "POST", "v2/webhooks", body=body, secret=True).webhook

    def webhook(self, webhook_id: str) -> schemas.WebhookData:
        """GET v2/webhooks/{webhook_id}. VendorNotFound when there is none."""
        return self.session.fetch(schemas.WebhookResponse, "GET", f"v2/webhooks/{webhook_id}", secret=True).webhook

    def update_webhook(self, webhook_id: str, *, topic: str, url: str) -> schemas.WebhookData:
        """PUT v2/webhooks/{webhook_id}. Topic and address are both needed, whichever changes."""
        body = msgspec.json.encode({"topic": topic, "url": url})
        path = f"v2/webhooks/{webhook_id}"
        return self.session.fetch(schemas.WebhookResponse, "PUT", path, body=body, secret=True).webhook

    def delete_webhook(self, webhook_id: str) -> None:
        """DELETE v2/webhooks/{webhook_id}. What it answers is not documented; any 2xx will do."""
        self.session.request("DELETE", f"v2/webhooks/{webhook_id}")
