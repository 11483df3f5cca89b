"""Stock and sales channels: what is low and empty at a glance, edited into a draft."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.errors import DomainError
from backoffice.staff.base import actor, refuse
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.keyset import Ascending, ascending_page
from backoffice.staff.list_page import ListPage
from backoffice.states import Chip, Tone
from backoffice.text.translatable import gettext as _
from catalog.admin.change_set_pages.actions import page_of_set
from catalog.admin.change_set_pages.drafts import OFFERED, find_set, keep_edits, open_drafts
from catalog.labels import account_label
from catalog.models import ChangeKind, ChangeSet, Snapshot, Variant
from catalog.services.change_sets.formats import vendors_for
from catalog.services.change_sets.values import Value
from catalog.services.change_sets.values import refuse as refuse_value
from catalog.services.search import search_variants

SIZE = 100
# From so many on nobody has to look; a figure of the desk, not of a product.
LOW = 10


class StockFilters(FilterForm):
    """`kind` decides for which account the page speaks."""

    kind = choice_field(
        gettext_lazy("Edit"),
        [(ChangeKind.SYNC.value, gettext_lazy("sales channels, as merchant"))],
        unset=gettext_lazy("stock, as fulfiller"),
    )
    state = choice_field(
        gettext_lazy("State"),
        [("empty", gettext_lazy("empty")), ("low", gettext_lazy("low")), ("off", gettext_lazy("not available"))],
    )

    @property
    def chosen_kind(self) -> str:
        return str(self.values.get("kind", ChangeKind.STOCK.value))


@dataclass(frozen=True)
class StockRow:
    """A SKU as the vendor was last read; `variant` is None for one that we do not have."""

    sku: str
    current: Value
    variant: Variant | None
    chip: Chip


class StockDesk(ListPage[Snapshot]):
    """The list is a form: what is edited in it becomes a draft."""

    title = gettext_lazy("Stock")
    template_name = "catalog/stock_desk.html"
    paginate_by = SIZE
    filter_class = StockFilters
    search_words = gettext_lazy("SKU, name, GTIN or vendor ID")
    empty_icon = "inventory_2"
    filters: StockFilters

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.kind = self.filters.chosen_kind
        self.is_stock = self.kind == ChangeKind.STOCK
        self.vendor = vendors_for(self.kind)[0]
        self.account = account_label(self.kind)
        self.available_title = _("Orderable") if self.is_stock else _("In sales channels")
        self.views = self._views()

    def get_queryset(self) -> QuerySet[Snapshot]:
        return _filtered(self.kind, self.vendor, self.filters.values)

    def get_page(self) -> Ascending[Snapshot]:
        return ascending_page(self.get_queryset(), self.request.GET, size=self.paginate_by)

    def get_rows(self, found: list[Snapshot]) -> list[StockRow]:
        variants = Variant.objects.filter(sku__in=[row.sku for row in found]).order_by("-vendor")
        names = {row.sku: row for row in variants.only("pk", "sku", "name")}
        return [StockRow(row.sku, row.value, names.get(row.sku), stock_chip(row.value)) for row in found]

    def _views(self) -> list[tuple[str, str]]:
        if self.is_stock:
            states = [(_("Empty"), "state=empty"), (_("Low"), "state=low"), (_("Not available"), "state=off")]
            return [(_("All"), ""), *states, (_("Sales channels"), "kind=sync")]
        return [(_("All"), "kind=sync"), (_("Not available"), "kind=sync&state=off"), (_("Stock"), "")]

    def drafts(self) -> list[ChangeSet]:
        return list(open_drafts(self.kind, vendor=self.vendor)[:OFFERED])


def save_stock(request: HttpRequest) -> HttpResponse:
    """Add what differs from what was shown to a draft, and go to its page."""
    back = f"{reverse('admin:catalog_changeset_stock')}?{request.POST.get('query', '')}"
    kind = ChangeKind.SYNC if request.POST.get("kind") == ChangeKind.SYNC else ChangeKind.STOCK
    vendor = vendors_for(kind)[0]
    skus = request.POST.getlist("sku")[:SIZE]
    current = dict(Snapshot.objects.filter(vendor=vendor, kind=kind, sku__in=skus).values_list("sku", "value"))
    try:
        requests = {sku: _requested(kind, sku, request.POST, current=current[sku]) for sku in skus if sku in current}
        rows = {sku: requested for sku, requested in requests.items() if requested}
        if not rows:
            messages.info(request, _("Nothing was changed."))
            return HttpResponseRedirect(back)
        title = _("Stock from the stock page") if kind == ChangeKind.STOCK else _("Sales channels from the stock page")
        draft = find_set(open_drafts(kind, vendor=vendor), request.POST.get("draft"))
        change_set = keep_edits(kind, vendor=vendor, rows=rows, draft=draft, title=title, actor=actor(request))
    except DomainError as error:
        return refuse(request, error, to=back)
    return HttpResponseRedirect(page_of_set(change_set))


def stock_chip(current: Value) -> Chip:
    """Return how it stands."""
    if current.get("available") is False:
        return Chip(Tone.GREY, "visibility_off", _("not available"))
    if not current.get("managed"):
        return Chip(Tone.GREEN, "all_inclusive", _("stock not managed"))
    qty = current.get("qty") or 0
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


def _requested(kind: str, sku: str, given: QueryDict, *, current: Value) -> Value:
    """Return what the fields of one SKU ask for beyond what is held. Raises InvalidInput for a number that is none."""
    requested: Value = {}
    available = {"yes": True, "no": False}.get(given.get(f"available:{sku}", ""))
    if available is not None and available != current.get("available"):
        requested["available"] = available
    if kind == ChangeKind.SYNC:
        return requested
    managed = f"managed:{sku}" in given
    text = given.get(f"qty:{sku}", "").strip()
    if text and not text.isdecimal():
        raise refuse_value(_("%(sku)s: %(value)s is not a whole number.") % {"sku": sku, "value": text})
    qty = int(text) if text else None
    if managed != bool(current.get("managed")) or (managed and qty is not None and qty != current.get("qty")):
        requested["managed"] = managed
        if managed and qty is not None:
            requested["qty"] = qty
    return requested
