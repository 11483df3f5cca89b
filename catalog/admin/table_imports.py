"""Tables in the admin: export what a filter shows, upload it edited, look at what it would change, draft it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.accounts.services.markets import Market
from backoffice.engine.services.task_queue import enqueue_on_commit
from backoffice.errors import DomainError
from backoffice.sight import PURCHASE_PRICES, require_sight
from backoffice.staff.base import actor, refuse
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.staff.table_files import table_response
from backoffice.text.translatable import gettext as _
from catalog.admin.change_set_pages.actions import act_and_open
from catalog.admin.change_set_pages.listing import LineRow, line_row
from catalog.admin.prices.rows import PriceFilters, filtered_variants, market_choices
from catalog.labels import key_label
from catalog.models import ChangeKind, TableImport, TableImportState, Variant
from catalog.services.change_sets.formats import format_of, vendors_for
from catalog.services.change_sets.values import Value
from catalog.services.current_values import current_values, variants_of
from catalog.services.overdue import READ_TABLE
from catalog.services.price_markets import get_price_market, market_key, market_of
from catalog.services.tables.columns import LAYOUTS, MOST_BYTES, MOST_TABLE_ROWS
from catalog.services.tables.exporting import export_rows
from catalog.services.tables.importing import OPEN_STATES, accept_table, discard_import, draft_import, read_again

PREVIEWED = 100
# Rows that nobody asks for are not read: contents are megabytes.
_HEAVY = ("content", "requests")


class UploadForm(forms.Form):
    """A table of one kind, and what its blank cells mean."""

    kind = forms.ChoiceField(label=gettext_lazy("Table contents"), choices=ChangeKind.choices)
    market = forms.ChoiceField(label=gettext_lazy("Market for sales prices"), required=False)
    file = forms.FileField(label=gettext_lazy("XLSX or CSV file"))
    blanks = forms.ChoiceField(
        label=gettext_lazy("Blank cells"),
        choices=[("keep", gettext_lazy("change nothing")), ("clear", gettext_lazy("clear the value"))],
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        # Read once, however often the page asks.
        self.fields["market"].choices = [  # type: ignore[attr-defined]
            ("", gettext_lazy("the vendor’s default prices")),
            *market_choices(),
        ]


class TableList(ListPage[TableImport]):
    """Uploaded tables, and what is needed to take one out or bring one in."""

    title = gettext_lazy("Tables")
    template_name = "catalog/table_list.html"
    queryset = TableImport.objects.defer(*_HEAVY)

    def get_context_data(self) -> dict[str, Any]:
        return super().get_context_data() | {
            "form": UploadForm(initial={"kind": self.request.GET.get("kind", "")}),
            "layouts": [(kind, LAYOUTS[kind]) for kind in ChangeKind],
            "kinds": ChangeKind.choices,
            "most_rows": MOST_TABLE_ROWS,
            "most_megabytes": MOST_BYTES // 1024 // 1024,
        }


@admin.register(TableImport)
class TableImportAdmin(PagesAdmin):
    list_page = TableList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("export/", "export", self.export_view),
            ("upload/", "upload", self.upload_view),
            ("<int:pk>/draft/", "draft", self.draft_view),
            ("<int:pk>/discard/", "discard", self.discard_view),
            ("<int:pk>/again/", "again", self.again_view),
        ]

    def detail_view(self, request: HttpRequest, table: TableImport) -> HttpResponse:
        if "purchase" in LAYOUTS[table.kind].columns:
            require_sight(PURCHASE_PRICES)
        return self.render(
            request,
            "catalog/table.html",
            title=table.file_name,
            table=table,
            is_open=table.state in OPEN_STATES,
            may_discard=table.state not in (TableImportState.DRAFTED, TableImportState.DISCARDED),
            preview=_preview(table),
            previewed=PREVIEWED,
            may_draft=self.may(request, "add_tableimport"),
        )

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """Stream all that the price editor's filters find, as `?kind=&format=xlsx|csv`."""
        self.require_view(request)
        kind, file_format = request.GET.get("kind", ""), request.GET.get("format", "xlsx")
        if kind not in LAYOUTS:
            raise BadRequest
        if "purchase" in LAYOUTS[kind].columns:
            require_sight(PURCHASE_PRICES)
        vendor, filters = vendors_for(kind)[0], PriceFilters(request.GET)
        market = filters.chosen_market
        rows = export_rows(kind, vendor=vendor, variants=_exported(kind, vendor, filters, market=market), market=market)
        name = "-".join(filter(None, (kind, market_key(market))))
        return table_response(LAYOUTS[kind].columns, rows, name=name, file_format=file_format)

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        self.require(request, "add_tableimport")
        back = reverse("admin:catalog_tableimport_changelist")
        form = UploadForm(request.POST, request.FILES)
        if request.method != "POST" or not form.is_valid():
            return refuse(request, DomainError(_("Choose the table contents and a file.")), to=back)
        given = form.cleaned_data
        try:
            table = accept_table(
                given["file"].read(MOST_BYTES + 1),
                file_name=given["file"].name,
                kind=given["kind"],
                vendor=vendors_for(given["kind"])[0],
                clear_blanks=given["blanks"] == "clear",
                actor=actor(request),
                market=get_price_market(vendors_for(given["kind"])[0], given["market"], kind=given["kind"]),
            )
        except DomainError as error:
            return refuse(request, error, to=back)
        enqueue_on_commit(READ_TABLE, table.pk)
        return HttpResponseRedirect(_page(table))

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "add_tableimport")
        table = find_or_404(TableImport, pk)
        text = _("Draft created. Compare it with the vendor next.")
        return act_and_open(request, lambda: draft_import(table, actor=actor(request)), text=text, back=_page(table))

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        def do(table: TableImport) -> str:
            read_again(table)
            enqueue_on_commit(READ_TABLE, table.pk)
            return _("The table is being read again.")

        return self._act(request, pk, do)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        def do(table: TableImport) -> str:
            discard_import(table)
            return _("Discarded: nothing was stored.")

        return self._act(request, pk, do)

    def _act(self, request: HttpRequest, pk: int, do: Callable[[TableImport], str]) -> HttpResponse:
        self.require(request, "add_tableimport")
        table = find_or_404(TableImport, pk)
        return act(request, lambda: do(table), to=_page(table))


def _exported(kind: str, vendor: str, filters: PriceFilters, *, market: Market | None) -> QuerySet[Variant]:
    """Return what the filters find: of prices what has any in the market, of all else every variant."""
    if LAYOUTS[kind].is_by_quantity:
        return filtered_variants(vendor, filters.values, market=market)
    return filtered_variants(vendor, filters.values, everywhere=True)


def _page(table: TableImport) -> str:
    return reverse("admin:catalog_tableimport_change", args=[table.pk])


def _preview(table: TableImport) -> list[tuple[str, list[LineRow]]]:
    """Return the first SKUs that would change, each with its values before and after, as far as they are known."""
    requests: dict[str, Value] = dict(list(table.requests.items())[:PREVIEWED])
    if not requests:
        return []
    variants = list(variants_of(table.vendor).filter(sku__in=requests))
    current = current_values(table.kind, vendor=table.vendor, variants=variants, market=market_of(table))
    return [(sku, _lines(table.kind, requested, current.get(sku))) for sku, requested in requests.items()]


def _lines(kind: str, requested: Value, current: Value | None) -> list[LineRow]:
    if current is None:
        return [LineRow(key_label(key), "?", str(value), None, None) for key, value in requested.items()]
    change_format = format_of(kind)
    lines = change_format.lines(current, after=change_format.resolve(requested, before=current).after)
    return [line_row(line, before=current, currency=current.get("currency") or "EUR", longest=200) for line in lines]
