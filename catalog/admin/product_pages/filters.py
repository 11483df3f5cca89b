"""The filters of the catalogue's lists."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.staff.filter_form import UNSET, FilterForm, choice_field, day_field, vendor_choices
from backoffice.staff.text_fields import LineField
from catalog.models import Category, Product, Variant
from catalog.services.search import search_products, search_variants

MOST_CATEGORIES = 2000
YES_NO = [("yes", _("yes")), ("no", _("no"))]
_STATES = {
    ("state", "orderable"): Q(gone_at=None, orderable=True),
    ("state", "blocked"): Q(gone_at=None, orderable=False),
    ("state", "listed"): Q(gone_at=None),
    ("state", "gone"): Q(gone_at__isnull=False),
}


class CategorySelect(forms.Select):
    """Offers the categories that there are, as a tree; what else an old link asks for stays chosen."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        self.choices = category_choices(value[0] if value else "")
        return super().optgroups(name, value, attrs)


def category_field() -> LineField:
    return LineField(label=_("Category"), required=False, max_length=500, widget=CategorySelect)


def category_choices(chosen: str) -> list[tuple[str, Any]]:
    """Return (path, name) of every category and those above it, indented by its depth; one query."""
    paths = Category.objects.order_by("path").values_list("path", flat=True).distinct()[:MOST_CATEGORIES]
    known: set[str] = set()
    for path in paths:
        parts = path.split("/")
        known |= {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    other = [(chosen, chosen)] if chosen and chosen not in known else []
    tree = [(path, "\u2003" * path.count("/") + path.rpartition("/")[2].strip()) for path in sorted(known, key=_branch)]
    return [("", UNSET), *other, *tree]


def _branch(path: str) -> list[str]:
    """Return what puts a category right behind the one it lies in."""
    return path.casefold().split("/")


class VariantFilters(FilterForm):
    CONDITIONS = _STATES | {
        (name, word): Q(**{name: word == "yes"}) for name in ("personalized", "test_product") for word in ("yes", "no")
    }
    DATED = "created_at"

    state = choice_field(
        _("State"),
        [("orderable", _("orderable")), ("blocked", _("listed, not orderable")), ("gone", _("delisted by the vendor"))],
    )
    personalized = choice_field(_("Personalised"), YES_NO)
    test_product = choice_field(_("Test product"), YES_NO)
    vendor = choice_field(_("Vendor"), vendor_choices)
    since = day_field(_("First seen from"))
    until = day_field(_("First seen until"))

    def search(self, rows: QuerySet[Variant], text: str) -> QuerySet[Variant]:
        return search_variants(rows, text)


class ProductFilters(FilterForm):
    CONDITIONS = _STATES

    state = choice_field(_("State"), [("listed", _("listed")), ("gone", _("delisted by the vendor"))])
    category = category_field()
    vendor = choice_field(_("Vendor"), vendor_choices)

    def condition(self, name: str, value: Any) -> Q:
        return Q(pk__in=products_within(value)) if name == "category" else super().condition(name, value)

    def search(self, rows: QuerySet[Product], text: str) -> QuerySet[Product]:
        return search_products(rows, text)


def products_within(category: str) -> QuerySet[Any]:
    """Return the keys of the products in that category and all below it; where there is none of that name, of those
    whose path begins with the text.
    """
    below = Category.objects.filter(Q(path__iexact=category) | Q(path__istartswith=f"{category}/"))
    inside = below if below.exists() else Category.objects.filter(path__istartswith=category)
    return Product.categories.through.objects.filter(category__in=inside).values("product_id")
