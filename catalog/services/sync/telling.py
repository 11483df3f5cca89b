"""What storefronts are told of the catalogue: that something of a SKU is another now. It is every shop's."""

from collections.abc import Collection, Iterable, Sequence
from urllib.parse import quote

from django.db.models import QuerySet

from backoffice.webhooks.services.recording import NewEvent, record_events
from catalog.models import Variant
from catalog.services.orderable import orderable_vendors
from catalog.services.sync.changes import Difference

_PRICE = ("dearer", "cheaper")
_STOCK = ("available", "unavailable", "gone", "back")


def tell_changes(changes: Sequence[tuple[int, Difference]]) -> None:
    """Record an event for each topic and variant (our id, what is different). One query for the SKUs."""
    if not changes:
        return
    skus = dict(_of_shops({pk for pk, _change in changes}).values_list("pk", "sku"))
    told = dict.fromkeys((topic, pk) for pk, change in changes if pk in skus for topic in topics_of(change))
    record_events([event_about(topic, skus[pk]) for topic, pk in told])


def tell_prices(variants: Collection[int]) -> None:
    """Record that the prices of these variants (our ids) changed. One query for the SKUs."""
    skus = _of_shops(variants).order_by("pk").values_list("sku", flat=True)
    record_events([event_about("price.changed", sku) for sku in skus])


def _of_shops(variants: Collection[int]) -> QuerySet[Variant]:
    """Return those of them that shops order: goods that we make for others are none of theirs."""
    return Variant.objects.filter(pk__in=variants, vendor__in=orderable_vendors())


def topics_of(change: Difference) -> Iterable[str]:
    """Yield the topics that the difference belongs to."""
    parts = set(change.detail.get("parts", ()))
    prices = {part for part in parts if part.endswith(" prices")}
    if change.kind in _PRICE or prices:
        yield "price.changed"
    if change.kind in _STOCK or "availability" in parts:
        yield "stock.changed"
    if change.kind in ("new", "gone", "back") or change.detail.get("fields") or parts - prices - {"availability"}:
        yield "product.changed"


def event_about(topic: str, sku: str) -> NewEvent:
    """Return an event about a SKU, every shop's."""
    return NewEvent(None, topic, "variant", sku, f"catalog/variants/{quote(sku, safe='')}/", {"sku": sku})
