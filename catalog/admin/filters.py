"""The filters of the catalogue's lists."""

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from backoffice.admin.filter_form import ANY, FilterForm, day_field, vendor_choices, within_days
from backoffice.admin.text_fields import LineField
from backoffice.translatable import gettext as _t
from catalog.models import Category, Product, Variant
from catalog.services.search import search_products, search_variants

_YES_NO = [(ANY, _("any")), ("yes", _("yes")), ("no", _("no"))]


class VariantFilters(FilterForm):
    q = LineField(required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            (ANY, _("any")),
            ("orderable", _("orderable")),
            ("blocked", _("listed, not orderable")),
            ("gone", _("gone at the vendor")),
        ],
    )
    personalized = forms.ChoiceField(label=_("Personalised"), required=False, choices=_YES_NO)
    test_product = forms.ChoiceField(label=_("Test product"), required=False, choices=_YES_NO)
    vendor = forms.ChoiceField(label=_("Vendor"), required=False, choices=vendor_choices)
    since = day_field(_("First seen from"))
    until = day_field(_("First seen until"))

    PANEL = ("state", "personalized", "test_product", "vendor", "since", "until")


class ProductFilters(FilterForm):
    q = LineField(required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[(ANY, _("any")), ("listed", _("listed")), ("gone", _("gone at the vendor"))],
    )
    category = LineField(label=_("Category begins with"), required=False, max_length=500)
    vendor = forms.ChoiceField(label=_("Vendor"), required=False, choices=vendor_choices)

    PANEL = ("state", "category", "vendor")


_STATES = {
    "orderable": Q(gone_at=None, orderable=True),
    "blocked": Q(gone_at=None, orderable=False),
    "listed": Q(gone_at=None),
    "gone": Q(gone_at__isnull=False),
}


def filter_variants(variants: QuerySet[Variant], values: dict[str, Any]) -> QuerySet[Variant]:
    """The variants that the filters leave, unordered."""
    if "state" in values:
        variants = variants.filter(_STATES[values["state"]])
    for name in ("personalized", "test_product"):
        if name in values:
            variants = variants.filter(**{name: values[name] == "yes"})
    if "vendor" in values:
        variants = variants.filter(vendor=values["vendor"])
    variants = within_days(variants, "created_at", since=values.get("since"), until=values.get("until"))
    return search_variants(variants, values["q"]) if "q" in values else variants


def filter_products(products: QuerySet[Product], values: dict[str, Any]) -> QuerySet[Product]:
    """The products that the filters leave, unordered."""
    if "state" in values:
        products = products.filter(_STATES[values["state"]])
    if "category" in values:
        inside = Category.objects.filter(path__istartswith=values["category"])
        through = Product.categories.through.objects.filter(category__in=inside)
        products = products.filter(pk__in=through.values("product_id"))
    if "vendor" in values:
        products = products.filter(vendor=values["vendor"])
    return search_products(products, values["q"]) if "q" in values else products


def tabs(given: dict[str, str], *, states: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """One tab per state, and one for all."""
    given = {name: value for name, value in given.items() if value}
    views = [(_t("All"), "")] + [(title, state) for state, title in states]
    return [
        {
            "title": title,
            "query": f"state={state}" if state else "",
            "current": given == ({"state": state} if state else {}),
        }
        for title, state in views
    ]
