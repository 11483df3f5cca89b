"""Values that really occur, for those who write rules. Every question reads an index, or the newest orders only."""

from collections.abc import Callable, Iterable

from catalog.models import Category, Variant
from fulfillment.models import State
from orders.models import Order
from orders.rules.services.text import fold

MOST = 20
NEWEST = 2000


def find_values(field: str, beginning: str) -> list[str]:
    """Return up to twenty values of the field that begin like that, in any letter case; none for other fields."""
    find = LOOKUPS.get(field)
    if find is None:
        return []
    prefix = fold(beginning)
    return [one for one in dict.fromkeys(find(beginning)) if one and fold(one).startswith(prefix)][:MOST]


def _skus(beginning: str) -> Iterable[str]:
    rows = Variant.objects.filter(sku__istartswith=beginning) if beginning else Variant.objects.all()
    return rows.order_by("pk").values_list("sku", flat=True)[:MOST]


def _categories(beginning: str) -> Iterable[str]:
    return Category.objects.filter(path__istartswith=beginning).order_by("path").values_list("path", flat=True)[:MOST]


def _regions(beginning: str) -> Iterable[str]:
    return State.objects.filter(iso2__istartswith=beginning).order_by("iso2").values_list("iso2", flat=True)[:MOST]


def _tags(beginning: str) -> Iterable[str]:
    newest = Order.objects.exclude(tags=[]).order_by("-pk").values_list("tags", flat=True)[:NEWEST]
    return sorted({tag for tags in newest for tag in tags})


def _methods(beginning: str) -> Iterable[str]:
    newest = Order.objects.order_by("-pk").values_list("shipping_method", flat=True)[:NEWEST]
    return sorted(set(newest))


LOOKUPS: dict[str, Callable[[str], Iterable[str]]] = {
    "sku": _skus,
    "category": _categories,
    "region": _regions,
    "tags": _tags,
    "shipping_method": _methods,
}
