"""The shapes of mypromo's answers about orders, designs, batches and reference data. Seen by this package only.

Strict where a wrong value would do harm (ids, quantities, states, the time of change), tolerant elsewhere: a field
typed `Any` is read by `vendors/reading.py`, and what cannot be read counts as "not given".
"""

from datetime import UTC, datetime
from typing import Annotated, Any

from msgspec import Meta, Struct

# Ids and quantities end up in columns of that size.
Id = Annotated[int, Meta(ge=1, le=2**63 - 1)] | Annotated[str, Meta(pattern=r"^[\w.-]{1,64}\Z")]
Quantity = Annotated[int, Meta(ge=0, le=2**31 - 1)]
Word = Annotated[str, Meta(pattern=r"^[^\x00-\x1f]{1,64}\Z")]


class Status(Struct):
    message: str


class FileSchema(Struct):
    url: Any = None
    type: Any = None
    status: Any = None


class OrderedDesignSchema(Struct):
    id: Id
    status: Any = None


class ItemSchema(Struct):
    """An order's item. The answer to "submit" leaves out `type`."""

    id: Id
    quantity: Quantity
    reference: Any = None
    sku: Any = None
    type: Any = None
    status: Any = None
    shipping_earliest: Any = None
    shipping_latest: Any = None
    shipping_late: Any = None
    files: list[FileSchema] | None = None
    designs: list[OrderedDesignSchema] | None = None


class ShippedItemSchema(Struct):
    id: Id
    quantity: Quantity
    reference: Any = None
    sku: Any = None


class Parcel(Struct):
    """What all routes show of a parcel. Orders and later readings show `tracking_id`, the answer to "add shipment" and
    the fulfiller's routes `tracking_code`.
    """

    id: Id
    carrier: Any = None
    tracking_id: Any = None
    tracking_code: Any = None
    tracking_url: Any = None
    status: Any = None
    delivered: Any = None
    delivered_date: Any = None
    delivery_earliest: Any = None
    delivery_latest: Any = None
    delivery_late: Any = None
    height: Any = None
    width: Any = None
    depth: Any = None
    weight: Any = None


class ShipmentSchema(Parcel):
    items: list[ShippedItemSchema] | None = None


class History(Struct):
    id: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    text: Any = None
    created_at: Any = None


class BaseOrder(Struct):
    """What orders and production orders have in common."""

    id: Id
    status: Word
    updated_at: datetime
    reference: Any = None
    reference2: Any = None
    recipient: Any = None
    shipping_earliest: Any = None
    shipping_latest: Any = None
    shipping_late: Any = None
    histories: list[History] | None = None
    created_at: Any = None

    def __post_init__(self) -> None:
        """Make the time of change aware UTC. Raises ValueError for one out of all reason: versions are compared by it,
        so that such a one would shut every later report out.
        """
        if not 2000 <= self.updated_at.year <= 2200:
            raise ValueError("updated_at is out of range")
        self.updated_at = self.updated_at.replace(tzinfo=self.updated_at.tzinfo or UTC).astimezone(UTC)


class OrderSchema(BaseOrder):
    """An order as "create", "submit", "cancel", "get", the list and the callbacks show it."""

    items: list[ItemSchema] | None = None
    files: list[FileSchema] | None = None
    shipments: list[ShipmentSchema] | None = None


class CountrySchema(Struct):
    id: Id
    iso2: Annotated[str, Meta(pattern=r"^[A-Za-z]{2}\Z")]
    name: Any = None
    iso3: Any = None
    state_mandatory: Any = None


class StateSchema(Struct):
    id: Id
    iso2: Annotated[str, Meta(min_length=1, max_length=10)]
    name: Any = None
    iso3: Any = None
    country_id: Any = None


class CarrierSchema(Struct):
    key: Annotated[str, Meta(pattern=r"^[\w.-]{1,32}\Z")]
    name: Any = None
    type: Any = None
    available: Any = None


class Queued(Struct):
    """The answer to a batch. The number is `queue_id` here and `job_id` where jobs are read: the same (assumed)."""

    queue_id: Id
    message: Any = None


class JobSchema(Struct):
    job_id: Id
    status: Word
    added: Any = None
    processed: Any = None
    message: Any = None
    report: Any = None


class EditorUser(Struct):
    editor_user_hash: Annotated[str, Meta(min_length=1, max_length=255)]


class DesignSchema(Struct):
    """A design as all its routes show it; reading leaves out the two return addresses, which we know anyway."""

    id: Id
    status: Word
    sku: Any = None
    intent: Any = None
    editor_user_hash: Any = None
    editor_start_url: Any = None
    editor_start_url_cname: Any = None
    preview_url: Any = None
