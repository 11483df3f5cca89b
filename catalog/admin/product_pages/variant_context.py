"""The context of the page of one variant."""

from dataclasses import dataclass
from typing import Any

from django.db.models import prefetch_related_objects

from backoffice.text.translatable import gettext as _
from catalog.admin.change_set_pages.vendor_changes import seen_changes
from catalog.models import Relation, Variant
from catalog.services.market_prices import read_tiers
from catalog.services.orderable import can_order
from catalog.services.price_grid import GridRow, price_grid
from catalog.services.print_parts import read_parts
from catalog.services.stock import find_left

CHANGES_SHOWN = 50
SIBLINGS_SHOWN = 24


def variant_context(variant: Variant) -> dict[str, Any]:
    """Read everything: eight queries, nine where stock is counted, whatever the variant has."""
    prefetch_related_objects([variant], "availabilities")
    siblings = Variant.objects.filter(product=variant.product_id, gone_at=None).exclude(pk=variant.pk)
    return {
        "variant": variant,
        "pictures": [url for url in (variant.image_url, *variant.media.get("images", [])) if url],
        "grid": price_grid(variant.tiers.all()),
        "market_grids": _market_grids(variant),
        "offers": sorted(variant.availabilities.all(), key=lambda offer: offer.fulfiller_name),
        "texts": list(variant.texts.order_by("language")),
        "parts": read_parts(variant.parts),
        "relations": _relations(variant),
        "changes": list(seen_changes(variant.changes.select_related("run"))[:CHANGES_SHOWN]),
        "siblings": list(siblings.only("sku", "name", "image_url").order_by("sku")[:SIBLINGS_SHOWN]),
        # Why a shop cannot order it, empty where it can; how large a line there is stock for, None where nobody counts.
        "why_not": can_order(variant).reason,
        "left": find_left([variant]).get((variant.vendor, variant.sku)),
    }


@dataclass(frozen=True)
class MarketGrid:
    """What it costs in a further market."""

    currency: str
    shipping_from: str
    rows: list[GridRow]


def _market_grids(variant: Variant) -> list[MarketGrid]:
    rows = variant.market_prices.order_by("currency", "shipping_from")
    return [MarketGrid(row.currency, row.shipping_from, price_grid(read_tiers(row.tiers))) for row in rows]


def _relations(variant: Variant) -> list[tuple[str, list[tuple[Relation, Variant | None]]]]:
    """Return the related SKUs by kind, with those variants that we have, in one lookup for all."""
    labels = {
        "related": _("Related"),
        "up-selling": _("Upgrades"),
        "cross-selling": _("Goes well with this"),
        "samples": _("Samples"),
    }
    rows = list(variant.relations.order_by("kind", "related_sku"))
    skus = {row.related_sku for row in rows}
    known = {
        found.sku: found
        for found in Variant.objects.filter(vendor=variant.vendor, sku__in=skus).only("sku", "name", "image_url")
    }
    kinds: dict[str, list[tuple[Relation, Variant | None]]] = {}
    for row in rows:
        kinds.setdefault(row.kind, []).append((row, known.get(row.related_sku)))
    return [(labels.get(kind, kind), related) for kind, related in kinds.items()]
