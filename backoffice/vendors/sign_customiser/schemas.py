"""What Sign Customiser sends: answers and callbacks. What may be missing is optional."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from backoffice.text.cleaning import clean_foreign

# Room for what is to be found again by it.
Id = Annotated[int, Meta(ge=0, le=10**18)] | Annotated[str, Meta(min_length=1, max_length=64)]
# What is only kept, shown or compared (see `read_word`): nobody is turned away for an empty text or a number there.
Word = Any
# Smallest units of a currency: a thousand millions of francs at most.
Units = Annotated[int, Meta(ge=0, le=10**11)]


class SignOrderSchema(msgspec.Struct):
    """The answer to an order: that there is one says that the order is made, whatever else stands in it."""

    order_id: Word = None
    external_id: Word = None
    products: Word = None


class PlacedResponse(msgspec.Struct):
    order: SignOrderSchema


class WebhookData(msgspec.Struct):
    webhook_id: Id
    topic: Word = None
    url: Word = None
    status: Word = None
    secret: str | None = None


class WebhookResponse(msgspec.Struct):
    webhook: WebhookData


class WebhookList(msgspec.Struct):
    webhooks: list[WebhookData]


class SignProductSchema(msgspec.Struct):
    """Of `product:created`."""

    product_id: Id
    title: Word = None
    description: Word = None
    description_html: Word = None
    external_id: Word = None
    external_data: Any = None
    price: Units | None = None
    compare_price: Units | None = None
    customiser_id: Word = None
    logo_upload_id: Word = None
    product_image_url: Word = None
    uploads: Any = None
    created_at: Word = None
    updated_at: Word = None


class ProductCreated(msgspec.Struct):
    product: SignProductSchema


class CreatedOrder(msgspec.Struct):
    """Of `order:created`: what we need of it. The whole body is kept with the callback."""

    order_id: Id
    external_id: Word = None
    created_at: Word = None


class OrderCreated(msgspec.Struct):
    order: CreatedOrder


class FormResponse(msgspec.Struct):
    name: Word = None
    value: Any = None
    input_type: Word = None


class Submission(msgspec.Struct):
    """Of `form:submitted`."""

    submission_number: Id
    form: Any = None
    responses: list[FormResponse] | None = None
    created_at: Word = None


class FormSubmitted(msgspec.Struct):
    form_submission: Submission


def read_word(value: Word, *, most: int, is_line: bool = True) -> str:
    """Return text, or a number as text, as we keep such, cut at `most` characters; empty for anything else."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean_foreign(str(value), is_line=is_line)[:most]
