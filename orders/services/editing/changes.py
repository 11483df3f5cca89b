"""What is to be changed of an order, as storefronts send it and as the page for staff makes it.

What is left out stays as it is. Where a field may be empty, null empties it; an address that is null is removed.
"""

from typing import Annotated, ClassVar

from msgspec import UNSET, Meta, UnsetType

from backoffice.text.structs import Input, Quantity, Text
from orders.services.intake.input import (
    Code64,
    Code100,
    CustomProperties,
    DesignId,
    Email,
    NewCustoms,
    NewDocument,
    NewLine,
    NewTotals,
    Part50,
    Part100,
    Part200,
    PrintFile,
    Reference,
    TaxPercent,
    Total,
    UnitPrice,
)

_Part = Part200 | UnsetType | None


class CustomerChanges(Input, kw_only=True):
    """What changes about who bought."""

    email: Email | UnsetType | None = UNSET
    firstname: Part100 | UnsetType | None = UNSET
    lastname: Part100 | UnsetType | None = UNSET
    phone: Part50 | UnsetType | None = UNSET
    accepts_letters: bool | UnsetType = UNSET
    accepts_review_request: bool | UnsetType = UNSET


class AddressChanges(Input, kw_only=True):
    """What changes of an address; one that the order does not have yet is added."""

    reference: _Part = UNSET
    company: _Part = UNSET
    department: _Part = UNSET
    firstname: _Part = UNSET
    lastname: _Part = UNSET
    street: _Part = UNSET
    care_of: _Part = UNSET
    zip: Annotated[str, Meta(max_length=200)] | UnsetType | None = UNSET
    city: _Part = UNSET
    district: _Part = UNSET
    state_code: _Part = UNSET
    country_code: _Part = UNSET
    phone: _Part = UNSET
    fax: _Part = UNSET
    mobile: _Part = UNSET
    email: Email | UnsetType | None = UNSET
    vat_id: _Part = UNSET
    commercial_register_entry: _Part = UNSET
    iban: _Part = UNSET
    bic_or_swift: _Part = UNSET
    account_holder: _Part = UNSET
    eori_number: _Part = UNSET


class SenderChanges(AddressChanges, kw_only=True):
    """What changes of a shipper's or export address; `address_id` and `address_key` name one that the vendor keeps."""

    address_id: Code64 | UnsetType | None = UNSET
    address_key: Code64 | UnsetType | None = UNSET


class LineChange(Input, kw_only=True):
    """What changes of the line with that reference. Another SKU brings its own name unless one is given. Credentials
    of a file whose address stays are kept where none are given.
    """

    reference: Reference
    sku: Code100 | UnsetType = UNSET
    design_id: DesignId | UnsetType | None = UNSET
    custom_product: Code64 | UnsetType = UNSET
    quantity: Quantity | UnsetType = UNSET
    unit_price: UnitPrice | UnsetType = UNSET
    tax_percent: TaxPercent | UnsetType | None = UNSET
    name: Annotated[str, Meta(max_length=500)] | UnsetType | None = UNSET
    files: Annotated[list[PrintFile], Meta(max_length=20)] | UnsetType = UNSET
    customs: NewCustoms | UnsetType | None = UNSET
    custom_properties: CustomProperties | UnsetType = UNSET


class LineChanges(Input, kw_only=True):
    """Lines by their references: `change` and `remove` name those that are there, `add` brings new ones."""

    change: Annotated[list[LineChange], Meta(max_length=200)] = []
    add: Annotated[list[NewLine], Meta(max_length=200)] = []
    remove: Annotated[list[Reference], Meta(max_length=200)] = []


class OrderChanges(Input, kw_only=True):
    """What changes of an order. `total` follows the lines unless it is given: it moves by what they cost more or less.
    With `totals` it is what these make. They never follow by themselves.

    `documents` replaces all that were supplied.
    """

    EXAMPLE: ClassVar = {
        "recipient": {"street": "Nebenstraße 1"},
        "lines": {"change": [{"reference": "1", "quantity": 200}]},
    }

    customer: CustomerChanges | UnsetType = UNSET
    recipient: AddressChanges | UnsetType = UNSET
    invoice_address: AddressChanges | UnsetType | None = UNSET
    shipper: SenderChanges | UnsetType | None = UNSET
    export: SenderChanges | UnsetType | None = UNSET
    letter_address: AddressChanges | UnsetType | None = UNSET
    lines: LineChanges | UnsetType = UNSET
    total: Total | UnsetType = UNSET
    totals: NewTotals | UnsetType | None = UNSET
    shipping_method: Part100 | UnsetType | None = UNSET
    express_shipping: bool | UnsetType = UNSET
    express_production: bool | UnsetType = UNSET
    gift_message: Annotated[str, Meta(max_length=500), Text.PARAGRAPH] | UnsetType | None = UNSET
    custom_properties: CustomProperties | UnsetType = UNSET
    documents: Annotated[list[NewDocument], Meta(max_length=50)] | UnsetType = UNSET
    generic_label: bool | UnsetType = UNSET
