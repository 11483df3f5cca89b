"""What Sign Customiser sends: answers and callbacks. What may be missing is optional."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

# Room for what is to be found again by it.
Id = Annotated[int, Meta(ge=0, le=10**18)] | Annotated[str, Meta(min_length=1, max_length=64)]
# Smallest units of a currency: a thousand millions of francs at most.
Units = Annotated[int, Meta(ge=0, le=10**11)]


class OrderedProduct(msgspec.Struct):
    external_id: str | None = None
    quantity: int | None = None
    price: int | None = None


class Order(msgspec.Struct):
    """The answer to an order."""

    order_id: Id | None = None
    external_id: str | None = None
    external_order_number: str | None = None
    currency: str | None = None
    shipping_line: str | None = None
    products: list[OrderedProduct] | None = None


class OrderAnswer(msgspec.Struct):
    order: Order


class WebhookFacts(msgspec.Struct):
    webhook_id: Id
    topic: str = ""
    url: str = ""
    status: str | None = None
    secret: str | None = None


class WebhookAnswer(msgspec.Struct):
    webhook: WebhookFacts


class WebhookList(msgspec.Struct):
    webhooks: list[WebhookFacts]


class Upload(msgspec.Struct):
    url: str | None = None
    type: str | None = None


class Product(msgspec.Struct):
    """Of `product:created`."""

    product_id: Id
    title: str | None = None
    description: str | None = None
    description_html: str | None = None
    external_id: Id | None = None
    external_data: Any = None
    price: Units | None = None
    compare_price: Units | None = None
    customiser_id: Id | None = None
    logo_upload_id: Id | None = None
    product_image_url: str | None = None
    uploads: list[Upload] | None = None
    created_at: str | None = None
    updated_at: str | None = None


class ProductCreated(msgspec.Struct):
    product: Product


class CreatedOrder(msgspec.Struct):
    """Of `order:created`: what we need of it. The whole body is kept with the callback."""

    order_id: Id
    external_id: Id | None = None
    created_at: str | None = None


class OrderCreated(msgspec.Struct):
    order: CreatedOrder


class Form(msgspec.Struct):
    label: str | None = None
    subject: str | None = None


class FormResponse(msgspec.Struct):
    name: str | None = None
    value: Any = None
    input_type: str | None = None
    field_id: Id | None = None


class Submission(msgspec.Struct):
    """Of `form:submitted`."""

    submission_number: Id
    form: Form | None = None
    responses: list[FormResponse] | None = None
    created_at: str | None = None


class FormSubmitted(msgspec.Struct):
    form_submission: Submission
