"""Changing prices, stock, channels and search texts in batches. Mixed into the adapters.

Every batch is absolute, so sending one twice does no harm. mypromo answers with a ticket at once and works later; a
wrong row has the whole batch refused (assumed, as no ticket is given then).
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, TypeVar

from django.conf import settings

from backoffice.vendors.abilities import (
    TakesChanges,
    TakesChannels,
    TakesFulfillerPrices,
    TakesSalesPrices,
    TakesStock,
    TakesTexts,
)
from backoffice.vendors.batch_messages import (
    FulfillerPriceUpdate,
    JobTicket,
    SalesPriceUpdate,
    SearchTextUpdate,
    StockUpdate,
    SyncUpdate,
)
from backoffice.vendors.errors import FieldError, VendorRejected
from backoffice.vendors.mypromo import batch_payloads as payloads
from backoffice.vendors.mypromo.callbacks import callback_request
from backoffice.vendors.mypromo.client import MypromoClient
from backoffice.vendors.mypromo.limits import MAX_BATCH
from backoffice.vendors.mypromo.schemas import Queued
from backoffice.vendors.reading import text

# A row in the key of an error, where `errors` is an object.
_PLACE = re.compile(r"data\.(\d{1,4})(?:\.|$)")
Row = TypeVar("Row", SalesPriceUpdate, FulfillerPriceUpdate, StockUpdate, SyncUpdate, SearchTextUpdate)


class _Batches(TakesChanges):
    """At most `MAX_BATCH` rows at a time, each product once, else ValueError. Raises VendorError.

    A VendorRejected names the wrong rows by the SKUs that were sent.
    """

    MAX_BATCH: ClassVar[int] = MAX_BATCH

    client: MypromoClient

    def _send(
        self, patch: Callable[[dict[str, Any]], Queued], rows: Sequence[Row], *, encode: Callable[[Row], dict[str, Any]]
    ) -> JobTicket:
        payload: dict[str, Any] = {"data": [encode(row) for row in _checked(rows)]}
        callback = callback_request("jobs", account=type(self))
        try:
            queued = patch(({"callback": callback} if callback else {}) | payload)
        except VendorRejected as error:
            error.errors = tuple(_named_as_sent(one, rows) for one in error.errors)
            raise
        return JobTicket(queue_id=str(queued.queue_id), text=text(queued.message))


class MerchantBatches(_Batches, TakesSalesPrices, TakesChannels, TakesTexts):
    """What a merchant may change."""

    def update_sales_prices(self, rows: Sequence[SalesPriceUpdate]) -> JobTicket:
        key = settings.MYPROMO_SALES_PRICE_KEY
        return self._send(self.client.update_prices, rows, encode=lambda row: payloads.sales_prices(row, key=key))

    def update_sync(self, rows: Sequence[SyncUpdate]) -> JobTicket:
        return self._send(self.client.update_inventory, rows, encode=payloads.sync)

    def update_search_texts(self, rows: Sequence[SearchTextUpdate]) -> JobTicket:
        return self._send(self.client.update_seo, rows, encode=payloads.search_texts)


class FulfillerBatches(_Batches, TakesFulfillerPrices, TakesStock):
    """What a fulfiller may change."""

    def update_fulfiller_prices(self, rows: Sequence[FulfillerPriceUpdate]) -> JobTicket:
        return self._send(self.client.update_prices, rows, encode=payloads.fulfiller_prices)

    def update_stock_fulfiller(self, rows: Sequence[StockUpdate]) -> JobTicket:
        return self._send(self.client.update_inventory, rows, encode=payloads.stock)


def _checked(rows: Sequence[Row]) -> Sequence[Row]:
    if not 1 <= len(rows) <= MAX_BATCH:
        raise ValueError(f"a batch has 1 to {MAX_BATCH} rows, not {len(rows)}")
    if len({_name(row) for row in rows}) < len(rows):
        raise ValueError("a product stands in the batch twice")
    return rows


def _name(row: SalesPriceUpdate | FulfillerPriceUpdate | StockUpdate | SyncUpdate | SearchTextUpdate) -> str:
    return row.name if isinstance(row, FulfillerPriceUpdate | StockUpdate) else row.sku


def _named_as_sent(error: FieldError, rows: Sequence[Row]) -> FieldError:
    """Name a product by the SKU that was sent: mypromo gives both, or the place of its row (`data.3.stock.qty`)."""
    sent = {_name(row) for row in rows}
    names: list[str] = [error.field, *error.other_names]
    if (found := _PLACE.match(error.field)) and int(found[1]) < len(rows):
        names = [_name(rows[int(found[1])]), *names]
    known = [name for name in names if name in sent] or names
    return FieldError(known[0], error.text, other_names=tuple(name for name in names if name != known[0]))
