"""A vendor in a few lines that is told of orders: one request for each shop and language, and no corrections."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from backoffice.vendors.abilities import ExportsOrders
from backoffice.vendors.base import Connection
from backoffice.vendors.export_messages import ExportedOrder, ExportResult, OrderToExport, Unclear


class Desk:
    """What the teller was told, and what it does next."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, list[str]]] = []
        self.held: list[str] = []
        # What a call does instead of answering; each is used once.
        self.mishaps: list[Callable[[Sequence[OrderToExport]], list[ExportedOrder] | Unclear]] = []
        # Shops that it is not set up for.
        self.unknown_shops: set[str] = set()


DESK = Desk()


class Teller(ExportsOrders):
    """Like Guaranteed Reviews: asks customers for something, in groups, once for each order."""

    name: ClassVar[str] = "teller"
    title: ClassVar[str] = "teller"
    purpose: ClassVar[Promise] = gettext_lazy("teller")
    settings_prefix: ClassVar[str] = "TELLER"
    EXPORT_CONSENT: ClassVar[str] = "accepts_review_request"
    TAKES_CORRECTIONS: ClassVar[bool] = False

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @classmethod
    def is_configured(cls) -> bool:
        return True

    @classmethod
    def export_batch_size(cls) -> int:
        return 3

    @classmethod
    def export_group(cls, *, shop_code: str, language: str) -> str | None:
        return None if shop_code in DESK.unknown_shops else f"{shop_code}/{language}"

    @classmethod
    def find_export_obstacle(cls, order: OrderToExport) -> str:
        return "" if order.email else "The order names no e-mail address."

    def export_orders(
        self, orders: Sequence[OrderToExport], *, group: str, corrected: bool = False
    ) -> list[ExportedOrder] | Unclear:
        assert not corrected
        self.connection.limiter.acquire(write=True)
        DESK.requests.append((group, [order.number for order in orders]))
        if DESK.mishaps:
            return DESK.mishaps.pop(0)(orders)
        return [self._take(order) for order in orders]

    @staticmethod
    def _take(order: OrderToExport) -> ExportedOrder:
        if order.order_id in DESK.held:
            return ExportedOrder(order_id=order.order_id, verdict=ExportResult.KNOWN)
        DESK.held.append(order.order_id)
        return ExportedOrder(order_id=order.order_id, verdict=ExportResult.TAKEN)
