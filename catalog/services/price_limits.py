"""The price limits of shops as people set them: read as a whole, and changed by who has seen the newest."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import blake2b

from django.db import transaction

from backoffice.accounts.models import Shop
from backoffice.accounts.services.locking import lock_shop
from backoffice.errors import Outdated
from backoffice.text.translatable import gettext as _
from catalog.models import CatalogRules, CategoryRule
from catalog.services.change_sets.rules import Limits


@dataclass(frozen=True)
class ShopLimits:
    """What holds in a shop. `categories` has other figures by path; what those leave open `general` decides."""

    general: Limits
    approval_move_percent: Decimal
    approval_skus: int
    categories: Mapping[str, Limits] = field(default_factory=dict)

    @property
    def revision(self) -> str:
        """Return what tells these limits from any others: a page sends back the one that it showed."""
        figures = [self.general, *self.categories.values()]
        texts = [[_text(one.margin_floor), _text(one.largest_move)] for one in figures]
        shown = (texts, list(self.categories), _text(self.approval_move_percent), self.approval_skus)
        return blake2b(repr(shown).encode(), digest_size=12).hexdigest()

    def ensure_revision(self, revision: str) -> None:
        """Raise Outdated when somebody changed the limits since that revision was read."""
        if revision != self.revision:
            text = _(
                "Someone else has changed these limits in the meantime. "
                "Yours are not saved; the page shows theirs. Make your changes again."
            )
            raise Outdated(text)


def read_limits(shop: Shop) -> ShopLimits:
    """Return the shop's limits, the defaults where nobody has set any. At most two queries."""
    return limits_by_shop([shop])[shop.pk]


def limits_by_shop(shops: Collection[Shop]) -> dict[int, ShopLimits]:
    """Return the limits of each of the shops by its key. At most two queries."""
    rules = CatalogRules.objects.filter(shop__in=shops).prefetch_related("categories")
    found = {one.shop_id: _limits(one) for one in rules}
    return {shop.pk: found.get(shop.pk) or default_limits() for shop in shops}


def default_limits() -> ShopLimits:
    """Return what holds where nobody has set anything."""
    return _limits(CatalogRules())


@transaction.atomic
def save_limits(shop: Shop, limits: ShopLimits, *, revision: str) -> None:
    """Keep these limits; categories that are not among them have no figures of their own any more.

    Raise Outdated when somebody changed them since that revision was read.
    """
    # The first who sets limits has no row to lock yet.
    lock_shop(shop.pk)
    read_limits(shop).ensure_revision(revision)
    rules = CatalogRules.objects.filter(shop=shop).first() or CatalogRules(shop=shop)
    rules.margin_floor, rules.largest_move = limits.general.margin_floor, limits.general.largest_move
    rules.approval_move_percent, rules.approval_skus = limits.approval_move_percent, limits.approval_skus
    rules.save()
    _save_categories(rules, limits.categories)


def _save_categories(rules: CatalogRules, wanted: Mapping[str, Limits]) -> None:
    kept = {row.category_path: row for row in rules.categories.all()}
    rules.categories.exclude(category_path__in=list(wanted)).delete()
    for path, limits in wanted.items():
        row = kept.get(path) or CategoryRule(rules=rules, category_path=path)
        if row.pk is None or limits != Limits(row.margin_floor, row.largest_move):
            row.margin_floor, row.largest_move = limits.margin_floor, limits.largest_move
            row.save()


def _limits(rules: CatalogRules) -> ShopLimits:
    categories = rules.categories.all() if rules.pk else ()
    return ShopLimits(
        Limits(rules.margin_floor, rules.largest_move),
        rules.approval_move_percent,
        rules.approval_skus,
        {
            row.category_path: Limits(row.margin_floor, row.largest_move)
            for row in sorted(categories, key=lambda row: row.category_path)
        },
    )


def _text(value: Decimal | None) -> str:
    """Return the same text for 10 and 10.00."""
    return "" if value is None else f"{value.normalize():f}"
