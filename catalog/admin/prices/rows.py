"""The rows of the price editor: every SKU with its quantities, what is asked for already laid over it."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

from backoffice.accounts.services.markets import Market
from backoffice.sight import may_see_purchase_prices
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.keyset import Ascending, ascending_page
from catalog.admin.product_pages.filters import YES_NO, category_field, products_within
from catalog.models import Change, ChangeKind, ChangeSet, PriceList, Variant
from catalog.services.change_sets.formats import vendors_for
from catalog.services.change_sets.prices import FULFILLERS_LISTS, decimals
from catalog.services.change_sets.values import Value
from catalog.services.current_values import current_values, variants_in, variants_of
from catalog.services.price_grid import margin_percent, price_at
from catalog.services.price_markets import market_key, price_markets
from catalog.services.search import search_variants

SIZES = ("100", "250", "500")
KINDS = [
    (ChangeKind.SALES_PRICES.value, _("sales prices, as merchant")),
    (ChangeKind.FULFILLER_PRICES.value, _("purchase and recommended prices, as fulfiller")),
]


def market_choices() -> list[tuple[str, str]]:
    """Return the markets whose sales prices are edited apart."""
    vendors = vendors_for(ChangeKind.SALES_PRICES)
    return [(market_key(market), market_key(market)) for market in (price_markets(vendors[0]) if vendors else ())]


class PriceFilters(FilterForm):
    """`kind` decides for which account the page speaks and what can be typed in."""

    kind = choice_field(_("Edit"), KINDS[1:], unset=KINDS[0][1])
    market = choice_field(_("Market"), ())
    category = category_field()
    orderable = choice_field(_("Orderable"), YES_NO)
    size = choice_field(_("SKUs per page"), [(size, size) for size in SIZES[1:]], unset=SIZES[0])

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # Read once, however often the page asks.
        self.fields["market"].choices = [("", _("the vendor’s default prices")), *market_choices()]  # type: ignore[attr-defined]

    @property
    def chosen_kind(self) -> str:
        return str(self.values.get("kind", ChangeKind.SALES_PRICES.value))

    @property
    def chosen_market(self) -> Market | None:
        """The market whose prices are edited, None for the vendor's usual prices."""
        key = self.values.get("market", "")
        if not key or self.chosen_kind != ChangeKind.SALES_PRICES:
            return None
        currency, _separator, country = key.partition("-")
        return Market(currency, country)

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

    @property
    def shown(self) -> str:
        """The price that the reader sees, in their notation."""
        price = self.current if self.requested is None else self.requested
        return price.replace(".", get_format("DECIMAL_SEPARATOR"))


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


def filtered_variants(
    vendor: str, values: dict[str, Any], *, market: Market | None = None, everywhere: bool = False
) -> QuerySet[Variant]:
    """Return the variants with prices in the market (or in any) that the filters leave, unordered."""
    found = variants_of(vendor) if everywhere else variants_in(vendor, market)
    variants = found.defer("media", "properties", "parts", "editor_intents")
    if "orderable" in values:
        variants = variants.filter(orderable=values["orderable"] == "yes")
    if "category" in values:
        variants = variants.filter(product_id__in=products_within(values["category"]))
    return search_variants(variants, values["q"]) if "q" in values else variants


def read_grid(
    request: HttpRequest, filters: PriceFilters, *, vendor: str, draft: ChangeSet | None, market: Market | None
) -> PriceGrid:
    """Return a page of the grid in seven queries, however many SKUs it has."""
    kind = filters.chosen_kind
    page = ascending_page(
        filtered_variants(vendor, filters.values, market=market).select_related("product"),
        request.GET,
        size=filters.chosen_size,
    )
    current = current_values(kind, vendor=vendor, variants=page.rows, market=market)
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
    if not may_see_purchase_prices():
        current = {**current, "purchase": {}}
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
