"""Example Print's routes in its own words; the contract stands in the package's docstring."""

from typing import Any
from urllib.parse import quote

import msgspec
from django.conf import settings

from backoffice.vendors.auth import FixedHeader
from backoffice.vendors.base import Connection
from backoffice.vendors.session import VendorSession
from tests.vendors.example import schemas

NAME = "example"


class Client:
    """Raises VendorError and nothing else."""

    def __init__(self, connection: Connection) -> None:
        auth = FixedHeader(settings.EXAMPLE_URL, name="Authorization", value=f"Bearer {settings.EXAMPLE_TOKEN}")
        self.session = VendorSession(NAME, base_url=settings.EXAMPLE_URL, connection=connection, auth=auth)

    def store(self) -> schemas.Store:
        """GET store."""
        return self.session.fetch(schemas.StoreAnswer, "GET", "store").result

    def products_page(self, *, after: str) -> schemas.RawPage:
        """GET products: `after` is the place that the page before named, empty for the first."""
        return self.session.fetch(schemas.RawPage, "GET", "products", params={"after": after})

    def create_order(self, order: dict[str, Any]) -> schemas.Order:
        """POST orders: a draft, which costs nothing. 409 for an `external_id` that is used, 422 for what is wrong."""
        return self.session.fetch(schemas.OrderResponse, "POST", "orders", body=msgspec.json.encode(order)).result

    def add_item(self, order_id: str, item: dict[str, Any]) -> schemas.Item:
        """POST orders/{id}/items: drafts only, else 409. Twice the same are two items."""
        body = msgspec.json.encode(item)
        return self.session.fetch(schemas.ItemAnswer, "POST", f"{_order(order_id)}/items", body=body).result

    def confirm_order(self, order_id: str) -> schemas.Order:
        """POST orders/{id}/confirm: costs money. 409 unless it is a draft."""
        return self.session.fetch(schemas.OrderResponse, "POST", f"{_order(order_id)}/confirm").result

    def cancel_order(self, order_id: str) -> schemas.Order:
        """DELETE orders/{id}: 409 once it is being made."""
        return self.session.fetch(schemas.OrderResponse, "DELETE", _order(order_id)).result

    def order(self, order_id: str) -> schemas.Order:
        """GET orders/{id}, or orders/@{external_id}."""
        return self.session.fetch(schemas.OrderResponse, "GET", _order(order_id)).result

    def orders_page(self, *, updated_from: str, after: str) -> schemas.RawPage:
        """GET orders: oldest change first. What changes meanwhile moves to the end, and no other is passed over."""
        return self.session.fetch(
            schemas.RawPage, "GET", "orders", params={"updated_from": updated_from, "after": after}
        )

    def webhooks(self) -> list[schemas.Webhook]:
        """GET webhooks: all of them. Their secrets are in it, so no body is kept."""
        return self.session.fetch(schemas.WebhookList, "GET", "webhooks", secret=True).result

    def webhook(self, webhook_id: str) -> schemas.Webhook:
        """GET webhooks/{id}."""
        return self.session.fetch(schemas.WebhookResponse, "GET", _webhook(webhook_id), secret=True).result

    def create_webhook(self, *, kind: str, url: str) -> schemas.Webhook:
        """POST webhooks. Twice the same makes two of them."""
        body = msgspec.json.encode({"type": kind, "url": url})
        return self.session.fetch(schemas.WebhookResponse, "POST", "webhooks", body=body, secret=True).result

    def delete_webhook(self, webhook_id: str) -> None:
        """DELETE webhooks/{id}."""
        self.session.request("DELETE", _webhook(webhook_id))


def _order(order_id: str) -> str:
    return f"orders/{quote(order_id, safe='@')}"


def _webhook(webhook_id: str) -> str:
    return f"webhooks/{quote(webhook_id, safe='')}"
