"""Handwritten cards, in our words: a draft of cards, who gets one, what they cost, what became of them.

Money is in `CURRENCY`: the only vendor of cards sends within the US and names no currency.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from backoffice.vendors.messages import Message

CURRENCY = "USD"


class RemoteCardState(StrEnum):
    """Where a vendor's order of cards stands. Only a draft can be changed, paid or deleted."""

    DRAFT = "draft"
    PAYMENT_NEEDED = "payment_needed"
    PAID = "paid"
    MAILED = "mailed"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"
    FAILED = "failed"
    UNKNOWN = "unknown"


class DeliveryState(StrEnum):
    """Where one card is."""

    NONE = ""
    WAITING = "waiting"
    MAILED = "mailed"
    IN_TRANSIT = "in_transit"
    LOCAL = "local"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    UNTRACKED = "untracked"
    UNKNOWN = "unknown"


class CardTemplate(Message, frozen=True):
    vendor_id: int
    name: str


class CardAddress(Message, frozen=True):
    """Who gets a card: a name or an organisation, and a US address. `state_code` two letters, `zip5` five digits."""

    firstname: str = ""
    lastname: str = ""
    organisation: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    state_code: str = ""
    zip5: str = ""
    zip4: str = ""
    email: str = ""


class RemoteCard(Message, frozen=True):
    """A recipient as the vendor holds it; `vendor_id` is empty where it names none."""

    vendor_id: str
    address: CardAddress


class UndeliverableCard(Message, frozen=True):
    """A recipient that the vendor did not take; of the address what it repeats of it."""

    address: CardAddress
    reason: str


class CardsAttached(Message, frozen=True):
    """The answer to a batch of recipients; a count is None where the vendor leaves it out."""

    submitted: int | None
    accepted: int | None
    undeliverable: tuple[UndeliverableCard, ...] = ()


class CardOrderReport(Message, frozen=True):
    """An order of cards as the vendor shows it. What it leaves out is None."""

    vendor_id: str
    state: RemoteCardState
    raw_state: str
    paid_at: datetime | None = None
    mailed_at: datetime | None = None
    created_at: datetime | None = None
    template_id: int | None = None
    recipients: int | None = None


class Mailing(Message, frozen=True):
    """How cards are made and sent. `auto_bill`: charged to the saved payment method, else to the prepaid balance."""

    postage: str
    speed: str
    hold_until: date | None
    auto_bill: bool


class PriceLine(Message, frozen=True):
    """One line of a price: amounts in USD, `total` without `tax`."""

    name: str
    quantity: Decimal
    rate: Decimal
    total: Decimal
    tax: Decimal


class CardPrice(Message, frozen=True):
    """What a checkout would cost, in USD. `credits` would lower what is charged and are not taken off `total`."""

    lines: tuple[PriceLine, ...]
    credits: Decimal

    @property
    def total(self) -> Decimal:
        return sum((line.total + line.tax for line in self.lines), Decimal())


class Settlement(Message, frozen=True):
    """The answer to a checkout: the payment goes on by itself. Seconds until it may be asked for, and is expected."""

    state: RemoteCardState
    raw_state: str
    poll_after: float | None
    expected_within: float | None


class CardScan(Message, frozen=True):
    """How often somebody scanned the code on their card."""

    vendor_id: str
    address: CardAddress
    scans: int
    last_scan: datetime | None


class CardResults(Message, frozen=True):
    """How the cards of one order fare. A count is None where the vendor leaves it out."""

    vendor_id: str
    state: RemoteCardState
    raw_state: str
    counts: dict[str, int]
    scans: int = 0
    last_scan: datetime | None = None
    earliest: datetime | None = None
    latest: datetime | None = None
    scanned: tuple[CardScan, ...] = ()


class CardDelivery(Message, frozen=True):
    vendor_id: str
    address: CardAddress
    state: DeliveryState
    raw_state: str


class CardCharge(Message, frozen=True):
    """What was charged for an order, in USD, for so many cards."""

    vendor_id: str
    total: Decimal
    volume: int | None


class ConversionToReport(Message, frozen=True):
    """Somebody who got a card bought. `order_id` is ours: the vendor counts each one once. `revenue` in USD."""

    order_id: str
    revenue: Decimal
    at: datetime
    buyer: CardAddress


class ConversionUpload(Message, frozen=True):
    """What became of reported conversions; `vendor_id` is empty where none was named."""

    vendor_id: str
    raw_state: str = ""
