"""What a draft holds: `NewOrder` as far as it has been typed. Everything may be missing, and numbers are texts."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from backoffice.api.validation import read_struct
from backoffice.text.structs import Input, Text
from orders.services.intake.input import (
    Code64,
    Code100,
    CustomProperties,
    DesignId,
    NewAddress,
    NewCustomer,
    NewCustoms,
    NewSender,
    Part100,
    Reference,
)

# A number as somebody typed it: "1.234,50" or "12 €".
Typed = Annotated[str, Meta(max_length=40)]
MOST_LINES, MOST_FILES = 200, 20


class DraftFile(Input, kw_only=True):
    """A print file: `file_id` of one given to us, or the `url` of one of the order that is repeated. `type` names the
    part that it is printed on. Credentials stay with that order.
    """

    file_id: Code64 | None = None
    url: Annotated[str, Meta(max_length=2048), Text.URL] | None = None
    type: Code64 | None = None
    # As its owner called it; shown only.
    name: Annotated[str, Meta(max_length=200)] | None = None


class DraftLine(Input, kw_only=True):
    """A line as `NewLine`. Without a price of its own it is sold at the catalogue's for its quantity."""

    reference: Reference
    sku: Code100 | None = None
    design_id: DesignId | None = None
    custom_product: Code64 | None = None
    name: Annotated[str, Meta(max_length=500)] | None = None
    quantity: Typed = ""
    unit_price: Typed = ""
    tax_percent: Typed = ""
    files: Annotated[list[DraftFile], Meta(max_length=MOST_FILES)] = []
    customs: NewCustoms | None = None
    custom_properties: CustomProperties = {}


class DraftContent(Input, kw_only=True):
    """An order as far as it is typed. Without a `total` the customer pays the sum of the lines."""

    customer: NewCustomer = msgspec.field(default_factory=NewCustomer)
    recipient: NewAddress = msgspec.field(default_factory=NewAddress)
    invoice_address: NewAddress | None = None
    shipper: NewSender | None = None
    export: NewSender | None = None
    letter_address: NewAddress | None = None
    lines: Annotated[list[DraftLine], Meta(max_length=MOST_LINES)] = []
    # Of a further market of the shop; empty: the shop's own.
    currency: Annotated[str, Meta(pattern="^([A-Z]{3})?$")] = ""
    total: Typed = ""
    shipping_method: Part100 | None = None
    express_shipping: bool = False
    express_production: bool = False
    gift_message: Annotated[Annotated[str, Meta(max_length=500), Text.PARAGRAPH] | None, Meta()] = None
    custom_properties: CustomProperties = {}

    @property
    def customer_name(self) -> str:
        """Return who buys, else who receives; empty while nobody is named."""
        names = [(self.customer.firstname, self.customer.lastname), (self.recipient.firstname, self.recipient.lastname)]
        spelled = (" ".join(filter(None, pair)) for pair in names)
        return next(filter(None, (*spelled, self.recipient.company)), "")


def read_content(data: Mapping[str, Any]) -> DraftContent:
    """Return the content of parsed JSON, its texts as they are kept. Raise InvalidInput, with errors by field, for
    what cannot be kept at all.
    """
    return read_struct(msgspec.to_builtins(data), DraftContent)


def keep_content(content: DraftContent) -> dict[str, Any]:
    """Return the content as its row keeps it."""
    kept: dict[str, Any] = msgspec.to_builtins(content)
    return kept


def next_line_reference(content: DraftContent) -> str:
    """Return the first number that no line has."""
    taken = {line.reference for line in content.lines}
    return next(str(number) for number in range(1, MOST_LINES + len(taken) + 2) if str(number) not in taken)


def is_empty_address(address: NewAddress | None) -> bool:
    """Return whether nothing of the address is given; a country alone is only a preset."""
    if address is None:
        return True
    given = msgspec.structs.asdict(address)
    return not any(value for name, value in given.items() if name != "country_code")
