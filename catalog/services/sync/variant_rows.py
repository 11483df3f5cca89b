"""A variant as rows of our tables."""

from collections.abc import Callable, Iterable
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from backoffice.vendors.catalog_messages import AvailabilityData, TextData, VariantData
from catalog.models import Availability, PriceTier, Relation, VariantText
from catalog.services.bulk import ChildTable, to_json
from catalog.services.sync.changes import FIELDS, VariantContent

TIERS = ChildTable(PriceTier, key=("variant_id", "price_list", "quantity"), values=("price",))
RELATIONS = ChildTable(Relation, key=("variant_id", "kind", "related_sku"), values=("name",))
AVAILABILITIES = ChildTable(
    Availability, key=("variant_id", "fulfiller_id"), values=AvailabilityData.__struct_fields__[1:]
)
TEXTS = ChildTable(VariantText, key=("variant_id", "language"), values=TextData.__struct_fields__)
# Those that belong to the variant alone; texts are shared with the runs of other languages.
OWN_TABLES = {"tiers": TIERS, "availability": AVAILABILITIES, "relations": RELATIONS}

_DIRECT = tuple(
    "vendor_id sku gtin active available test_product sample_product personalized currency order_min_qty"  # noqa: SIM905
    " order_max_qty tier_price_qty_only shipping_from shipping_earliest_days shipping_latest_days express_available"
    " image_url vendor_created_at vendor_updated_at".split()
)
_JSON = ("editor_intents", "media", "properties", "parts")
UPDATE_COLUMNS = (
    "id", "product_id", "vendor", *_DIRECT, *_JSON, "name", "orderable", "content_hash", "gone_at", "changed_at",
    "revised_at", "listed_from",
)  # fmt: skip
INSERT_COLUMNS = (*UPDATE_COLUMNS, "created_at")


class WrittenVariant(NamedTuple):
    """A variant on its way into its row."""

    id: int
    product_id: int
    data: VariantData
    content_hash: str


def content_hash(data: VariantData, *, product_vendor_id: str) -> str:
    """Return 32 hex digits over all that is kept and the group it is in, whatever order the vendor sent it in."""
    # As JSON: what a vendor puts into a property may be a number too large for MessagePack.
    digest = blake2b(msgspec.json.encode(data), digest_size=16)
    digest.update(product_vendor_id.encode())
    return digest.hexdigest()


def is_orderable(data: VariantData) -> bool:
    """Return whether somebody under contract makes it and it is active; what the vendor does not say is a yes."""
    if not data.active:
        return False
    if data.availabilities is None:
        return True
    return any(
        offer.available is not False and offer.contract_state in ("", "accepted") for offer in data.availabilities
    )


def variant_row(
    variant: WrittenVariant, *, vendor: str, changed_at: datetime, revised_at: datetime, listed_from: str
) -> tuple[Any, ...]:
    """Return a row in the order of UPDATE_COLUMNS."""
    data = variant.data
    return (
        variant.id,
        variant.product_id,
        vendor,
        *[getattr(data, name) for name in _DIRECT],
        *[to_json(getattr(data, name)) for name in _JSON],
        data.text.name,
        is_orderable(data),
        variant.content_hash,
        None,
        changed_at,
        revised_at,
        listed_from,
    )


def text_row(id: int, data: VariantData, *, language: str) -> tuple[Any, ...]:
    return (id, language, *msgspec.structs.astuple(data.text))


# The rows of the variant's own tables, without its id.
OWN_ROWS: dict[str, Callable[[VariantData], Iterable[tuple[Any, ...]]]] = {
    "tiers": lambda data: data.tiers,
    "availability": lambda data: map(msgspec.structs.astuple, data.availabilities or ()),
    "relations": lambda data: data.relations,
}


def content_of(data: VariantData) -> VariantContent:
    """Return the variant as stored ones are compared with it."""
    values = {name: getattr(data, name) for name in FIELDS if name not in ("name", "orderable")}
    return VariantContent(
        data=values | {"name": data.text.name, "orderable": is_orderable(data)},
        tiers=set(data.tiers),
        children={
            "availability": set(OWN_ROWS["availability"](data)),
            "relations": set(data.relations),
            "text": {msgspec.structs.astuple(data.text)},
        },
    )
