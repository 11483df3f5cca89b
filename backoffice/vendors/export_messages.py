"""Orders as exported to vendors that make nothing of them but act upon them: letters, review invitations."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from backoffice.vendors.messages import Message, PostalAddress


class ExportLine(Message, frozen=True):
    """One thing bought. `product_id` is our own number of what was sold, stable and unique through all vendors.

    `unit_price_gross` is per unit with value added tax, None where the tax is not known. `category_id` is ours, `mpn`
    the maker's number of it, `url` the shop's page of it.
    """

    product_id: int
    sku: str
    name: str
    quantity: int
    unit_price_gross: Decimal | None = None
    gtin: str = ""
    category: str = ""
    category_id: str = ""
    mpn: str = ""
    url: str = ""


class OrderToExport(Message, frozen=True):
    """An order of a customer, as it was bought. `order_id` is ours: unique, and the same in each export.

    `total` is gross in `currency`. `placed_at` is aware UTC, `time_zone` the shop's (IANA). `language` is two letters
    in upper case.
    """

    order_id: str
    number: str
    reference: str
    shop: str
    shop_id: str
    language: str
    time_zone: str
    placed_at: datetime
    currency: str
    total: Decimal
    firstname: str
    lastname: str
    email: str
    recipient: PostalAddress
    invoice: PostalAddress | None = None
    # Where letters go, if somewhere else.
    letter: PostalAddress | None = None
    lines: tuple[ExportLine, ...] = ()


class ExportResult(StrEnum):
    """What became of one order of a batch at the vendor."""

    TAKEN = "taken"
    KNOWN = "known"  # exported before; that is as good as taken
    REFUSED = "refused"  # understood, and no: a repeat of it unchanged is useless


class ExportedOrder(Message, frozen=True):
    """The vendor's verdict on one order, with its words where it gave any."""

    order_id: str
    verdict: ExportResult
    text: str = ""


class Unclear(Message, frozen=True):
    """The batch was answered, but not which of its orders were meant: each is to be exported by itself to find out."""

    text: str = ""
