"""What crosses between a vendor and the catalogue, in our words.

Prices are Decimal, net, per piece, in the variant's currency. Countries are ISO codes ("GB", never "UK"),
languages two upper-case letters. Empty text means "not given"; None on a flag or number means that the vendor
does not say.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from backoffice.vendors.messages import Message


class TierData(NamedTuple):
    """The unit price from a quantity on. `price_list` is "purchase", "recommended" or "sales".

    A tuple rather than a Message: a catalogue has a hundred thousand of them.
    """

    price_list: str
    quantity: int
    price: Decimal


class TextData(Message, frozen=True):
    """Name and descriptions in one language; descriptions may be HTML, as the vendor sent it."""

    name: str = ""
    description: str = ""
    description_short: str = ""
    description_secondary: str = ""
    overwritten: bool = False


class AvailabilityData(Message, frozen=True):
    """One fulfiller's offer. `contract_state` is lower case, empty when the vendor does not say."""

    fulfiller_id: str
    fulfiller_name: str = ""
    sku_fulfiller: str = ""
    available: bool | None = None
    stock_managed: bool | None = None
    stock_qty: int | None = None
    shipping_from: str = ""
    contract_id: str = ""
    contract_state: str = ""
    contract_requested_at: datetime | None = None
    contract_accepted_at: datetime | None = None
    contract_cancelled_at: datetime | None = None
    contract_declined_at: datetime | None = None


class RelationData(NamedTuple):
    """`kind` is "related", "up-selling", "cross-selling", "samples" or another word of the vendor; `name` is what the
    vendor calls the other variant there.
    """

    kind: str
    related_sku: str
    name: str = ""


class VariantData(Message, frozen=True):
    """One SKU as the vendor describes it. Tiers, availabilities and relations are sorted and free of repeats.

    `availabilities` is None when the vendor does not say who makes it, which is not the same as "nobody".
    Shipping is in days from the order.
    """

    vendor_id: str
    sku: str
    gtin: str = ""
    active: bool = True
    available: bool = True
    test_product: bool = False
    sample_product: bool = False
    personalized: bool = False
    editor_intents: list[str] = []
    currency: str = "EUR"
    order_min_qty: int = 1
    order_max_qty: int | None = None
    tier_price_qty_only: bool = False
    shipping_from: str = ""
    shipping_earliest_days: int | None = None
    shipping_latest_days: int | None = None
    express_available: bool = False
    image_url: str = ""
    media: dict[str, Any] = {}
    properties: list[dict[str, Any]] = []
    parts: list[dict[str, Any]] = []
    text: TextData = TextData()
    tiers: tuple[TierData, ...] = ()
    availabilities: tuple[AvailabilityData, ...] | None = None
    relations: tuple[RelationData, ...] = ()
    vendor_created_at: datetime | None = None
    vendor_updated_at: datetime | None = None


class ProductData(Message, frozen=True):
    """A group of variants. `categories` are paths joined by "/"; `language` is what the vendor says it answered in."""

    vendor_id: str
    language: str = ""
    name: str = ""
    name_overwritten: bool = False
    image_url: str = ""
    video_url: str = ""
    categories: tuple[str, ...] = ()
    variants: tuple[VariantData, ...] = ()
    vendor_created_at: datetime | None = None
    vendor_updated_at: datetime | None = None


class CatalogProblem(Message, frozen=True):
    """Something that could not be read, or was read (`was_read`) and is odd.

    `product_id` and `skus` name what is concerned as far as that could be made out. A problem with neither
    concerns the listing itself: what it would have shown is unknown.
    """

    text: str
    product_id: str = ""
    skus: tuple[str, ...] = ()
    was_read: bool = False


class UnreadableProduct(ValueError):
    """A product of the listing that cannot be read; `problem` says which and why."""

    def __init__(self, problem: CatalogProblem) -> None:
        super().__init__(problem.text)
        self.problem = problem


class ListedProduct(NamedTuple):
    """A product as it stands in a listing, not yet read: most of them are as they were and need no reading.

    `fingerprint` (32 hex digits) is the same as long as the listing says the same of it and is read the same way;
    `vendor_id` is empty where it cannot be made out.
    """

    vendor_id: str
    fingerprint: str
    body: bytes
    reader: Callable[[bytes], ProductData]

    def read(self) -> ProductData:
        """Decode the product. Raises UnreadableProduct."""
        return self.reader(self.body)


class CatalogPage(Message, frozen=True):
    """A part of the listing, in the vendor's order. `total` is how many products the whole of it has."""

    products: tuple[ListedProduct, ...] = ()
    problems: tuple[CatalogProblem, ...] = ()
    total: int | None = None
