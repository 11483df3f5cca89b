"""Finding production orders by whatever stands on papers, goods and parcels: one scan, or a few signs typed."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q

from fulfillment.models import ProductionItem, ProductionOrder, ProductionShipment
from fulfillment.models.production_order import ProductionOrderQuerySet
from fulfillment.services.own_codes import spell_code
from fulfillment.services.tracking_codes import clean_code, find_label

# So many are shown of what begins with a text.
MOST_FOUND = 50
# Fewer signs are the beginning of too much.
SHORTEST_BEGINNING = 2


@dataclass(frozen=True)
class Quoted:
    """What the orders that somebody means have at vendors: their references there, and the vendors' ids."""

    references: Collection[str] = field(default_factory=set)
    vendor_ids: Collection[str] = field(default_factory=set)


Finder = Callable[[str], Quoted]
_FINDERS: list[Finder] = []


def register_finder(finder: Finder) -> None:
    """Register what finds orders by numbers that only apps above know."""
    _FINDERS.append(finder)


def search_work(rows: ProductionOrderQuerySet, text: str) -> ProductionOrderQuerySet:
    """Return the production orders that are meant by a number, a reference or a tracking code, whether or not there is
    still something to do; where there are none, those of `rows` that have an item with that SKU. Six queries at most.
    """
    code = clean_code(text)
    if not code:
        return rows.none()
    if found := _find(code):
        return ProductionOrder.objects.filter(pk__in=found)
    items = ProductionItem.objects.filter(production_order=OuterRef("pk"))
    return rows.filter(Exists(items.filter(Q(sku__istartswith=code) | Q(sku_fulfiller__istartswith=code))))


def _find(code: str) -> set[int]:
    """Return the ids of those with exactly that code, else of those whose number or reference begins with it."""
    spellings = spell_code(code)
    quoted = [finder(code) for finder in _FINDERS]
    references = spellings.union(*(one.references for one in quoted))
    ids = spellings.union(*(one.vendor_ids for one in quoted))
    exact = Q(vendor_id__in=spellings) | Q(reference__in=references) | Q(reference2__in=spellings)
    found = set(_keys(exact | Q(order_vendor_id__in=ids)))
    parcels = ProductionShipment.objects.with_code(*spellings)
    found.update(parcels.values_list("production_order", flat=True)[:MOST_FOUND])
    if label := find_label(code):
        found.add(label.production_order_id)
    if found or len(code) < SHORTEST_BEGINNING:
        return found
    beginnings = Q()
    for text in {code, code.upper()}:
        beginnings |= Q(vendor_id__startswith=text) | Q(reference__startswith=text)
    return set(_keys(beginnings))


def _keys(condition: Q) -> list[int]:
    # Unordered: for a few of the newest PostgreSQL would read all of them from their end.
    return list(ProductionOrder.objects.filter(condition).values_list("pk", flat=True)[:MOST_FOUND])
