"""What crosses between a vendor and the domain, in our words.

Money is Decimal in the currency named beside it, net. Times are aware UTC. A vendor's own status word travels beside
ours as `raw_state`; a word we do not know becomes `UNKNOWN`, is kept and shown, never guessed.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec


class RemoteOrderState(StrEnum):
    """Where an order stands at a vendor. The order of the members is the order of the journey (see `RANK`)."""

    UNKNOWN = "unknown"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHECKED = "checked"
    IN_PRODUCTION = "in_production"
    DONE = "done"
    CANCELLED = "cancelled"


# A report never moves an order to a lower rank; both ends of the journey rank highest.
RANK = {state: rank for rank, state in enumerate(RemoteOrderState)} | {
    RemoteOrderState.CANCELLED: 5,
    RemoteOrderState.DONE: 5,
}


class RemoteLineKind(StrEnum):
    FILES = "files"
    DESIGN = "design"
    STOCK = "stock"
    SIGN = "sign"


class RemoteFileState(StrEnum):
    """How far a vendor is with a file or design of an order. FETCHED: the vendor has it, CHECKED: and finds it fit."""

    UNKNOWN = "unknown"
    WAITING = "waiting"
    FETCHED = "fetched"
    CHECKED = "checked"
    FAILED = "failed"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all messages: immutable, by keyword only."""


class Credentials(Message, frozen=True):
    """How to fetch a file or call us back: `scheme` is "basic", "header" or "none"."""

    scheme: str = "none"
    username: str = ""
    password: str = ""
    header: str = ""


class PostalAddress(Message, frozen=True):
    """An address as the vendor gets it. Empty text means "not given". Limits are the vendor's (see its adapter)."""

    reference: str = ""
    company: str = ""
    department: str = ""
    firstname: str = ""
    lastname: str = ""
    street: str = ""
    care_of: str = ""
    zip: str = ""
    city: str = ""
    district: str = ""
    state_code: str = ""
    country_code: str = ""
    phone: str = ""
    fax: str = ""
    mobile: str = ""
    email: str = ""
    vat_id: str = ""
    commercial_register_entry: str = ""
    iban: str = ""
    bic_or_swift: str = ""
    account_holder: str = ""
    eori_number: str = ""
    # Of a shipper or exporter whose address the vendor keeps: its number or its key there; the rest may be empty then.
    address_id: str = ""
    address_key: str = ""

    @property
    def is_kept_at_vendor(self) -> bool:
        return bool(self.address_id or self.address_key)


class FileLink(Message, frozen=True):
    url: str
    type: str = ""
    credentials: Credentials | None = None


class DocumentLink(Message, frozen=True):
    """A shipping document we supply: `kind` is "delivery_slip" or "label"."""

    url: str
    kind: str
    carrier: str = ""
    tracking_code: str = ""
    credentials: Credentials | None = None


class Customs(Message, frozen=True):
    description: str
    number: str
    origin: str
    currency: str
    amount: Decimal


class LineToPlace(Message, frozen=True):
    """One line of an order that is to be placed. `reference` is unique within the order and found again by it."""

    reference: str
    kind: RemoteLineKind
    quantity: int
    sku: str = ""
    files: tuple[FileLink, ...] = ()
    design_id: str = ""
    # Our id of a product that a shopper designed.
    custom_product: str = ""
    # With value added tax, in the currency of the sale; None where nobody needs it or the tax is not known.
    unit_price_gross: Decimal | None = None
    customs: Customs | None = None
    custom_properties: dict[str, str] = {}


class Sale(Message, frozen=True):
    """What was agreed with the customer, for vendors that want to know. `account` is the shop's at the vendor."""

    number: str
    currency: str
    account: int | None = None
    shipping_method: str = ""
    firstname: str = ""
    lastname: str = ""
    email: str = ""
    phone: str = ""
    # None: as the recipient.
    invoice: PostalAddress | None = None


class OrderToPlace(Message, frozen=True):
    """A vendor order as agreed with the customer. `reference` is unique at the vendor and found again by it."""

    reference: str
    recipient: PostalAddress
    reference2: str = ""
    shipper: PostalAddress | None = None
    export: PostalAddress | None = None
    complaint: bool = False
    express_production: bool = False
    express_shipping: bool = False
    custom_properties: dict[str, str] = {}
    documents: tuple[DocumentLink, ...] = ()
    # Our address that answers with the label on the day of dispatch.
    generic_label: FileLink | None = None
    lines: tuple[LineToPlace, ...] = ()
    sale: Sale | None = None


class FileReport(Message, frozen=True):
    """How far the vendor is with one file. `name` is what the order called it: "front", "label" …"""

    state: RemoteFileState
    raw_state: str = ""
    name: str = ""


class LineReport(Message, frozen=True):
    """A line as the vendor has it. `files` are how far it is with each file, or with each design, in their order."""

    vendor_id: str
    reference: str
    sku: str
    quantity: int
    kind: RemoteLineKind | None = None
    raw_state: str = ""
    file_urls: tuple[str, ...] = ()
    design_ids: tuple[str, ...] = ()
    files: tuple[FileReport, ...] = ()
    shipping_earliest: datetime | None = None
    shipping_latest: datetime | None = None
    shipping_late: bool | None = None


class ShippedLine(Message, frozen=True):
    """`line_vendor_id` is the vendor's id of the order line, `reference` ours."""

    line_vendor_id: str
    reference: str
    sku: str
    quantity: int


class ShipmentReport(Message, frozen=True):
    """A parcel. `late` and `delivered` are None while the vendor does not say. Sizes in cm, weight in g (assumed).

    `forced`: made although it exceeds the order or passes over a supplied label; None where the vendor does not say.
    """

    vendor_id: str
    carrier: str = ""
    carrier_name: str = ""
    tracking_code: str = ""
    tracking_url: str = ""
    raw_state: str = ""
    delivered: bool | None = None
    delivered_at: datetime | None = None
    delivery_earliest: datetime | None = None
    delivery_latest: datetime | None = None
    late: bool | None = None
    height: Decimal | None = None
    width: Decimal | None = None
    depth: Decimal | None = None
    weight: Decimal | None = None
    forced: bool | None = None
    lines: tuple[ShippedLine, ...] = ()


class HistoryEntry(Message, frozen=True):
    """One line of the vendor's own history; `vendor_id` ascends with time. Bookkeeping says nothing of the order."""

    vendor_id: int
    text: str
    at: datetime
    is_bookkeeping: bool = False


class Version(Message, frozen=True, order=True):
    """How new a report is. Compared with other reports of the same vendor only, field by field in this order."""

    updated_at: datetime
    history_id: int = 0
    rank: int = 0


class OrderReport(Message, frozen=True):
    """All that a vendor says of one order, whichever door it came by (answer, callback, poll)."""

    vendor: str
    vendor_id: str
    reference: str
    state: RemoteOrderState
    raw_state: str
    version: Version
    reference2: str = ""
    # Where it goes, as the vendor shows it; None where it does not.
    recipient: PostalAddress | None = None
    created_at: datetime | None = None
    shipping_earliest: datetime | None = None
    shipping_latest: datetime | None = None
    shipping_late: bool | None = None
    lines: tuple[LineReport, ...] = ()
    # Slips and labels that we supplied, in their order.
    documents: tuple[FileReport, ...] = ()
    shipments: tuple[ShipmentReport, ...] = ()
    histories: tuple[HistoryEntry, ...] = ()


class OrderConfirmation(OrderReport, frozen=True):
    """That the vendor has an order of ours; nobody can ask it for more."""


class CountryData(Message, frozen=True):
    name: str
    iso2: str
    iso3: str
    state_mandatory: bool


class StateData(Message, frozen=True):
    """`country_iso2` is empty where the vendor's reference cannot be resolved."""

    name: str
    iso2: str
    iso3: str
    country_iso2: str = ""


class CarrierData(Message, frozen=True):
    """`key` is lower case. `kind` is the vendor's word: parcel or freight."""

    key: str
    name: str
    kind: str
    available: bool
