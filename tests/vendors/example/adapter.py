"""Example Print as the project sees it, in our words."""

import logging
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import ClassVar, final

import msgspec
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.vendors.abilities import HasCatalogue, ManagesWebhooks, TakesDraftOrders
from backoffice.vendors.base import CallbackRequest, Connection
from backoffice.vendors.catalog_messages import CatalogPage
from backoffice.vendors.change_pages import ChangePage
from backoffice.vendors.errors import FieldError, VendorNotFound, VendorProtocolError
from backoffice.vendors.known_errors import KnownError
from backoffice.vendors.messages import LineReport, LineToPlace, Message, OrderReport, OrderToPlace
from backoffice.vendors.sign_messages import Webhook
from tests.vendors.example import callbacks, limits, schemas
from tests.vendors.example.catalog import catalog_pages
from tests.vendors.example.client import NAME, Client
from tests.vendors.example.known_errors import KNOWN_ERRORS
from tests.vendors.example.paging import read_pages
from tests.vendors.example.payloads import item_payload, order_payload
from tests.vendors.example.reports import line_report, order_report

logger = logging.getLogger(__name__)


@final
class ExamplePrint(TakesDraftOrders, HasCatalogue, ManagesWebhooks):
    """What the vendor can do. Raises VendorError; sees no model of ours."""

    name: ClassVar[str] = NAME
    title: ClassVar[str] = "Example Print"
    purpose: ClassVar[Promise] = gettext_lazy("Makes and ships ordered goods: catalogue, prices, stock, orders.")
    settings_prefix: ClassVar[str] = "EXAMPLE"
    KNOWN_ERRORS: ClassVar[tuple[KnownError, ...]] = KNOWN_ERRORS

    MAX_LINES: ClassVar[int] = limits.MAX_LINES
    MAX_LINES_WITH_DOCUMENTS: ClassVar[int] = limits.MAX_LINES
    ADDRESS_LIMITS: ClassVar[Mapping[str, tuple[int, int]]] = limits.ADDRESS_LIMITS

    CALLBACK_TOPICS: ClassVar[Mapping[str, type[Message]]] = dict.fromkeys(callbacks.TYPES, OrderReport)
    SIGNS_CALLBACKS: ClassVar[bool] = True
    WEBHOOK_TOPICS: ClassVar[Mapping[str, str]] = callbacks.TYPES

    def __init__(self, connection: Connection) -> None:
        self.client = Client(connection)

    @classmethod
    def is_configured(cls) -> bool:
        return bool(settings.EXAMPLE_URL and settings.EXAMPLE_TOKEN)

    def check(self) -> str:
        """Ask who we are."""
        return self.client.store().name or "OK"

    # --- Orders -------------------------------------------------------------------------------------------------------

    @classmethod
    def check_order(cls, order: OrderToPlace) -> list[FieldError]:
        return limits.check_order(order)

    def create_order(self, order: OrderToPlace) -> OrderReport:
        """Make a draft with all its lines, which come back with ids of schemas."""
        return order_report(self.client.create_order(order_payload(order)))

    def add_line(self, vendor_id: str, line: LineToPlace) -> LineReport:
        """Add a line that its draft did not come with, as after a response that left it out."""
        return line_report(self.client.add_item(vendor_id, item_payload(line)))

    def submit_order(self, vendor_id: str) -> OrderReport:
        """Have a draft made: this is what costs money."""
        return order_report(self.client.confirm_order(vendor_id))

    def cancel_order(self, vendor_id: str) -> OrderReport:
        return order_report(self.client.cancel_order(vendor_id))

    def read_order(self, vendor_id: str) -> OrderReport:
        return order_report(self.client.order(vendor_id))

    def find_orders(self, reference: str, *, since: date, trust_filter: bool = True) -> list[OrderReport]:
        """Return at most one: they use our reference once, and know it by a route of its own, which is no filter."""
        if not trust_filter:
            return [
                report for report in self.list_orders(updated_from=since, whole=True) if report.reference == reference
            ]
        try:
            found = order_report(self.client.order(f"@{reference}"))
        except VendorNotFound:
            return []
        return [found] if found.reference == reference else []

    def list_orders(self, *, updated_from: date, whole: bool = False) -> Iterator[OrderReport]:
        since = datetime.combine(updated_from, time(), UTC)
        seen: set[str] = set()
        for page in read_pages(self.client.orders_page, updated_from=since.isoformat()):
            for report in _reports(page.rows, whole=whole):
                if report.vendor_id not in seen:
                    seen.add(report.vendor_id)
                    yield report
            if whole and not page.is_sound:
                raise VendorProtocolError("The list of orders is not whole.")

    def order_changes(self, *, since: datetime, position: str = "") -> Iterator[ChangePage[OrderReport]]:
        for page in read_pages(self.client.orders_page, after=position, updated_from=since.isoformat()):
            yield ChangePage(tuple(_reports(page.rows, whole=False)), page.next)

    # --- Catalogue ----------------------------------------------------------------------------------------------------

    @property
    def languages(self) -> list[str]:
        """It has one language."""
        return ["EN"]

    def iter_products(self, *, language: str, sku: str = "") -> Iterator[CatalogPage]:
        """Return the whole listing; it knows no filter by SKU."""
        return catalog_pages(self.client)

    # --- Webhooks and callbacks ---------------------------------------------------------------------------------------

    def list_webhooks(self) -> list[Webhook]:
        return [_webhook(hook) for hook in self.client.webhooks()]

    def create_webhook(self, *, topic: str, url: str) -> Webhook:
        return _webhook(self.client.create_webhook(kind=topic, url=url))

    def read_webhook(self, vendor_id: str) -> Webhook:
        return _webhook(self.client.webhook(vendor_id))

    def delete_webhook(self, vendor_id: str) -> None:
        self.client.delete_webhook(vendor_id)

    @classmethod
    def is_callback_path(cls, token: str) -> bool:
        """Return whether it is the one path: the signature protects it, so it has no part that cannot be guessed."""
        return token == ""

    @classmethod
    def verify_callback(cls, request: CallbackRequest) -> bool:
        return callbacks.verify(request)

    @classmethod
    def callback_key(cls, topic: str, body: bytes) -> str | None:
        return callbacks.event_id(body)

    @classmethod
    def read_callback(cls, topic: str, body: bytes) -> tuple[Message, ...]:
        return callbacks.read(topic, body)


def _reports(rows: list[msgspec.Raw], *, whole: bool) -> Iterator[OrderReport]:
    for row in rows:
        try:
            yield order_report(msgspec.json.decode(row, type=schemas.Order))
        except (ValueError, RecursionError, OverflowError) as error:
            if whole:
                raise VendorProtocolError(f"The list holds an order that cannot be read: {error}") from error
            logger.warning("An order in Example Print's list cannot be read: %s", error)


def _webhook(hook: schemas.Webhook) -> Webhook:
    return Webhook(vendor_id=str(hook.id), topic=hook.type, url=hook.url, status="active", secret=hook.secret or "")
