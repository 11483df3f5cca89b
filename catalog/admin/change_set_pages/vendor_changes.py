"""What changed at the vendors: new, gone, dearer, cheaper, unavailable, and the open orders that are touched."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from backoffice.sight import may_see_purchase_prices
from backoffice.staff.filter_form import FilterForm, choice_field, day_field, vendor_choices
from backoffice.staff.list_page import ListPage
from catalog.chips import CHANGES
from catalog.models import SyncRun, VariantChange
from catalog.services.variant_users import VariantUser, users_of_variants

ORDERS_SHOWN = 5
_LABELS: dict[str, Any] = {kind: label for kind, (_tone, _icon, label) in CHANGES.items()}
# What says how purchase prices move.
_PRICED = ("dearer", "cheaper")
# Those that have a tab.
_KINDS = ("new", "gone", "dearer", "cheaper", "unavailable")


class ChangesFilters(FilterForm):
    LOOKUPS = {"vendor": "variant__vendor"}
    DATED = "at"

    kind = choice_field(_("Kind"), _LABELS.items())
    vendor = choice_field(_("Vendor"), vendor_choices)
    since = day_field(_("From"))
    until = day_field(_("Until"))

    def search(self, rows: QuerySet[VariantChange], text: str) -> QuerySet[VariantChange]:
        return rows.filter(variant__sku__istartswith=text)


@dataclass(frozen=True)
class VendorChangeRow:
    """`orders` are names and addresses of the first of those touched, `more` how many there are beside them."""

    change: VariantChange
    orders: list[tuple[str, str]]
    more: int


def seen_changes(rows: QuerySet[VariantChange]) -> QuerySet[VariantChange]:
    """Leave what the reader may see: changes of purchase prices only with the right to."""
    if may_see_purchase_prices():
        return rows
    return rows.exclude(kind__in=_PRICED)


class VendorChanges(ListPage[VariantChange]):
    title = _("Changes at vendors")
    template_name = "catalog/vendor_changes.html"
    queryset = VariantChange.objects.select_related("variant").defer(
        "variant__media", "variant__properties", "variant__parts"
    )
    filter_class = ChangesFilters
    views = ((_("All"), ""), *((capfirst(_LABELS[kind]), f"kind={kind}") for kind in _KINDS))
    search_words = _("Start of a SKU")
    empty_icon = "published_with_changes"

    def narrow(self, filters: FilterForm) -> QuerySet[VariantChange]:
        return seen_changes(super().narrow(filters))

    def get_rows(self, found: list[VariantChange]) -> list[VendorChangeRow]:
        users = users_of_variants({(row.variant.vendor, row.variant.sku) for row in found})
        return [_row(row, users.get((row.variant.vendor, row.variant.sku), [])) for row in found]

    def get_context_data(self) -> dict[str, Any]:
        return {"last": _last_run(), **super().get_context_data()}


def _row(change: VariantChange, users: list[VariantUser]) -> VendorChangeRow:
    shown = users[:ORDERS_SHOWN]
    pages = [reverse(f"admin:{user.label.replace('.', '_')}_change", args=[user.pk]) for user in shown]
    return VendorChangeRow(
        change, [(user.name, page) for user, page in zip(shown, pages, strict=True)], len(users) - len(shown)
    )


def _last_run() -> tuple[SyncRun, list[tuple[Any, int]]] | None:
    """Return the newest synchronisation of a catalogue and what it found, by kind."""
    run = SyncRun.objects.filter(kind="catalog", finished_at__isnull=False).first()
    if run is None:
        return None
    counts = dict(run.changes.order_by().values_list("kind").annotate(count=Count("pk")))
    return run, [(label, counts[kind]) for kind, label in _LABELS.items() if kind in counts]
