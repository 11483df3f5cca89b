"""Stock and sales channels: what is low and empty at a glance, edited into a draft."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.admin.base import actor, refuse
from backoffice.admin.filter_form import ANY, FilterForm
from backoffice.admin.text_fields import LineField
from backoffice.errors import DomainError
from backoffice.states import Chip, Tone
from backoffice.translatable import gettext as _
from catalog.admin.ascending import ascending_page
from catalog.admin.change_actions import page_of_set
from catalog.admin.change_words import account_words
from catalog.admin.drafts import OFFERED, keep_edits, open_drafts
from catalog.models import ChangeKind, Snapshot, Variant
from catalog.services.change_sets.shapes import vendors_for
from catalog.services.change_sets.values import Value
from catalog.services.change_sets.values import refuse as refuse_value
from catalog.services.search import search_variants

SIZE = 100
# From so many on nobody has to look; a figure of the desk, not of a product.
LOW = 10


class StockFilters(FilterForm):
    """`kind` decides for which account the page speaks."""

    q = LineField(required=False, max_length=200)
    kind = forms.ChoiceField(
        label=gettext_lazy("Edit"),
        required=False,
        choices=[
            (ANY, gettext_lazy("stock, as fulfiller")),
            (ChangeKind.SYNC.value, gettext_lazy("sales channels, as merchant")),
        ],
    )
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        required=False,
        choices=[
            (ANY, gettext_lazy("any")),
            ("empty", gettext_lazy("empty")),
            ("low", gettext_lazy("low")),
            ("off", gettext_lazy("not available")),
        ],
    )

    PANEL = ("kind", "state")

    @property
    def chosen_kind(self) -> str:
        return str(self.values.get("kind", ChangeKind.STOCK.value))


@dataclass(frozen=True)
class StockRow:
    """A SKU as the vendor was last read; `variant` is None for one that we do not have."""

    sku: str
    held: Value
    variant: Variant | None
    chip: Chip


def stock_context(request: HttpRequest) -> dict[str, Any]:
    """All that the page shows, in a number of queries that does not depend on the rows."""
    filters = StockFilters(request.GET)
    kind = filters.chosen_kind
    vendor = vendors_for(kind)[0]
    page = ascending_page(_filtered(kind, vendor, filters.values), request.GET, size=SIZE)
    names = _variants([row.sku for row in page.rows])
    return {
        "filters": filters,
        "searched": filters.values.get("q", ""),
        "kind": kind,
        "is_stock": kind == ChangeKind.STOCK,
        "vendor": vendor,
        "account": account_words(kind),
        "page": page,
        "rows": [StockRow(row.sku, row.value, names.get(row.sku), stock_chip(row.value)) for row in page.rows],
        "drafts": list(open_drafts(kind, vendor=vendor)[:OFFERED]),
        "query": request.GET.urlencode(),
        "tabs": _tabs(kind, filters.values.get("state", "")),
    }


def save_stock(request: HttpRequest) -> HttpResponse:
    """What differs from what was shown becomes (part of) a draft; the answer is its page."""
    back = f"{reverse('admin:catalog_changeset_stock')}?{request.POST.get('query', '')}"
    kind = ChangeKind.SYNC if request.POST.get("kind") == ChangeKind.SYNC else ChangeKind.STOCK
    vendor = vendors_for(kind)[0]
    skus = request.POST.getlist("sku")[:SIZE]
    held = dict(Snapshot.objects.filter(vendor=vendor, kind=kind, sku__in=skus).values_list("sku", "value"))
    try:
        wishes = {sku: _wish(kind, sku, request.POST, held=held[sku]) for sku in skus if sku in held}
        rows = {sku: wish for sku, wish in wishes.items() if wish}
        if not rows:
            messages.info(request, _("Nothing was changed."))
            return HttpResponseRedirect(back)
        title = _("Stock from the desk") if kind == ChangeKind.STOCK else _("Sales channels from the desk")
        change_set = keep_edits(kind, vendor=vendor, rows=rows, given=request.POST, title=title, actor=actor(request))
    except DomainError as error:
        return refuse(request, error, to=back)
    return HttpResponseRedirect(page_of_set(change_set))


def stock_chip(held: Value) -> Chip:
    """How it stands: what needs a look first."""
    if held.get("available") is False:
        return Chip(Tone.GREY, "visibility_off", _("not available"))
    if not held.get("managed"):
        return Chip(Tone.GREEN, "all_inclusive", _("not counted"))
    qty = held.get("qty") or 0
    if qty <= 0:
        return Chip(Tone.RED, "production_quantity_limits", _("empty"))
    if qty <= LOW:
        return Chip(Tone.AMBER, "low_priority", _("low"))
    return Chip(Tone.GREEN, "check_circle", _("in stock"))


def _filtered(kind: str, vendor: str, values: dict[str, Any]) -> QuerySet[Snapshot]:
    rows = Snapshot.objects.filter(vendor=vendor, kind=kind)
    state = values.get("state")
    if state == "off":
        rows = rows.filter(value__available=False)
    elif state == "empty":
        rows = rows.filter(value__managed=True, value__qty=0)
    elif state == "low":
        rows = rows.filter(value__managed=True, value__qty__gte=1, value__qty__lte=LOW)
    if text := values.get("q"):
        rows = rows.filter(sku__in=search_variants(Variant.objects.order_by(), text).values("sku"))
    return rows


def _variants(skus: list[str]) -> dict[str, Variant]:
    return {row.sku: row for row in Variant.objects.filter(sku__in=skus).only("pk", "sku", "name").order_by("-vendor")}


def _wish(kind: str, sku: str, given: QueryDict, *, held: Value) -> Value:
    """What the fields of one SKU ask for beyond what is held. Raises InvalidInput for a number that is none."""
    wish: Value = {}
    available = {"yes": True, "no": False}.get(given.get(f"available:{sku}", ""))
    if available is not None and available != held.get("available"):
        wish["available"] = available
    if kind == ChangeKind.SYNC:
        return wish
    managed = f"managed:{sku}" in given
    text = given.get(f"qty:{sku}", "").strip()
    if text and not text.isdecimal():
        raise refuse_value(_("%(sku)s: %(value)s is no whole number.") % {"sku": sku, "value": text})
    qty = int(text) if text else None
    if managed != bool(held.get("managed")) or (managed and qty is not None and qty != held.get("qty")):
        wish["managed"] = managed
        if managed and qty is not None:
            wish["qty"] = qty
    return wish


def _tabs(kind: str, state: str) -> list[dict[str, Any]]:
    base = f"kind={kind}" if kind == ChangeKind.SYNC else ""
    views = [("", _("All")), ("empty", _("Empty")), ("low", _("Low")), ("off", _("Not available"))]
    if kind == ChangeKind.SYNC:
        views = [view for view in views if view[0] in ("", "off")]
    other = _("Stock") if base else _("Sales channels")
    tabs = [
        {
            "title": title,
            "query": "&".join(part for part in (base, f"state={value}" if value else "") if part),
            "current": value == state,
        }
        for value, title in views
    ]
    return [*tabs, {"title": other, "query": "" if base else "kind=sync", "current": False}]
