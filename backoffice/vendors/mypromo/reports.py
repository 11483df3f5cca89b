"""From mypromo's words to ours."""

import re
import string
from typing import Any

from django.conf import settings

from backoffice.vendors.messages import (
    RANK,
    FileReport,
    HistoryEntry,
    LineReport,
    OrderReport,
    PostalAddress,
    RemoteFileState,
    RemoteLineKind,
    RemoteOrderState,
    ShipmentReport,
    ShippedLine,
    Version,
)
from backoffice.vendors.mypromo import schemas
from backoffice.vendors.mypromo.accounts import MERCHANT
from backoffice.vendors.mypromo.links import is_theirs
from backoffice.vendors.mypromo.payloads import ADDRESS_FIELDS
from backoffice.vendors.reading import flag, link, number, read_time, text

# "new", "preflight" and "ready" occur for orders in their prose only, in lower case: compared without case. Of the two
# spellings of the last the document has the first.
ORDER_STATES = {
    "NEW": RemoteOrderState.DRAFT,
    "PENDING": RemoteOrderState.DRAFT,
    "PREFLIGHT": RemoteOrderState.SUBMITTED,
    "READY": RemoteOrderState.CHECKED,
    "PROCESSING": RemoteOrderState.IN_PRODUCTION,
    "FINISHED": RemoteOrderState.DONE,
    "CANCELED": RemoteOrderState.CANCELLED,
    "CANCELLED": RemoteOrderState.CANCELLED,
}
# A draft and a submitted order are both PENDING: these texts of the history are found in submitted ones only. They are
# prose ("Order submitted.", "Order ready for production.", "Order is now in production."), so another way to say the
# same will do; but all of a line has to say it, as "Order not submitted." must not.
_AROUND = string.punctuation + string.whitespace
_SUBMITTED_TEXT = re.compile(
    r"(?:(?:the|your)\s+)?order(?:\s+(?:no\.?\s*)?#?[\w-]{0,50}\d[\w-]{0,50})?(?:\s+(?:is|was|has\s+been))?"
    r"(?:\s+(?:now|already|successfully))*\s+(?:submitted|ready\s+for\s+production|in\s+production)"
    r"(?:\s+successfully)?(?:\s+by\s+\S+)?",
    re.IGNORECASE,
)
# READY and SUBMITTED are seen at designs, which live at mypromo. ERROR and the like are assumed: the documents show no
# file that failed.
FILE_STATES = {
    "PENDING": RemoteFileState.WAITING,
    "DOWNLOADED": RemoteFileState.FETCHED,
    "FORWARDING": RemoteFileState.FETCHED,
    "SUBMITTED": RemoteFileState.FETCHED,
    "READY": RemoteFileState.FETCHED,
    "PREFLIGHT_FINISHED": RemoteFileState.CHECKED,
}
LINE_KINDS = {"FILES": RemoteLineKind.FILES, "DESIGNS": RemoteLineKind.DESIGN, "STOCK": RemoteLineKind.STOCK}


def order_state(order: schemas.OrderSchema) -> RemoteOrderState:
    """Return our word for an order's state; UNKNOWN for a word that is not documented."""
    state = ORDER_STATES.get(order.status.upper(), RemoteOrderState.UNKNOWN)
    if state is RemoteOrderState.DRAFT and any(
        isinstance(entry.text, str) and _SUBMITTED_TEXT.fullmatch(entry.text.strip(_AROUND))
        for entry in order.histories or ()
    ):
        return RemoteOrderState.SUBMITTED
    return state


def order_report(order: schemas.OrderSchema, *, vendor: str = MERCHANT, base: str = "") -> OrderReport:
    """Return what the account of that name, at that address, shows of an order."""
    state = order_state(order)
    return OrderReport(
        vendor=vendor,
        vendor_id=str(order.id),
        reference=text(order.reference),
        reference2=text(order.reference2),
        recipient=address_of(order.recipient),
        state=state,
        raw_state=order.status,
        version=version_of(order, rank=RANK[state]),
        created_at=read_time(order.created_at),
        shipping_earliest=read_time(order.shipping_earliest),
        shipping_latest=read_time(order.shipping_latest),
        shipping_late=flag(order.shipping_late),
        lines=tuple(line_report(item, base=base) for item in order.items or ()),
        documents=tuple(file_report(file.status, name=file.type) for file in order.files or ()),
        shipments=tuple(shipment_report(shipment, items=shipment.items) for shipment in order.shipments or ()),
        histories=histories_of(order.histories),
    )


def version_of(order: schemas.BaseOrder, *, rank: int) -> Version:
    """Return what a report is compared by with those before it."""
    newest = max((entry.id for entry in order.histories or ()), default=0)
    return Version(updated_at=order.updated_at, history_id=newest, rank=rank)


def address_of(shown: Any) -> PostalAddress | None:
    """Return an address as they show it, field by field; None where there is none."""
    if not isinstance(shown, dict):
        return None
    return PostalAddress(**{name: text(shown.get(name), most=255) for name in ADDRESS_FIELDS})


def line_report(item: schemas.ItemSchema, *, base: str = "") -> LineReport:
    return LineReport(
        vendor_id=str(item.id),
        reference=_line_reference(item.reference),
        sku=text(item.sku, most=100),
        quantity=item.quantity,
        kind=LINE_KINDS.get(text(item.type).upper()),
        raw_state=text(item.status, most=64),
        file_urls=tuple(_file_url(file, base=base) for file in item.files or ()),
        design_ids=tuple(str(design.id) for design in item.designs or ()),
        files=(
            *(file_report(file.status, name=file.type) for file in item.files or ()),
            *(file_report(design.status) for design in item.designs or ()),
        ),
        shipping_earliest=read_time(item.shipping_earliest),
        shipping_latest=read_time(item.shipping_latest),
        shipping_late=flag(item.shipping_late),
    )


def _line_reference(shown: Any) -> str:
    """Return our reference of a line, without the nought with which a short one may have been sent."""
    reference = text(shown)
    return reference[1:] if len(reference) == 2 and reference[0] == "0" else reference


def file_report(status: Any, *, name: Any = None) -> FileReport:
    """Return how far they are with a file; a word that is not documented is UNKNOWN unless it says that it failed."""
    word = text(status, most=64)
    state = FILE_STATES.get(word.upper(), RemoteFileState.UNKNOWN)
    if "ERROR" in word.upper() or "FAIL" in word.upper():
        state = RemoteFileState.FAILED
    return FileReport(state=state, raw_state=word, name=text(name, most=32))


def _file_url(file: schemas.FileSchema, *, base: str) -> str:
    """Return where a file was to be fetched; empty for mypromo's own link to its copy."""
    address = text(file.url)
    bases = (settings.MYPROMO_URL, settings.MYPROMO_SANDBOX_URL, base)
    return "" if any(is_theirs(address, base=one) for one in bases) else address


def shipment_report(
    shipment: schemas.Parcel,
    *,
    items: list[schemas.ShippedItemSchema] | None,
    carrier_name: str = "",
    forced: bool | None = None,
) -> ShipmentReport:
    """Return a parcel. One with a date of delivery counts as delivered where the flag itself is not given."""
    delivered, delivered_at = flag(shipment.delivered), read_time(shipment.delivered_date)
    return ShipmentReport(
        vendor_id=str(shipment.id),
        carrier=text(shipment.carrier, most=64).lower(),
        tracking_code=text(shipment.tracking_id or shipment.tracking_code, most=200),
        tracking_url=link(shipment.tracking_url),
        raw_state=text(shipment.status, most=64),
        delivered=True if delivered is None and delivered_at else delivered,
        delivered_at=delivered_at,
        delivery_earliest=read_time(shipment.delivery_earliest),
        delivery_latest=read_time(shipment.delivery_latest),
        late=flag(shipment.delivery_late),
        height=number(shipment.height),
        width=number(shipment.width),
        depth=number(shipment.depth),
        weight=number(shipment.weight),
        carrier_name=carrier_name,
        forced=forced,
        lines=tuple(_shipped_line(item) for item in items or ()),
    )


def _shipped_line(item: schemas.ShippedItemSchema) -> ShippedLine:
    return ShippedLine(
        line_vendor_id=str(item.id),
        reference=_line_reference(item.reference),
        sku=text(item.sku, most=100),
        quantity=item.quantity,
    )


def histories_of(histories: list[schemas.History] | None) -> tuple[HistoryEntry, ...]:
    """Return the history in its order; an entry without a readable time is left out."""
    timed = ((entry, text(entry.text), read_time(entry.created_at)) for entry in histories or ())
    entries = [
        # Their own callbacks are lines of the history too.
        HistoryEntry(vendor_id=entry.id, text=line, at=at, is_bookkeeping=line.startswith("Callback for "))
        for entry, line, at in timed
        if at
    ]
    return tuple(sorted(entries, key=lambda entry: entry.vendor_id))
