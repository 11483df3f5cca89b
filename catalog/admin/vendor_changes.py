"""What changed at the vendors: new, gone, dearer, cheaper, unavailable, and the open orders that are touched."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.admin.filter_form import ANY, FilterForm, day_field, vendor_choices, within_days
from backoffice.admin.keyset import page_of
from backoffice.admin.text_fields import LineField
from backoffice.states import Chip
from backoffice.translatable import gettext as _
from catalog.admin.catalog_chips import CHANGES, change_chip, change_lines
from catalog.models import SyncRun, VariantChange
from catalog.services.variant_users import VariantUser, users_of_variants

SIZE = 50
ORDERS_SHOWN = 5


class ChangesFilters(FilterForm):
    q = LineField(required=False, max_length=100)
    kind = forms.ChoiceField(
        label=gettext_lazy("What"),
        required=False,
        choices=[(ANY, gettext_lazy("any")), *((kind, word) for kind, (_tone, _icon, word) in CHANGES.items())],
    )
    vendor = forms.ChoiceField(label=gettext_lazy("Vendor"), required=False, choices=vendor_choices)
    since = day_field(gettext_lazy("From"))
    until = day_field(gettext_lazy("Until"))

    PANEL = ("kind", "vendor", "since", "until")


@dataclass(frozen=True)
class ChangeOfVariant:
    """`orders` are names and addresses of the first of those touched, `more` how many there are beside them."""

    change: VariantChange
    chip: Chip
    lines: list[dict[str, Any]]
    orders: list[tuple[str, str]]
    more: int


def changes_context(request: HttpRequest) -> dict[str, Any]:
    """All that the page shows, newest first, in a number of queries that does not depend on the rows."""
    filters = ChangesFilters(request.GET)
    values = filters.values
    rows = VariantChange.objects.select_related("variant").defer(
        "variant__media", "variant__properties", "variant__parts"
    )
    if "kind" in values:
        rows = rows.filter(kind=values["kind"])
    if "vendor" in values:
        rows = rows.filter(variant__vendor=values["vendor"])
    if "q" in values:
        rows = rows.filter(variant__sku__istartswith=values["q"])
    rows = within_days(rows, "at", since=values.get("since"), until=values.get("until"))
    page = page_of(rows, request.GET, size=SIZE)
    users = users_of_variants({(row.variant.vendor, row.variant.sku) for row in page.rows})
    return {
        "filters": filters,
        "searched": values.get("q", ""),
        "page": page,
        "rows": [_row(row, users.get((row.variant.vendor, row.variant.sku), [])) for row in page.rows],
        "tabs": _tabs(request.GET.dict()),
        "last": _last_run(),
    }


def _row(change: VariantChange, users: list[VariantUser]) -> ChangeOfVariant:
    shown = [(user.name, _address(user)) for user in users[:ORDERS_SHOWN]]
    return ChangeOfVariant(change, change_chip(change), change_lines(change), shown, len(users) - len(shown))


def _address(user: VariantUser) -> str:
    return reverse(f"admin:{user.label.replace('.', '_')}_change", args=[user.pk])


def _last_run() -> tuple[SyncRun, list[tuple[Any, int]]] | None:
    """The newest synchronisation of a catalogue and what it found, by kind in words."""
    run = SyncRun.objects.filter(kind="catalog", finished_at__isnull=False).first()
    if run is None:
        return None
    counts = dict(run.changes.order_by().values_list("kind").annotate(count=Count("pk")))
    return run, [(word, counts[kind]) for kind, (_tone, _icon, word) in CHANGES.items() if kind in counts]


def _tabs(given: dict[str, str]) -> list[dict[str, Any]]:
    kinds = ("new", "gone", "dearer", "cheaper", "unavailable")
    kind = given.get("kind", "")
    views = [("", _("All")), *((name, str(CHANGES[name][2]).capitalize()) for name in kinds)]
    return [{"title": title, "query": f"kind={name}" if name else "", "current": kind == name} for name, title in views]
