"""What crosses between a marketplace and its fulfiller, in our words. Times are aware UTC; empty text: not given."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from backoffice.vendors.design_messages import RemoteDesignState
from backoffice.vendors.errors import VendorRejected
from backoffice.vendors.messages import (
    Customs,
    HistoryEntry,
    Message,
    PostalAddress,
    RemoteLineKind,
    ShipmentReport,
    Version,
)


class RemoteProductionState(StrEnum):
    """Where a production order or one of its items stands, in the order of the journey (see `PRODUCTION_RANK`)."""

    UNKNOWN = "unknown"
    PENDING = "pending"
    IN_PRODUCTION = "in_production"
    DONE = "done"
    CANCELLED = "cancelled"


# A report never moves a production order to a lower rank; both ends of the journey rank highest.
PRODUCTION_RANK = {state: rank for rank, state in enumerate(RemoteProductionState)} | {
    RemoteProductionState.CANCELLED: 3
}


class RemoteFileKind(StrEnum):
    PRINT = "print"
    DELIVERY_SLIP = "delivery_slip"
    LABEL = "label"
    GENERIC_LABEL = "generic_label"
    UNKNOWN = "unknown"


class PropertyData(Message, frozen=True):
    """One of a list in which a key may stand several times."""

    key: str
    value: str


class PartyReport(Message, frozen=True):
    """Who is involved: `kind` is the vendor's word, merchant or fulfiller. `contract_id` names their contract."""

    vendor_id: str
    kind: str
    name: str
    contract_id: str = ""


class ProductionFileData(Message, frozen=True):
    """A file to print or enclose, behind a protected link.

    Fetching a label announces the parcel: see the vendor's `download_label`. `carrier` is lower case.
    """

    vendor_id: str
    url: str
    kind: RemoteFileKind
    raw_kind: str = ""
    raw_state: str = ""
    carrier: str = ""
    tracking_code: str = ""


class ProductionDesign(Message, frozen=True):
    """A design to be printed. `start_url` opens the editor for whoever has it, so it is a secret."""

    vendor_id: str
    state: RemoteDesignState
    raw_state: str = ""
    preview_url: str = ""
    start_url: str = ""


class ProductionItemReport(Message, frozen=True):
    """`order_line_vendor_id` is the vendor's id of the merchant's line, `reference` the merchant's own."""

    vendor_id: str
    quantity: int
    state: RemoteProductionState
    raw_state: str = ""
    order_line_vendor_id: str = ""
    reference: str = ""
    sku: str = ""
    sku_fulfiller: str = ""
    name: str = ""
    kind: RemoteLineKind | None = None
    shipping_earliest: datetime | None = None
    shipping_latest: datetime | None = None
    shipping_late: bool | None = None
    custom_properties: tuple[PropertyData, ...] = ()
    configuration: tuple[PropertyData, ...] = ()
    files: tuple[ProductionFileData, ...] = ()
    designs: tuple[ProductionDesign, ...] = ()
    customs: Customs | None = None


class ProductionOrderReport(Message, frozen=True):
    """All that a vendor says of one production order, whichever door it came by (callback, poll, reading).

    `has_generic_label`: the label is made when it is asked for. In `shipments` the lines' `line_vendor_id` is the
    vendor's id of the production item.
    """

    vendor: str
    vendor_id: str
    state: RemoteProductionState
    raw_state: str
    version: Version
    order_vendor_id: str = ""
    reference: str = ""
    reference2: str = ""
    complaint: bool = False
    express_production: bool = False
    express_shipping: bool = False
    has_generic_label: bool = False
    shipping_earliest: datetime | None = None
    shipping_latest: datetime | None = None
    shipping_late: bool | None = None
    comment: str = ""
    parties: tuple[PartyReport, ...] = ()
    custom_properties: tuple[PropertyData, ...] = ()
    shipper: PostalAddress | None = None
    recipient: PostalAddress | None = None
    export: PostalAddress | None = None
    items: tuple[ProductionItemReport, ...] = ()
    files: tuple[ProductionFileData, ...] = ()
    shipments: tuple[ShipmentReport, ...] = ()
    histories: tuple[HistoryEntry, ...] = ()
    created_at: datetime | None = None


class LabelNotDownloaded(VendorRejected):
    """A parcel was refused since its label was never handed out: the one sure word about a download without answer."""


class LabelReport(Message, frozen=True):
    """A label that was made for us; `url` is a protected link, fetched by the vendor's `download_label`."""

    vendor_id: str
    url: str
    carrier: str = ""
    tracking_code: str = ""
    raw_state: str = ""


class LineToShip(Message, frozen=True):
    """So many pieces of a production item, by the vendor's id. Raises ValueError for less than one."""

    vendor_id: str
    quantity: int

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError(f"{self.quantity} pieces cannot be shipped")


class ShipmentToAdd(Message, frozen=True):
    """A parcel that left. Without lines it holds the whole order. Sizes in cm, weight in g (assumed).

    `force` lets it exceed the order or pass over supplied labels.
    """

    carrier: str
    tracking_code: str
    height: Decimal | None = None
    width: Decimal | None = None
    depth: Decimal | None = None
    weight: Decimal | None = None
    lines: tuple[LineToShip, ...] = ()
    force: bool = False
