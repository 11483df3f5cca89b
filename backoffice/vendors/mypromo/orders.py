"""Placing and watching orders at mypromo, in our words. Mixed into `MyPromo`."""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import ClassVar

import msgspec
from django.conf import settings

from backoffice.vendors.abilities import TakesDraftOrders
from backoffice.vendors.change_pages import ChangePage
from backoffice.vendors.errors import FieldError, VendorAlreadyDone, VendorRejected
from backoffice.vendors.messages import LineReport, LineToPlace, OrderReport, OrderToPlace
from backoffice.vendors.mypromo import limits, schemas
from backoffice.vendors.mypromo.accounts import Account
from backoffice.vendors.mypromo.callbacks import callback_request
from backoffice.vendors.mypromo.changes import read_changes
from backoffice.vendors.mypromo.client import MypromoClient, Params
from backoffice.vendors.mypromo.paging import decode_readable, decode_row, none_found, read_rows
from backoffice.vendors.mypromo.payloads import line_payload, order_payload
from backoffice.vendors.mypromo.reports import line_report, order_report

logger = logging.getLogger(__name__)

ORDERS_PER_PAGE = 15
_PROCESSED = re.compile(r"edit a processed order", re.IGNORECASE)


class _FilterIgnored(Exception):
    """The list shows orders that were not asked for."""


class OrdersAbility(TakesDraftOrders):
    """Two phases: a draft, which costs nothing and may be made twice, and its submission. Raises VendorError."""

    MAX_LINES: ClassVar[int] = limits.MAX_LINES
    MAX_LINES_WITH_DOCUMENTS: ClassVar[int] = limits.MAX_LINES_WITH_DOCUMENTS
    ADDRESS_LIMITS: ClassVar[Mapping[str, tuple[int, int]]] = limits.ADDRESS_LIMITS

    client: MypromoClient
    _account: Callable[[], Account]

    @classmethod
    def takes_test_products(cls) -> bool:
        return cls._account().is_sandbox

    @classmethod
    def check_order(cls, order: OrderToPlace) -> list[FieldError]:
        return list(limits.order_errors(order))

    def create_order(self, order: OrderToPlace) -> OrderReport:
        """Make a draft without lines."""
        callback = callback_request("orders", account=type(self))
        payload = order_payload(
            order, callback=callback, faked=_faked(self._account()), with_contact=settings.MYPROMO_CUSTOMER_CONTACT
        )
        return self._report(self.client.create_order(payload))

    def add_line(self, vendor_id: str, line: LineToPlace) -> LineReport:
        """Add a line under its short reference. Where that is refused as one, which is certain not to have acted, it is
        sent with a nought before it, as texts of addresses need two characters there.
        """
        payload = line_payload(line)
        try:
            added = self.client.add_item(vendor_id, payload)
        except VendorRejected as error:
            if len(line.reference) != 1 or not _is_about_reference(error):
                raise
            added = self.client.add_item(vendor_id, payload | {"reference": f"0{line.reference}"})
        return line_report(added, base=self._account().url)

    def submit_order(self, vendor_id: str) -> OrderReport:
        """Submit it; one that is submitted is refused as processed, whatever its state and its history say."""
        try:
            return self._report(self.client.submit_order(vendor_id))
        except VendorRejected as error:
            if error.status != 422 or not _PROCESSED.search(error.text):
                raise
            raise VendorAlreadyDone(error.text, errors=error.errors, status=422, excerpt=error.excerpt) from error

    def cancel_order(self, vendor_id: str) -> OrderReport:
        return self._report(self.client.cancel_order(vendor_id))

    def read_order(self, vendor_id: str) -> OrderReport:
        return self._report(self.client.get_order(vendor_id))

    def list_orders(self, *, updated_from: date, whole: bool = False) -> Iterator[OrderReport]:
        return self._readable(self._rows({"updated_from": updated_from.isoformat()}, whole=whole))

    def order_changes(self, *, since: datetime, position: str = "") -> Iterator[ChangePage[OrderReport]]:
        get = none_found(self.client.orders_page)
        return read_changes(get, self._readable, since=since, position=position, per_page=ORDERS_PER_PAGE)

    def find_orders(self, reference: str, *, since: date, trust_filter: bool = True) -> list[OrderReport]:
        """Return the orders of that reference. When mypromo shows some that do not even contain it, it ignores the
        filter, and the whole list since that day is read instead, as with `trust_filter=False`.
        """
        params = {"created_from": since.isoformat()}
        if trust_filter:
            try:
                return self._matching(reference, params | {"reference": reference}, filtered=True)
            except _FilterIgnored:
                logger.warning("mypromo ignores the filter by reference; reading all orders since %s.", since)
        return self._matching(reference, params, filtered=False)

    def _matching(self, reference: str, params: Params, *, filtered: bool) -> list[OrderReport]:
        found = []
        for row in self._rows(params, whole=True):
            report = self._report(decode_row(row, schemas.OrderSchema))
            if report.reference == reference:
                found.append(report)
            elif filtered and reference.lower() not in report.reference.lower():
                raise _FilterIgnored
        return found

    def _rows(self, params: Params, *, whole: bool) -> Iterator[msgspec.Raw]:
        return read_rows(none_found(self.client.orders_page), params, per_page=ORDERS_PER_PAGE, whole=whole)

    def _readable(self, rows: Iterable[msgspec.Raw]) -> Iterator[OrderReport]:
        return map(self._report, decode_readable(rows, schemas.OrderSchema))

    def _report(self, order: schemas.OrderSchema) -> OrderReport:
        return order_report(order, vendor=self.name, base=self._account().url)


def _is_about_reference(error: VendorRejected) -> bool:
    return error.status in (400, 422) and any(one.field == "reference" for one in error.errors)


def _faked(account: Account) -> dict[str, bool]:
    """Return the flags of their sandbox, none elsewhere. Both are on there where they are left out, so a merchant who
    is a fulfiller there too has to say that they are off.
    """
    if not account.is_sandbox:
        return {}
    flags = {"fake_preflight": settings.MYPROMO_FAKE_PREFLIGHT, "fake_shipment": settings.MYPROMO_FAKE_SHIPMENT}
    return {name: bool(is_set) for name, is_set in flags.items()}
