"""What storefronts get to see of an order. Credentials are never among it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec

from backoffice.api.responses import Money, TotalMoney, read_fields, spell_money
from backoffice.api.validation import one_of
from backoffice.vendors.money import spell_total
from orders.models import AddressRole, Hold, HoldReason, Order, OrderLine, OrderState, ProductionState, ShipmentState
from orders.models.document import DocumentKind
from orders.models.line import LineKind
from orders.services.intake.taking import PlacedOrder


class Axes(msgspec.Struct):
    """Where the order stands: with us, in production, on its way."""

    order: Annotated[str, one_of(OrderState)]
    production: Annotated[str, one_of(ProductionState)]
    shipment: Annotated[str, one_of(ShipmentState)]


class HoldResponse(msgspec.Struct):
    """Why the order waits. `errors` maps the paths of fields to complaints; `until` is when it ends by itself."""

    reason: Annotated[str, one_of(HoldReason)]
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


class FileResponseData(msgspec.Struct, omit_defaults=True):
    """A print file; `has_credentials` says that some were given with it. `file_id` is there when we keep the file."""

    url: str
    type: str
    has_credentials: bool
    file_id: str | None = None


class CustomsResponse(msgspec.Struct):
    description: str
    number: str
    origin: str
    currency: str
    amount: str


class LineResponse(msgspec.Struct):
    """A line as it was taken. `unit_price` is net; `backordered` pieces were not in stock when it was taken."""

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


class DocumentResponse(msgspec.Struct):
    """A document in the parcel. `url` is empty for a slip that we make."""

    kind: Annotated[str, one_of(DocumentKind)]
    url: str
    carrier: str
    tracking_code: str
    has_credentials: bool


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
    `replaces` is the id of the cancelled order whose reference this one took over.
    """

    id: int
    number: str
    reference: str
    revision: int
    replaces: int | None
    state: Axes
    late: bool
    cancel_requested: bool
    leaves_at: datetime | None
    ship_by: datetime | None
    placed_at: datetime
    currency: str
    total: TotalMoney
    customer: CustomerResponse
    recipient: AddressResponse | None
    invoice_address: AddressResponse | None
    shipper: AddressResponse | None
    export: AddressResponse | None
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
    """`next` is the address of the next page, null at the end. `resume_at` is there when changes are read
    (`updated_since`): the `updated_since` of the next reading.
    """

    next: str | None
    resume_at: datetime | None
    results: list[OrderResponse]


class EventResponse(msgspec.Struct):
    """A line of the timeline, in words and as a stable kind."""

    at: datetime
    kind: str
    text: str


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
    addresses = {
        row.role: read_fields(AddressResponse, row) for row in (parts.addresses if parts else order.addresses.all())
    }
    return read_fields(
        OrderResponse,
        order,
        replaces=order.replaces_id,
        state=Axes(order.state, order.production, order.shipment),
        cancel_requested=order.cancel_requested_at is not None,
        total=spell_total(order.total, currency=order.currency),
        customer=_customer(order),
        recipient=addresses.get(AddressRole.RECIPIENT),
        invoice_address=addresses.get(AddressRole.INVOICE),
        shipper=addresses.get(AddressRole.SHIPPER),
        export=addresses.get(AddressRole.EXPORT),
        holds=[_hold(hold) for hold in holds],
        lines=[line_response(line) for line in lines],
        documents=[
            read_fields(DocumentResponse, row, has_credentials=row.credentials is not None)
            for row in (parts.documents if parts else order.documents.all())
        ],
        # What has just been taken has no parcels yet.
        shipments=[] if parts else list(_shipments(order, lines)),
    )


def line_response(line: OrderLine) -> LineResponse:
    secured: dict[str, object] = line.file_credentials or {}
    return read_fields(
        LineResponse,
        line,
        unit_price=spell_money(line.unit_price),
        design_id=line.design_id or None,
        custom_product=line.custom_product or None,
        files=[
            FileResponseData(file["url"], file.get("type", ""), str(index) in secured, file.get("file_id"))
            for index, file in enumerate(line.files)
        ],
        customs=msgspec.convert(line.customs, CustomsResponse) if line.customs else None,
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
