"""What storefronts get to see of an order. Credentials are never among it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import msgspec

from backoffice.api.responses import Money, TotalMoney, read_fields, spell_money
from backoffice.api.schema_parts import ENUM_NAME, OPEN_ENUMS
from backoffice.api.validation import one_of
from backoffice.vendors.money import spell_total
from orders.models import (
    AddressRole,
    Hold,
    HoldReason,
    Order,
    OrderLine,
    OrderState,
    ProductionState,
    ShipmentState,
    VendorOrderLine,
)
from orders.models.document import DocumentKind
from orders.models.file_state import FileState
from orders.models.line import LineKind
from orders.services.file_states import files_of_line, files_of_order, parts_of_lines
from orders.services.intake.taking import PlacedOrder
from orders.services.timeline import SENTENCES, STAFF_ONLY

_SENDERS = [role for role in AddressRole if role.may_be_kept_at_vendor]
# The state of a file that is furthest behind comes first.
_BEHIND: list[FileState | None] = [
    FileState.FAILED,
    FileState.UNKNOWN,
    FileState.WAITING,
    FileState.FETCHED,
    FileState.CHECKED,
]
# What rules hold an order for is between staff: a storefront reads that a person holds it.
HoldReasonName = Annotated[str, one_of(HoldReason, never=[HoldReason.RULE])]


FileStateName = Annotated[str, one_of(FileState)]


class Axes(msgspec.Struct):
    """Where the order stands: with us, in production, on its way."""

    order: Annotated[str, one_of(OrderState)]
    production: Annotated[str, one_of(ProductionState)]
    shipment: Annotated[str, one_of(ShipmentState)]


class HoldResponse(msgspec.Struct):
    """Why the order waits. `errors` maps the paths of fields to complaints; `until` is when it ends by itself."""

    reason: HoldReasonName
    text: str
    errors: dict[str, list[str]]
    since: datetime
    until: datetime | None = None


class CustomerResponse(msgspec.Struct):
    email: str
    firstname: str
    lastname: str
    phone: str
    accepts_letters: bool
    accepts_review_request: bool


class AddressResponse(msgspec.Struct):
    """An address as it was given; empty where nothing was."""

    reference: str
    company: str
    department: str
    firstname: str
    lastname: str
    street: str
    care_of: str
    zip: str
    city: str
    district: str
    state_code: str
    country_code: str
    phone: str
    fax: str
    mobile: str
    email: str
    vat_id: str
    commercial_register_entry: str
    iban: str
    bic_or_swift: str
    account_holder: str
    eori_number: str


class SenderResponse(AddressResponse):
    """A shipper's or export address; `address_id` and `address_key` name one that the vendor keeps."""

    address_id: str
    address_key: str


class FileResponseData(msgspec.Struct, omit_defaults=True):
    """A print file; `has_credentials` says that some were given with it. `file_id` is there when we keep the file.
    `status` is how far its vendor is with it, since `status_since`; left out while the vendor does not say.
    """

    url: str
    type: str
    has_credentials: bool
    file_id: str | None = None
    status: FileStateName | None = None
    status_since: datetime | None = None


class CustomsResponse(msgspec.Struct):
    description: str
    number: str
    origin: str
    currency: str
    amount: str


class LineResponse(msgspec.Struct):
    """A line as it was taken. `unit_price` is net; `backordered` pieces were not in stock when it was taken.

    `design_status` is how far its vendor is with its design; when it ships is null while the vendor does not say.
    """

    reference: str
    kind: Annotated[str, one_of(LineKind)]
    sku: str
    name: str
    quantity: int
    backordered: int
    unit_price: Money
    design_id: str | None
    custom_product: str | None
    files: list[FileResponseData]
    customs: CustomsResponse | None
    custom_properties: dict[str, str]
    design_status: FileStateName | None = None
    shipping_earliest: datetime | None = None
    shipping_latest: datetime | None = None
    shipping_late: bool | None = None


class TaxResponse(msgspec.Struct):
    """A tax, as the shop sent it."""

    amount: str
    name: str | None = None
    percent: str | None = None
    net: str | None = None


class TotalsResponse(msgspec.Struct):
    """What the total is made of, as the shop sent it; an edit may have moved the total since."""

    lines: str
    discount: str
    shipping: str
    taxes: list[TaxResponse]
    rounding: str


class DocumentResponse(msgspec.Struct):
    """A document in the parcel. `url` is empty for a slip that we make. `status` is how far the vendor is with it: of
    several vendors the one that is furthest behind; null while none says.
    """

    kind: Annotated[str, one_of(DocumentKind)]
    url: str
    carrier: str
    tracking_code: str
    has_credentials: bool
    status: FileStateName | None = None
    status_since: datetime | None = None


class ShippedLineResponse(msgspec.Struct):
    """How much of a line is in a parcel. `reference` is the line's; null when the vendor named none of ours."""

    reference: str | None
    sku: str
    quantity: int


class ShipmentResponse(msgspec.Struct):
    """A parcel. `delivered` and `late` are null while the carrier does not say."""

    carrier: str
    tracking_code: str
    tracking_url: str
    delivered: bool | None
    delivered_at: datetime | None
    delivery_earliest: datetime | None
    delivery_latest: datetime | None
    late: bool | None
    lines: list[ShippedLineResponse]


class OrderResponse(msgspec.Struct):
    """An order with all that belongs to it. `total` is gross; `holds` are those that are still in force; before
    `leaves_at`, the end of its shop's cooling-off, nothing of it is sent. `revision` counts edits of what was ordered.
    `replaces` is the id of the cancelled order whose reference this one took over, `split_from` of the one that it was
    split from, `merged_into` of the one where the lines of this one are since. `backordered`: some of it was not in
    stock when it was taken or released, and its lines say how many pieces. `version` is that of the newest event about
    the order which this answer takes account of: a webhook whose `data.version` is no greater brings nothing new. It is
    0 in the answer to placing.
    """

    id: int
    number: str
    reference: str
    test: bool
    revision: int
    version: int
    replaces: int | None
    split_from: int | None
    merged_into: int | None
    state: Axes
    late: bool
    backordered: bool
    cancel_requested: bool
    leaves_at: datetime | None
    ship_by: datetime | None
    placed_at: datetime
    currency: str
    total: TotalMoney
    totals: TotalsResponse | None
    customer: CustomerResponse
    recipient: AddressResponse | None
    invoice_address: AddressResponse | None
    shipper: SenderResponse | None
    export: SenderResponse | None
    letter_address: AddressResponse | None
    shipping_method: str
    express_shipping: bool
    express_production: bool
    complaint: bool
    gift_message: str
    custom_properties: dict[str, str]
    holds: list[HoldResponse]
    lines: list[LineResponse]
    documents: list[DocumentResponse]
    shipments: list[ShipmentResponse]
    created_at: datetime
    updated_at: datetime


class OrderPage(msgspec.Struct):
    """`next` is the address of the next page and `next_cursor` the cursor in it, null at the end. `resume_at` is there
    when changes are read (`updated_since`): the `updated_since` of the next reading.
    """

    next: str | None
    next_cursor: str | None
    resume_at: datetime | None
    results: list[OrderResponse]


class EventResponse(msgspec.Struct):
    """A line of the timeline, in words and as a stable kind."""

    at: datetime
    kind: Annotated[str, msgspec.Meta(extra_json_schema={ENUM_NAME: "TimelineKind"})]
    text: str


def list_kinds() -> list[str]:
    """Return the kinds of events that shops are shown."""
    return sorted(kind for kind in SENTENCES if not kind.startswith(tuple(STAFF_ONLY)))


OPEN_ENUMS["TimelineKind"] = list_kinds


class TimelineResponse(msgspec.Struct):
    """What happened to the order, oldest first."""

    results: list[EventResponse]


def _hold(hold: Hold) -> HoldResponse:
    """Return the hold; rules and their texts are between staff: to a storefront a person holds the order."""
    if hold.reason == HoldReason.RULE:
        return HoldResponse(HoldReason.MANUAL.value, "", {}, hold.placed_at, hold.until)
    return HoldResponse(hold.reason, hold.text, hold.errors, hold.placed_at, hold.until)


def order_response(order: Order, *, parts: PlacedOrder | None = None) -> OrderResponse:
    """Return what is known of the order. Read its parts unless they are given or prefetched."""
    lines = list(parts.lines if parts else order.lines.all())
    holds = parts.holds if parts else [hold for hold in order.holds.all() if hold.released_at is None]
    # What has just been taken is at no vendor yet.
    at_vendor = {} if parts else parts_of_lines(order)
    addresses: dict[str, Any] = {
        row.role: read_fields(SenderResponse if row.role in _SENDERS else AddressResponse, row)
        for row in (parts.addresses if parts else order.addresses.all())
    }
    return read_fields(
        OrderResponse,
        order,
        test=order.is_test,
        # Of what has just been placed, by `with_parts` of all others.
        version=getattr(order, "version", 0),
        replaces=order.replaces_id,
        split_from=order.split_from_id,
        merged_into=order.merged_into_id,
        state=Axes(order.state, order.production, order.shipment),
        backordered=any(line.backordered for line in lines),
        cancel_requested=order.cancel_requested_at is not None,
        total=spell_total(order.total, currency=order.currency),
        totals=msgspec.convert(order.totals, TotalsResponse) if order.totals else None,
        customer=_customer(order),
        recipient=addresses.get(AddressRole.RECIPIENT),
        invoice_address=addresses.get(AddressRole.INVOICE),
        shipper=addresses.get(AddressRole.SHIPPER),
        export=addresses.get(AddressRole.EXPORT),
        letter_address=addresses.get(AddressRole.LETTER),
        holds=[_hold(hold) for hold in holds],
        lines=[line_response(line, part=at_vendor.get(line.pk)) for line in lines],
        documents=list(_documents(order, parts=parts)),
        # What has just been taken has no parcels yet.
        shipments=[] if parts else list(_shipments(order, lines)),
    )


def line_response(line: OrderLine, *, part: VendorOrderLine | None = None) -> LineResponse:
    secured: dict[str, object] = line.file_credentials or {}
    files = files_of_line(line, part)
    return read_fields(
        LineResponse,
        line,
        unit_price=spell_money(line.unit_price),
        design_id=line.design_id or None,
        custom_product=line.custom_product or None,
        files=[
            FileResponseData(
                file["url"],
                file.get("type", ""),
                str(index) in secured,
                file.get("file_id"),
                files[index].state,
                files[index].since,
            )
            for index, file in enumerate(line.files)
        ],
        design_status=files[0].state if line.design_id and files else None,
        shipping_earliest=part and part.shipping_earliest,
        shipping_latest=part and part.shipping_latest,
        shipping_late=part and part.late,
        customs=msgspec.convert(line.customs, CustomsResponse) if line.customs else None,
    )


def _documents(order: Order, *, parts: PlacedOrder | None) -> Iterable[DocumentResponse]:
    rows = parts.documents if parts else list(order.documents.all())
    of_parts = [] if parts else [files_of_order(rows, part) for part in order.vendor_orders.all()]
    for index, row in enumerate(rows):
        known = [files[index] for files in of_parts if files[index].state]
        behind = min(known, key=lambda file: _BEHIND.index(file.state), default=None)
        yield read_fields(
            DocumentResponse,
            row,
            has_credentials=row.credentials is not None,
            status=behind and behind.state,
            status_since=behind and behind.since,
        )


def _customer(order: Order) -> CustomerResponse:
    return CustomerResponse(
        email=order.customer_email,
        firstname=order.customer_firstname,
        lastname=order.customer_lastname,
        phone=order.customer_phone,
        accepts_letters=order.accepts_letters,
        accepts_review_request=order.accepts_review_request,
    )


def _shipments(order: Order, lines: list[OrderLine]) -> Iterable[ShipmentResponse]:
    references: dict[int | None, str] = {line.pk: line.reference for line in lines}
    for shipment in order.shipments.all():
        yield read_fields(
            ShipmentResponse,
            shipment,
            lines=[
                ShippedLineResponse(references.get(row.line_id), row.sku, row.quantity) for row in shipment.lines.all()
            ],
        )
