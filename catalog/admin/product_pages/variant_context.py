"""All that the page of one variant shows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from catalog.admin.catalog_chips import change_chip, change_lines, kind_chips, offer_chip, variant_chip
from catalog.models import Availability, Variant, VariantChange, VariantText
from catalog.services.orderable import can_order
from catalog.services.price_grid import GridRow, price_grid
from catalog.services.stock import find_left

CHANGES_SHOWN = 50


@dataclass(frozen=True)
class RelatedVariant:
    """A SKU the vendor relates; `pk` is None while we do not have it."""

    sku: str
    pk: int | None
    name: str
    image_url: str


@dataclass(frozen=True)
class ChangeRow:
    change: VariantChange
    chip: Chip
    lines: list[dict[str, Any]]


@dataclass(frozen=True)
class VariantContext:
    variant: Variant
    chips: list[Chip]
    pictures: list[str]
    videos: list[str]
    documents: dict[str, str]
    grid: list[GridRow]
    offers: list[tuple[Availability, Chip]]
    texts: list[VariantText]
    relations: list[tuple[str, list[RelatedVariant]]]
    changes: list[ChangeRow]
    siblings: list[Variant]
    # Why a shop cannot order it, empty where it can; how large a line there is stock for, None where nobody counts.
    why_not: str
    left: int | None


def variant_context(variant: Variant) -> VariantContext:
    """Read everything: seven queries, eight where stock is counted, whatever the variant has."""
    media = variant.media
    prefetch_related_objects([variant], "availabilities")
    offers = sorted(variant.availabilities.all(), key=lambda offer: offer.fulfiller_name)
    return VariantContext(
        variant=variant,
        chips=[variant_chip(variant), *kind_chips(variant)],
        pictures=[url for url in (variant.image_url, *media.get("images", [])) if url],
        videos=media.get("videos", []),
        documents=media.get("documents", {}),
        grid=price_grid(variant.tiers.all()),
        offers=[(offer, offer_chip(offer)) for offer in offers],
        texts=list(variant.texts.order_by("language")),
        relations=_relations(variant),
        changes=change_rows(variant.changes.select_related("run")[:CHANGES_SHOWN]),
        siblings=list(
            Variant.objects.filter(product=variant.product_id, gone_at=None)
            .exclude(pk=variant.pk)
            .only("sku", "name", "image_url")
            .order_by("sku")[:24]
        ),
        why_not=can_order(variant).reason,
        left=find_left([variant]).get((variant.vendor, variant.sku)),
    )


def change_rows(changes: Any) -> list[ChangeRow]:
    return [ChangeRow(change, change_chip(change), change_lines(change)) for change in changes]


def _relations(variant: Variant) -> list[tuple[str, list[RelatedVariant]]]:
    """By kind; those we have as links, in one lookup for all."""
    words = {
        "related": _("Related"),
        "up-selling": _("Better ones"),
        "cross-selling": _("Goes with it"),
        "samples": _("Samples"),
    }
    rows = list(variant.relations.order_by("kind", "related_sku"))
    skus = {row.related_sku for row in rows}
    known = {
        found.sku: found
        for found in Variant.objects.filter(vendor=variant.vendor, sku__in=skus).only("sku", "name", "image_url")
    }
    kinds: dict[str, list[RelatedVariant]] = {}
    for row in rows:
        found = known.get(row.related_sku)
        related = RelatedVariant(
            row.related_sku, found.pk if found else None, found.name if found else "", found.image_url if found else ""
        )
        kinds.setdefault(row.kind, []).append(related)
    return [(words.get(kind, kind), related) for kind, related in kinds.items()]
