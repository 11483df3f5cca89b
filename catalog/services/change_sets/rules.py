"""The figures that people set: from when on somebody else must approve, and how far prices may go."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from backoffice.accounts.models import Shop
from catalog.models import CatalogRules, ChangeSet, Product


@dataclass(frozen=True)
class Limits:
    """In percent; None is "no limit"."""

    margin_floor: Decimal | None = None
    largest_move: Decimal | None = None

    def strictest(self, other: "Limits") -> "Limits":
        """Return what satisfies both."""
        floors = [floor for floor in (self.margin_floor, other.margin_floor) if floor is not None]
        moves = [move for move in (self.largest_move, other.largest_move) if move is not None]
        return Limits(max(floors, default=None), min(moves, default=None))


@dataclass(frozen=True)
class Threshold:
    """From these on, whoever made a change set may not approve it."""

    move_percent: Decimal
    skus: int


def rules_for(change_set: ChangeSet) -> list[CatalogRules]:
    """Return the rules of the set's shop; of all shops when it belongs to none; the defaults for those of which nobody
    set any.
    """
    rules = CatalogRules.objects.prefetch_related("categories").order_by("pk")
    if change_set.shop_id is not None:
        return list(rules.filter(shop_id=change_set.shop_id)) or [CatalogRules()]
    found = list(rules)
    if not found or Shop.objects.filter(catalog_rules=None).exists():
        found.append(CatalogRules())
    return found


def threshold_of(rules: Iterable[CatalogRules]) -> Threshold:
    """Return the strictest of all."""
    rules = list(rules)
    return Threshold(min(row.approval_move_percent for row in rules), min(row.approval_skus for row in rules))


class LimitBook:
    """Looks up the limits of products by their categories, each product once."""

    def __init__(self, rules: Iterable[CatalogRules]) -> None:
        self._general = [
            (Limits(row.margin_floor, row.largest_move), _by_category(row) if row.pk else {}) for row in rules
        ]
        self._known: dict[tuple[str, ...], Limits] = {}

    def limits(self, categories: Collection[str]) -> Limits:
        """Return the strictest limits of a product in these categories (paths)."""
        key = tuple(sorted(categories))
        if key not in self._known:
            found = Limits()
            for general, by_category in self._general:
                for path in key or ("",):
                    found = found.strictest(_nearest(path, by_category, default=general))
            self._known[key] = found
        return self._known[key]


def categories_by_product(product_ids: Collection[int]) -> dict[int, list[str]]:
    """Return the category paths of each product; one query."""
    rows = Product.categories.through.objects.filter(product_id__in=product_ids)
    found: dict[int, list[str]] = {}
    for product_id, path in rows.values_list("product_id", "category__path"):
        found.setdefault(product_id, []).append(path)
    return found


def _by_category(rules: CatalogRules) -> dict[str, Limits]:
    return {row.category_path.strip("/"): Limits(row.margin_floor, row.largest_move) for row in rules.categories.all()}


def _nearest(path: str, by_category: Mapping[str, Limits], *, default: Limits) -> Limits:
    """Return the rule of the path, else of the nearest one above it. What it leaves open the shop's figure decides."""
    parts = path.split("/")
    for length in range(len(parts), 0, -1):
        if (rule := by_category.get("/".join(parts[:length]))) is not None:
            floor = default.margin_floor if rule.margin_floor is None else rule.margin_floor
            move = default.largest_move if rule.largest_move is None else rule.largest_move
            return Limits(floor, move)
    return default
