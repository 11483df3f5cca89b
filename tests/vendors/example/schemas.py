"""What Example Print sends. What may be missing is optional; words are kept as they come."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from msgspec import Meta

Id = Annotated[int, Meta(ge=1, le=10**18)]
Count = Annotated[int, Meta(ge=0, le=10**9)]


class Store(msgspec.Struct):
    name: str = ""


class StoreAnswer(msgspec.Struct):
    result: Store


class File(msgspec.Struct):
    url: str
    type: str = ""


class Item(msgspec.Struct):
    id: Id
    sku: str
    quantity: Count
    external_id: str = ""
    files: list[File] = []


class ItemAnswer(msgspec.Struct):
    result: Item


class ShippedItem(msgspec.Struct):
    item_id: Id
    quantity: Count


class Shipment(msgspec.Struct):
    id: Id
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    items: list[ShippedItem] = []


class Recipient(msgspec.Struct):
    name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    zip: str = ""
    state_code: str = ""
    country_code: str = ""
    phone: str = ""
    email: str = ""


class Order(msgspec.Struct):
    id: Id
    external_id: str
    status: str
    created: datetime
    updated: datetime
    revision: Count = 0
    recipient: Recipient | None = None
    items: list[Item] = []
    shipments: list[Shipment] = []


class OrderResponse(msgspec.Struct):
    result: Order


class Paging(msgspec.Struct):
    total: Count
    next: str = ""


class RawPage(msgspec.Struct):
    """A page whose rows are read one by one, so that a bad one costs no other."""

    result: list[msgspec.Raw]
    paging: Paging


class Tier(msgspec.Struct):
    quantity: Annotated[int, Meta(ge=1, le=10**6)]
    price: Decimal


class Variant(msgspec.Struct):
    id: Id
    sku: Annotated[str, Meta(min_length=1, max_length=100)]
    name: str = ""
    currency: str = "EUR"
    prices: list[Tier] = []
    printed: bool = True
    active: bool = True
    stock: Count | None = None
    image: str = ""


class Product(msgspec.Struct):
    id: Id
    name: str = ""
    description: str = ""
    category: str = ""
    image: str = ""
    variants: list[Variant] = []


class ProductId(msgspec.Struct):
    id: Id


class Webhook(msgspec.Struct):
    id: Id
    type: str = ""
    url: str = ""
    secret: str | None = None


class WebhookResponse(msgspec.Struct):
    result: Webhook


class WebhookList(msgspec.Struct):
    result: list[Webhook]


class EventData(msgspec.Struct):
    order: Order


class Event(msgspec.Struct):
    id: Annotated[str, Meta(min_length=1, max_length=64)]
    type: str
    data: EventData


class EventId(msgspec.Struct):
    id: Annotated[str, Meta(min_length=1, max_length=64)]
