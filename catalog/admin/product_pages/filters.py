"""The filters of the catalogue's lists."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.staff.filter_form import FilterForm, choice_field, day_field, vendor_choices
from backoffice.staff.text_fields import LineField
from catalog.models import Category, Product, Variant
from catalog.services.search import search_products, search_variants

YES_NO = [("yes", _("yes")), ("no", _("no"))]
_STATES = {
    ("state", "orderable"): Q(gone_at=None, orderable=True),
    ("state", "blocked"): Q(gone_at=None, orderable=False),
    ("state", "listed"): Q(gone_at=None),
    ("state", "gone"): Q(gone_at__isnull=False),
}


class VariantFilters(FilterForm):
    CONDITIONS = _STATES | {
        (name, word): Q(**{name: word == "yes"}) for name in ("personalized", "test_product") for word in ("yes", "no")
    }
    DATED = "created_at"

    state = choice_field(
        _("State"),
        [("orderable", _("orderable")), ("blocked", _("listed, not orderable")), ("gone", _("gone at the vendor"))],
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

    state = choice_field(_("State"), [("listed", _("listed")), ("gone", _("gone at the vendor"))])
    category = LineField(label=_("Category begins with"), required=False, max_length=500)
    vendor = choice_field(_("Vendor"), vendor_choices)

    def condition(self, name: str, value: Any) -> Q:
        return Q(pk__in=products_within(value)) if name == "category" else super().condition(name, value)

    def search(self, rows: QuerySet[Product], text: str) -> QuerySet[Product]:
        return search_products(rows, text)


def products_within(category: str) -> QuerySet[Any]:
    """Return the keys of the products in categories whose path begins with the text."""
    inside = Category.objects.filter(path__istartswith=category)
    return Product.categories.through.objects.filter(category__in=inside).values("product_id")
