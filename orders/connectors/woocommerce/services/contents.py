"""An order as WooCommerce's API gives it: what we read of it."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct, field

from backoffice.errors import InvalidInput
from backoffice.text.translatable import gettext as _


class WooAddress(Struct):
    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address_1: str = ""
    address_2: str = ""
    city: str = ""
    state: str = ""
    postcode: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""


class WooMeta(Struct):
    key: str = ""
    value: Any = None
    display_key: Any = None
    display_value: Any = None


class WooLineTax(Struct):
    id: int = 0
    total: str = ""


class WooLine(Struct):
    id: int
    name: str = ""
    product_id: int = 0
    variation_id: int = 0
    quantity: int = 1
    subtotal: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    sku: str | None = ""
    taxes: list[WooLineTax] = field(default_factory=list)
    meta_data: list[WooMeta] = field(default_factory=list)


class WooTaxLine(Struct):
    rate_id: int = 0
    label: str = ""
    rate_percent: Decimal = Decimal(0)
    tax_total: Decimal = Decimal(0)
    shipping_tax_total: Decimal = Decimal(0)


class WooCharge(Struct):
    """Shipping, or a fee, which may be less than nothing."""

    total: Decimal = Decimal(0)
    method_title: str = ""


class WooRefund(Struct):
    id: int
    total: str = ""


class WooContent(Struct):
    """Whatever else is in an order is left alone."""

    id: int
    number: str = ""
    status: str = ""
    currency: str = ""
    date_created_gmt: str | None = None
    date_modified_gmt: str | None = None
    date_paid_gmt: str | None = None
    date_completed_gmt: str | None = None
    total: Decimal = Decimal(0)
    billing: WooAddress = field(default_factory=WooAddress)
    shipping: WooAddress = field(default_factory=WooAddress)
    customer_note: str = ""
    line_items: list[WooLine] = field(default_factory=list)
    tax_lines: list[WooTaxLine] = field(default_factory=list)
    shipping_lines: list[WooCharge] = field(default_factory=list)
    fee_lines: list[WooCharge] = field(default_factory=list)
    refunds: list[WooRefund] = field(default_factory=list)

    @property
    def modified(self) -> datetime | None:
        return read_time(self.date_modified_gmt)

    @property
    def paid(self) -> datetime | None:
        """When it was paid; where that is not said, when it was placed."""
        return read_time(self.date_paid_gmt) or self.placed

    @property
    def refunded(self) -> Decimal:
        """What was refunded, all in all; it comes as amounts below nothing."""
        amounts = (refund.total.lstrip("-") for refund in self.refunds)
        return sum((Decimal(amount) for amount in amounts if amount.replace(".", "", 1).isdecimal()), Decimal(0))

    @property
    def completed(self) -> datetime | None:
        return read_time(self.date_completed_gmt) if self.status == "completed" else None

    @property
    def placed(self) -> datetime | None:
        return read_time(self.date_created_gmt)


def read_content(body: bytes) -> WooContent:
    """Return the order. Raise InvalidInput for what is none."""
    try:
        return msgspec.convert(msgspec.json.decode(body), WooContent, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        text = _("This is not a valid WooCommerce order: %(cause)s") % {"cause": str(error)[:200]}
        raise InvalidInput(text, errors={}) from None


def read_time(text: object) -> datetime | None:
    """Return a time of WooCommerce's, which is in UTC and does not say so."""
    try:
        time = datetime.fromisoformat(text if isinstance(text, str) else "")
    except ValueError:
        return None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
