"""The page of a shop's price limits: its forms as they are kept or were sent, and what they ask for."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from backoffice.accounts.models import Shop
from catalog.admin.limits.forms import CategoryLimitsForm, NewCategoryForm, ShopLimitsForm
from catalog.services.categories import CategoryNode, read_tree
from catalog.services.change_sets.rules import Limits
from catalog.services.price_limits import ShopLimits, default_limits, read_limits


@dataclass(frozen=True)
class CategoryRow:
    """A category with figures of its own; `products` are those in it and below it."""

    path: str
    products: int
    form: CategoryLimitsForm


class LimitsPage:
    """All limits of a shop at once. Three queries, however many categories there are."""

    def __init__(self, shop: Shop, data: QueryDict | None = None) -> None:
        self.kept = kept = read_limits(shop)
        products = dict(_flat(read_tree()))
        self.shop_form = ShopLimitsForm(data, kept=kept)
        self.rows = [
            CategoryRow(
                path,
                products.get(path.strip("/"), 0),
                CategoryLimitsForm(data, prefix=f"category-{place}", general=kept.general, path=path, kept=limits),
            )
            for place, (path, limits) in enumerate(kept.categories.items())
        ]
        taken = {path.strip("/") for path in kept.categories}
        self.new = NewCategoryForm(data, general=kept.general, paths=[path for path in products if path not in taken])

    @property
    def is_valid(self) -> bool:
        """Whether all that was sent can be kept."""
        forms: list[Any] = [self.shop_form, *(row.form for row in self.rows), self.new]
        return all(form.is_valid() for form in forms)

    @property
    def is_refused(self) -> bool:
        """Whether something that was sent cannot be kept."""
        return self.shop_form.is_bound and not self.is_valid

    @property
    def wanted(self) -> ShopLimits:
        """Return the limits that were sent; an empty figure for approval is the usual one."""
        given, usual = self.shop_form.cleaned_data, default_limits()
        move, skus = given["approval_move_percent"], given["approval_skus"]
        return ShopLimits(
            self.shop_form.general,
            usual.approval_move_percent if move is None else move,
            usual.approval_skus if skus is None else int(skus),
            dict(sorted(self._categories())),
        )

    def _categories(self) -> Iterator[tuple[str, Limits]]:
        for row in self.rows:
            if not row.form.cleaned_data["remove"]:
                yield row.path, row.form.limits
        if path := self.new.cleaned_data["path"]:
            yield path, self.new.limits


@dataclass(frozen=True)
class ShopRow:
    """A shop in the list, with what holds in it."""

    shop: Shop
    limits: ShopLimits

    @property
    def pk(self) -> int:
        return self.shop.pk


def _flat(nodes: Iterable[CategoryNode]) -> Iterator[tuple[str, int]]:
    """Yield path and number of products of each category, those below one behind it."""
    for node in nodes:
        yield node.path, node.products
        yield from _flat(node.children)
