"""What storefronts get to see of their drafts."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from backoffice.errors import InvalidInput
from backoffice.tables.numbers import read_whole
from orders.api.responses import AddressResponse, CustomerResponse, CustomsResponse, SenderResponse
from orders.api.validation import ValidationResponse
from orders.drafts.models import DraftOrder
from orders.drafts.services.contents import DraftContent, DraftLine, read_content
from orders.services.intake.input import NewAddress, NewSender

_Id = Annotated[int | None, msgspec.Meta(description="The order that came of it; null while it is a draft.")]


class DraftFileResponse(msgspec.Struct):
    """A print file of ours by `file_id`, or one at an address."""

    file_id: str | None
    url: str | None
    type: str | None


class DraftLineResponse(msgspec.Struct):
    """A line as far as it is known. `quantity` is null where there is none, or what somebody typed is no number."""

    reference: str
    sku: str | None
    design_id: str | None
    custom_product: str | None
    name: str | None
    quantity: int | None
    unit_price: str | None
    tax_percent: str | None
    files: list[DraftFileResponse]
    customs: CustomsResponse | None
    custom_properties: dict[str, str]


class DraftOrderSummary(msgspec.Struct, kw_only=True):
    """A draft in the list. `key` is the prefix of the key that made it; staff may have saved it since."""

    id: int
    reference: str
    test: bool
    version: int
    order: _Id
    customer_name: str
    line_count: int
    key: str
    created_at: datetime
    updated_at: datetime


class DraftOrderResponse(DraftOrderSummary, kw_only=True):
    """A draft, with what placing it would be answered now in `validation`; null once it is an order."""

    customer: CustomerResponse
    recipient: AddressResponse
    invoice_address: AddressResponse | None
    shipper: SenderResponse | None
    export: SenderResponse | None
    letter_address: AddressResponse | None
    lines: list[DraftLineResponse]
    currency: str
    total: str | None
    shipping_method: str | None
    express_shipping: bool
    express_production: bool
    gift_message: str | None
    custom_properties: dict[str, str]
    validation: ValidationResponse | None


class DraftOrderPage(msgspec.Struct):
    """`next` is the address of the next page and `next_cursor` the cursor in it, null at the end."""

    next: str | None
    next_cursor: str | None
    results: list[DraftOrderSummary]


def draft_summary(draft: DraftOrder) -> DraftOrderSummary:
    return DraftOrderSummary(**_head(draft))


def draft_response(draft: DraftOrder, *, validation: ValidationResponse | None) -> DraftOrderResponse:
    """Return all of the draft, as it is kept."""
    content = read_content(draft.content)
    return DraftOrderResponse(
        **_head(draft),
        customer=CustomerResponse(**_texts(content.customer, CustomerResponse)),
        recipient=_address(content.recipient),
        invoice_address=_optional(content.invoice_address),
        shipper=_sender(content.shipper),
        export=_sender(content.export),
        letter_address=_optional(content.letter_address),
        lines=[_line(line) for line in content.lines],
        currency=content.currency or draft.shop.currency,
        total=content.total or None,
        shipping_method=content.shipping_method,
        express_shipping=content.express_shipping,
        express_production=content.express_production,
        gift_message=content.gift_message,
        custom_properties=_properties(content),
        validation=validation,
    )


def _head(draft: DraftOrder) -> dict[str, Any]:
    return {
        "id": draft.pk,
        "reference": draft.order_reference,
        "test": draft.is_test,
        "version": draft.version,
        "order": draft.order_id,
        "customer_name": draft.customer,
        "line_count": draft.line_count,
        "key": draft.api_key_id or "",
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
    }


def _line(line: DraftLine) -> DraftLineResponse:
    return DraftLineResponse(
        reference=line.reference,
        sku=line.sku,
        design_id=None if line.design_id is None else str(line.design_id),
        custom_product=line.custom_product,
        name=line.name,
        quantity=_whole(line.quantity),
        unit_price=line.unit_price or None,
        tax_percent=line.tax_percent or None,
        files=[DraftFileResponse(file.file_id, file.url, file.type) for file in line.files],
        customs=None if line.customs is None else CustomsResponse(**msgspec.structs.asdict(line.customs)),
        custom_properties=_properties(line),
    )


def _whole(typed: str) -> int | None:
    try:
        return read_whole(typed) if typed else None
    except InvalidInput:
        return None


def _properties(of: DraftContent | DraftLine) -> dict[str, str]:
    return {str(name): str(value) for name, value in of.custom_properties.items()}


def _optional(address: NewAddress | None) -> AddressResponse | None:
    return None if address is None else _address(address)


def _sender(address: NewSender | None) -> SenderResponse | None:
    return None if address is None else SenderResponse(**_texts(address, SenderResponse))


def _address(address: NewAddress) -> AddressResponse:
    return AddressResponse(**_texts(address, AddressResponse))


def _texts(given: msgspec.Struct, response: type[msgspec.Struct]) -> dict[str, Any]:
    """Return the fields of the response; what is not given is empty."""
    return {name: "" if (value := getattr(given, name)) is None else value for name in response.__struct_fields__}
