"""What a variant is made of, as storefronts see it: parts to print on, media, properties, relations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from backoffice.api.responses import read_fields
from catalog.models import Relation, Variant
from catalog.services.print_parts import read_parts

Millimetres = Annotated[float, Meta(description="In mm.", examples=[210])]


class PropertyResponse(msgspec.Struct):
    """A property as the vendor gives it: the value is a text, a number or true and false."""

    property: Annotated[str, Meta(examples=["colour"])]
    value: Annotated[str | int | float | bool | None, Meta(examples=["blue", 210, True])]


class PartResponse(msgspec.Struct):
    """A part that is printed on, and what its print file has to be; null where the vendor does not say. A file is as
    large as `width` and `height` with `bleed` on each side; its `type` in an order is the part's `key`.
    """

    key: Annotated[str, Meta(examples=["body"])]
    name: str
    printing_method: Annotated[str, Meta(examples=["digital"])]
    width: Millimetres | None
    height: Millimetres | None
    bleed: Millimetres | None
    pages: int | None


class DocumentLinks(msgspec.Struct):
    """Addresses of files to download: templates for designers and the data sheet."""

    pdf: str | None = None
    indesign: str | None = None
    datasheet: str | None = None


class MediaResponse(msgspec.Struct):
    """Addresses of further pictures and of videos, in the vendor's order. The main picture is `image_url`."""

    images: list[str]
    videos: list[str]
    documents: DocumentLinks


class RelationResponse(msgspec.Struct):
    """Another variant that belongs to it. `kind` is the vendor's word: `related`, `up-selling`, `cross-selling`,
    `samples`, or one that it adds later; `name` is what it calls the other. The SKU may be one that is not in the
    catalogue.
    """

    kind: Annotated[str, Meta(examples=["cross-selling"])]
    sku: str
    name: str


def property_responses(rows: Iterable[Any]) -> list[PropertyResponse]:
    """Return what can be shown: values of other kinds as JSON text."""
    named = (row for row in rows if isinstance(row, Mapping))
    return [PropertyResponse(str(row.get("name") or ""), _plain(row.get("value"))) for row in named]


def part_responses(rows: Iterable[Any]) -> list[PartResponse]:
    """Return the parts, whatever of them can be read."""
    return [read_fields(PartResponse, part) for part in read_parts(rows)]


def media_response(variant: Variant) -> MediaResponse:
    media = variant.media
    documents = {kind: url for kind, url in media.get("documents", {}).items() if kind in DOCUMENTS}
    return MediaResponse(list(media.get("images", ())), list(media.get("videos", ())), DocumentLinks(**documents))


def relation_responses(rows: Iterable[Relation]) -> list[RelationResponse]:
    found = [RelationResponse(row.kind, row.related_sku, row.name) for row in rows]
    return sorted(found, key=lambda one: (one.kind, one.sku))


DOCUMENTS: Sequence[str] = DocumentLinks.__struct_fields__


def _plain(value: Any) -> str | int | float | bool | None:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return msgspec.json.encode(value).decode()
