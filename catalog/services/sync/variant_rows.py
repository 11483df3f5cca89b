"""A variant as rows of our tables."""

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import Any

import msgspec

from backoffice.vendors.catalog_messages import AvailabilityData, TextData, VariantData
from catalog.models import Availability, PriceTier, Relation, VariantText
from catalog.services.bulk import ChildTable, to_json
from catalog.services.sync.changes import FACTS, VariantContent

TIERS = ChildTable(PriceTier, key=("variant_id", "price_list", "quantity"), values=("price",))
RELATIONS = ChildTable(Relation, key=("variant_id", "kind", "related_sku"))
AVAILABILITIES = ChildTable(
    Availability, key=("variant_id", "fulfiller_id"), values=AvailabilityData.__struct_fields__[1:]
)
TEXTS = ChildTable(VariantText, key=("variant_id", "language"), values=TextData.__struct_fields__)
# Those that belong to the variant alone; texts are shared with the runs of other languages.
OWN_TABLES = {"tiers": TIERS, "availability": AVAILABILITIES, "relations": RELATIONS}

_DIRECT = tuple(
    "vendor_id sku gtin active available test_product sample_product personalized currency order_min_qty"  # noqa: SIM905
    " order_max_qty tier_price_qty_only shipping_from shipping_earliest_days shipping_latest_days express_available"
    " image_url".split()
)
_JSON = ("editor_intents", "media", "properties", "parts")
UPDATE_COLUMNS = (
    "id", "product_id", "vendor", *_DIRECT, *_JSON, "name", "orderable", "content_hash", "gone_at", "changed_at"
)  # fmt: skip
INSERT_COLUMNS = (*UPDATE_COLUMNS, "created_at")


def content_hash(facts: VariantData, *, product_vendor_id: str) -> str:
    """32 hex digits over all that is kept, in which group it is included; whatever order the vendor sent it in."""
    # As JSON: what a vendor puts into a property may be a number too large for MessagePack.
    digest = blake2b(msgspec.json.encode(facts), digest_size=16)
    digest.update(product_vendor_id.encode())
    return digest.hexdigest()


def is_orderable(facts: VariantData) -> bool:
    """Active, and made by somebody whose contract is accepted; what the vendor does not say counts as yes."""
    if not facts.active:
        return False
    if facts.availabilities is None:
        return True
    return any(
        offer.available is not False and offer.contract_state in ("", "accepted") for offer in facts.availabilities
    )


def variant_row(
    facts: VariantData, *, id: int, product_id: int, vendor: str, content_hash: str, changed_at: datetime
) -> tuple[Any, ...]:
    """A row in the order of UPDATE_COLUMNS."""
    return (
        id,
        product_id,
        vendor,
        *[getattr(facts, name) for name in _DIRECT],
        *[to_json(getattr(facts, name)) for name in _JSON],
        facts.text.name,
        is_orderable(facts),
        content_hash,
        None,
        changed_at,
    )


def tier_rows(id: int, facts: VariantData) -> Iterator[tuple[Any, ...]]:
    return ((id, *tier) for tier in facts.tiers)


def availability_rows(id: int, facts: VariantData) -> Iterator[tuple[Any, ...]]:
    return ((id, *msgspec.structs.astuple(offer)) for offer in facts.availabilities or ())


def relation_rows(id: int, facts: VariantData) -> Iterator[tuple[Any, ...]]:
    return ((id, *relation) for relation in facts.relations)


def text_row(id: int, facts: VariantData, *, language: str) -> tuple[Any, ...]:
    return (id, language, *msgspec.structs.astuple(facts.text))


OWN_ROWS = {"tiers": tier_rows, "availability": availability_rows, "relations": relation_rows}


def content_of(facts: VariantData) -> VariantContent:
    """The variant in the shape in which stored ones are compared with it."""
    values = {name: getattr(facts, name) for name in FACTS if name not in ("name", "orderable")}
    return VariantContent(
        facts=values | {"name": facts.text.name, "orderable": is_orderable(facts)},
        tiers=set(facts.tiers),
        children={
            "availability": {row[1:] for row in availability_rows(0, facts)},
            "relations": set(facts.relations),
            "text": {msgspec.structs.astuple(facts.text)},
        },
    )
