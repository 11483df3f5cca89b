"""A draft as a storefront sends it: any part of an order, with numbers as the API has them."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from backoffice.text.structs import Input, Quantity, Text
from orders.drafts.services.contents import MOST_FILES, MOST_LINES, DraftContent, DraftFile, DraftLine
from orders.services.editing.changes import AddressChanges, CustomerChanges, SenderChanges
from orders.services.intake.input import (
    Code64,
    Code100,
    Currency,
    CustomProperties,
    DesignId,
    NewAddress,
    NewCustomer,
    NewCustoms,
    NewSender,
    Part100,
    Reference,
    TaxPercent,
    Total,
    UnitPrice,
)

_OPTIONAL_ADDRESSES: Mapping[str, type[NewAddress]] = {
    "invoice_address": NewAddress,
    "shipper": NewSender,
    "export": NewSender,
    "letter_address": NewAddress,
}
_AS_GIVEN = ("shipping_method", "express_shipping", "express_production", "gift_message", "custom_properties")


class DraftOrderLine(Input, kw_only=True):
    """A line as far as it is known. Without a `unit_price` it is sold at the catalogue's for its quantity."""

    reference: Annotated[Reference | None, Meta(description="Unique in the draft; the position when left out.")] = None
    sku: Code100 | None = None
    design_id: DesignId | None = None
    custom_product: Code64 | None = None
    name: Annotated[str, Meta(max_length=500)] | None = None
    quantity: Quantity | None = None
    unit_price: UnitPrice | None = None
    tax_percent: Annotated[TaxPercent | None, Meta(description="Left out: the shop's.")] = None
    files: Annotated[list[DraftFile], Meta(max_length=MOST_FILES)] = []
    customs: NewCustoms | None = None
    custom_properties: CustomProperties = {}


class DraftOrderInput(Input, kw_only=True):
    """An order as far as it is known. What is left out stays as it is: of the customer and of addresses each field,
    which null empties; `lines` are given as a whole.
    """

    EXAMPLE: ClassVar = {
        "reference": "4711",
        "customer": {"email": "jana@example.com", "firstname": "Jana", "lastname": "Beispiel"},
        "lines": [{"sku": "MP-F1-C0000003", "quantity": 100}],
    }

    reference: Annotated[
        Reference | UnsetType | None, Meta(description="The order's, in the end; left out: one of our making.")
    ] = UNSET
    customer: CustomerChanges | UnsetType = UNSET
    recipient: AddressChanges | UnsetType = UNSET
    invoice_address: AddressChanges | UnsetType | None = UNSET
    shipper: SenderChanges | UnsetType | None = UNSET
    export: SenderChanges | UnsetType | None = UNSET
    letter_address: AddressChanges | UnsetType | None = UNSET
    lines: Annotated[list[DraftOrderLine], Meta(max_length=MOST_LINES)] | UnsetType = UNSET
    currency: Annotated[Currency | UnsetType | None, Meta(description="Left out: the shop's own.")] = UNSET
    total: Annotated[Total | UnsetType | None, Meta(description="Without one, the sum of the lines with tax.")] = UNSET
    shipping_method: Part100 | UnsetType | None = UNSET
    express_shipping: bool | UnsetType = UNSET
    express_production: bool | UnsetType = UNSET
    gift_message: Annotated[str, Meta(max_length=500), Text.PARAGRAPH] | UnsetType | None = UNSET
    custom_properties: CustomProperties | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.lines is UNSET:
            return
        for position, line in enumerate(self.lines, start=1):
            line.reference = line.reference or str(position)
        if len({line.reference for line in self.lines}) != len(self.lines):
            raise ValueError("Two lines have the same reference")


def merge_content(content: DraftContent, given: DraftOrderInput) -> DraftContent:
    """Return the draft's content with what is given in its place."""
    changes: dict[str, Any] = {name: value for name in _AS_GIVEN if (value := getattr(given, name)) is not UNSET}
    if given.customer is not UNSET:
        changes["customer"] = NewCustomer(**_merged(content.customer, given.customer))
    if given.recipient is not UNSET:
        changes["recipient"] = NewAddress(**_merged(content.recipient, given.recipient))
    for name, kind in _OPTIONAL_ADDRESSES.items():
        address = getattr(given, name)
        if address is None:
            changes[name] = None
        elif address is not UNSET:
            changes[name] = kind(**_merged(getattr(content, name) or kind(), address))
    if given.lines is not UNSET:
        changes["lines"] = [_line(line) for line in given.lines]
    if given.currency is not UNSET:
        changes["currency"] = given.currency or ""
    if given.total is not UNSET:
        changes["total"] = _typed(given.total)
    return msgspec.structs.replace(content, **changes)


def _merged(before: msgspec.Struct, given: msgspec.Struct) -> dict[str, Any]:
    names: Iterable[str] = given.__struct_fields__
    return msgspec.structs.asdict(before) | {
        name: value for name in names if (value := getattr(given, name)) is not UNSET
    }


def _line(line: DraftOrderLine) -> DraftLine:
    return DraftLine(
        reference=line.reference or "",
        sku=line.sku,
        design_id=line.design_id,
        custom_product=line.custom_product,
        name=line.name,
        quantity="" if line.quantity is None else str(line.quantity),
        unit_price=_typed(line.unit_price),
        tax_percent=line.tax_percent or "",
        files=line.files,
        customs=line.customs,
        custom_properties=line.custom_properties,
    )


def _typed(amount: str | None) -> str:
    """Return the amount as drafts keep it: as people type it, among whom "1.234" may be a thousand. A fourth decimal
    place says that it is none.
    """
    if amount is None:
        return ""
    _whole, _point, decimals = amount.partition(".")
    return f"{amount}0" if len(decimals) == 3 else amount
