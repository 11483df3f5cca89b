"""The rows of the price editor: every SKU with its quantities, what is asked for already laid over it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.keyset import Ascending, ascending_page
from backoffice.staff.text_fields import LineField
from catalog.admin.product_pages.filters import YES_NO, products_within
from catalog.models import Change, ChangeKind, ChangeSet, PriceList, Variant
from catalog.services.change_sets.prices import FULFILLERS_LISTS, decimals
from catalog.services.change_sets.values import Value
from catalog.services.current_values import current_values, variants_of
from catalog.services.price_grid import margin_percent, price_at
from catalog.services.search import search_variants

SIZES = ("100", "250", "500")
KINDS = [
    (ChangeKind.SALES_PRICES.value, _("sales prices, as merchant")),
    (ChangeKind.FULFILLER_PRICES.value, _("purchase and recommended prices, as fulfiller")),
]


class PriceFilters(FilterForm):
    """`kind` decides for which account the page speaks and what can be typed in."""

    kind = choice_field(_("Edit"), KINDS[1:], unset=KINDS[0][1])
    category = LineField(label=_("Category begins with"), required=False, max_length=500)
    orderable = choice_field(_("Orderable"), YES_NO)
    size = choice_field(_("SKUs a page"), [(size, size) for size in SIZES[1:]], unset=SIZES[0])

    @property
    def chosen_kind(self) -> str:
        return str(self.values.get("kind", ChangeKind.SALES_PRICES.value))

    @property
    def chosen_size(self) -> int:
        return int(self.values.get("size", SIZES[0]))


@dataclass(frozen=True)
class Cell:
    """A price of one list at one quantity, as text. `wanted` is what the draft asks for, None for nothing."""

    price_list: str
    current: str
    requested: str | None
    editable: bool


@dataclass(frozen=True)
class TierRow:
    """`cost` is the purchase price that counts at the quantity, as text ("" for none); the margin is with the draft."""

    quantity: str
    cells: list[Cell]
    cost: str
    margin: Decimal | None


@dataclass(frozen=True)
class GridVariant:
    variant: Variant
    tiers: list[TierRow] = field(default_factory=list)


@dataclass(frozen=True)
class PriceGrid:
    kind: str
    page: Ascending[Variant]
    variants: list[GridVariant]


def filtered_variants(vendor: str, values: dict[str, Any]) -> QuerySet[Variant]:
    """Return the variants that the filters leave, unordered."""
    variants = variants_of(vendor).defer("media", "properties", "parts", "editor_intents")
    if "orderable" in values:
        variants = variants.filter(orderable=values["orderable"] == "yes")
    if "category" in values:
        variants = variants.filter(product_id__in=products_within(values["category"]))
    return search_variants(variants, values["q"]) if "q" in values else variants


def read_grid(request: HttpRequest, filters: PriceFilters, *, vendor: str, draft: ChangeSet | None) -> PriceGrid:
    """Return a page of the grid in five queries, however many SKUs it has."""
    kind = filters.chosen_kind
    page = ascending_page(
        filtered_variants(vendor, filters.values).select_related("product"), request.GET, size=filters.chosen_size
    )
    current = current_values(kind, vendor=vendor, variants=page.rows)
    skus = [variant.sku for variant in page.rows]
    requests: dict[str, Value] = {}
    if draft is not None:
        requests = dict(Change.objects.filter(change_set=draft, sku__in=skus).values_list("sku", "requested"))
    rows = [
        GridVariant(variant, tier_rows(kind, current=current[variant.sku], requested=requests.get(variant.sku, {})))
        for variant in page.rows
    ]
    return PriceGrid(kind, page, rows)


def tier_rows(kind: str, *, current: Value, requested: Value) -> list[TierRow]:
    """Return every quantity that a list or the draft names, ascending."""
    names = [str(name) for name in PriceList.values]
    quantities = {quantity for name in names for quantity in (*current[name], *requested.get(name, {}))}
    costs, sales = decimals(current["purchase"]), decimals(current["sales"] | requested.get("sales", {}))
    editable = FULFILLERS_LISTS if kind == ChangeKind.FULFILLER_PRICES else (PriceList.SALES.value,)
    rows = []
    for quantity in sorted(quantities, key=int):
        cost = price_at(costs, int(quantity))
        cells = [
            Cell(name, current[name].get(quantity, ""), requested.get(name, {}).get(quantity), name in editable)
            for name in names
        ]
        margin = margin_percent(purchase=cost, sales=price_at(sales, int(quantity)))
        rows.append(TierRow(quantity, cells, "" if cost is None else str(cost), margin))
    return rows
