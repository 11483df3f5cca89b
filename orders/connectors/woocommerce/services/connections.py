"""Connecting a shop to its WooCommerce, trying whether that works, and having webhooks there."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone

from backoffice.accounts.models import Shop
from backoffice.engine.services.task_queue import enqueue_soon_on_commit
from backoffice.errors import Conflict, InvalidInput
from backoffice.text.translatable import gettext as _
from backoffice.text.translatable import text_of
from backoffice.vendors.addresses import UnsafeUrl, check_public_url
from orders.connectors.woocommerce.models import MessageState, WooConnection, WooMessage
from orders.connectors.woocommerce.services import health
from orders.connectors.woocommerce.services.client import WooClient, WooUnavailable
from orders.connectors.woocommerce.services.receiving import PROCESS_MESSAGES
from orders.connectors.woocommerce.services.shop_products import request_products
from orders.connectors.woocommerce.services.stock_sending import send_all_again

TOPICS = ("order.created", "order.updated", "order.deleted")


@dataclass(frozen=True)
class ConnectionValues:
    """What staff choose. Empty credentials of a connection that there is stay as they are."""

    url: str
    consumer_key: str = ""
    consumer_secret: str = ""
    active: bool = True
    paid_statuses: list[str] = field(default_factory=list)
    file_keys: list[str] = field(default_factory=list)
    use_equal_skus: bool = False
    hold_status: str = ""
    complete_shipped: bool = True
    mail_tracking: bool = False
    orders_since: datetime | None = None
    send_stock: bool = False
    stock_reserve: int = 0

    @property
    def columns(self) -> dict[str, Any]:
        names = ["active", "paid_statuses", "file_keys", "use_equal_skus", "hold_status", "complete_shipped"]
        names += ["mail_tracking", "orders_since", "send_stock", "stock_reserve"]
        chosen = {name: getattr(self, name) for name in names}
        return {**chosen, "url": self.url.rstrip("/")}


def add_connection(shop: Shop, values: ConnectionValues, *, actor: str) -> WooConnection:
    """Connect the shop; orders that are paid from now on, or from the time that is given, come in. Raise InvalidInput,
    and Conflict where it has one.
    """
    _ensure_fit(values)
    if not (values.consumer_key and values.consumer_secret):
        text = _("Enter both key and secret.")
        raise InvalidInput(text, errors={"consumer_key": [text]})
    made = WooConnection(
        shop=shop, created_by=actor, pull_after=values.orders_since or timezone.now(), secret=secrets.token_urlsafe(32)
    )
    made.credentials = {"key": values.consumer_key, "secret": values.consumer_secret}
    for name, value in values.columns.items():
        setattr(made, name, value)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Conflict(_("The shop %(shop)s is already connected.") % {"shop": shop.name}) from None
    return made


@transaction.atomic
def change_connection(connection: WooConnection, values: ConnectionValues) -> WooConnection:
    """Change what was chosen; with another address or key it is asked at once. Raise InvalidInput."""
    _ensure_fit(values)
    connection = WooConnection.objects.select_for_update().get(pk=connection.pk)
    if bool(values.consumer_key) != bool(values.consumer_secret):
        text = _("Enter both key and secret.")
        raise InvalidInput(text, errors={"consumer_key": [text]})
    if values.url.rstrip("/") != connection.url and not values.consumer_key:
        text = _("Enter key and secret again: the saved ones belong to the previous address.")
        raise InvalidInput(text, errors={"consumer_key": [text]})
    if values.consumer_key:
        connection.credentials = {"key": values.consumer_key, "secret": values.consumer_secret}
    before, sent_stock = connection.first_order_at, connection.send_stock
    for name, value in values.columns.items():
        setattr(connection, name, value)
    connection.retry_at = None
    if connection.first_order_at < before:
        _begin_earlier(connection)
    if connection.send_stock and not sent_stock:
        connection.stock_failures, connection.stock_cause = 0, ""
        send_all_again(connection)
    connection.save()
    return connection


def check_connection(connection: WooConnection) -> str:
    """Ask WooCommerce for an order and a product, and return what it answers with, in words. Raise WooRefused and
    WooUnavailable, which say what is wrong.
    """
    client = WooClient(connection)
    try:
        orders = client.rows("orders", per_page="1")
        client.rows("products", per_page="1")
    except WooUnavailable as error:
        health.note_failure(connection, error)
        raise
    health.note_success(connection.pk)
    _ensure_may_write(client)
    if not orders:
        return _("The connection works. There are no orders yet.")
    newest = orders[0].get("number") if isinstance(orders[0], dict) else ""
    return _("The connection works. The newest order is %(number)s.") % {"number": str(newest)[:50]}


def webhook_url(connection: WooConnection) -> str:
    """Return where WooCommerce posts to."""
    return settings.PUBLIC_URL.rstrip("/") + reverse("woocommerce-webhook", args=[connection.key])


def ensure_webhooks(connection: WooConnection, *, repair: bool = False) -> int:
    """Have the webhooks there that we need, and switch on those that WooCommerce has disabled after failures; with
    `repair` those that there are get our secret again. Return how many were made or changed. Raise WooRefused,
    WooUnavailable.
    """
    client, url, changed = WooClient(connection), webhook_url(connection), 0
    found = client.rows("webhooks", per_page="100")
    ours = {str(row.get("topic")): row for row in found if isinstance(row, dict) and row.get("delivery_url") == url}
    for topic in TOPICS:
        row = ours.get(topic)
        if row is None:
            wanted = {"name": "Back office", "topic": topic, "delivery_url": url, "secret": connection.secret}
            client.post("webhooks", {**wanted, "status": "active"})
        elif repair or row.get("status") == "disabled":
            client.put(
                f"webhooks/{row['id']}", {"status": "active"} | ({"secret": connection.secret} if repair else {})
            )
        else:
            continue
        changed += 1
    WooConnection.objects.filter(pk=connection.pk).update(webhooks_at=Now())
    return changed


def set_up(connection: WooConnection) -> str:
    """Try the connection, have the webhooks there, and have the products read: all that is to be done before orders
    come in. Return in words what was found. Raise WooRefused, WooUnavailable, which say what is wrong.
    """
    text = check_connection(connection)
    ensure_webhooks(connection, repair=True)
    request_products(connection)
    return text


def _ensure_may_write(client: WooClient) -> None:
    """Raise WooUnavailable where the key may only read: an empty batch changes nothing."""
    try:
        client.post("orders/batch", {})
    except WooUnavailable as error:
        if error.is_locked_out:
            text = _("The key can read but not write. In WooCommerce, set its permissions to Read/Write. %(cause)s")
            raise WooUnavailable(text % {"cause": error.text}) from None
        raise


def _begin_earlier(connection: WooConnection) -> None:
    """Read from the earlier start on, and look again at what was too old."""
    connection.pull_after, connection.pull_offset = min(connection.pull_after, connection.first_order_at), 0
    old = WooMessage.objects.filter(connection=connection, state=MessageState.OLD)
    old.update(state=MessageState.NEW, next_at=Now())
    enqueue_soon_on_commit(PROCESS_MESSAGES)


def _ensure_fit(values: ConnectionValues) -> None:
    """Raise InvalidInput for an address that we do not go to, and without any status of paid orders."""
    errors: dict[str, list[str]] = {}
    try:
        check_public_url(values.url, schemes=("https",), allow_private=settings.WOOCOMMERCE_PRIVATE_NETWORKS)
    except UnsafeUrl as error:
        errors["url"] = [text_of(error)]
    if not values.paid_statuses:
        errors["paid_statuses"] = [_("Enter at least one status, such as processing.")]
    if errors:
        raise InvalidInput(next(iter(errors.values()))[0], errors=errors)
