"""Tables in the admin: export what a filter shows, upload it edited, look at what it would change, draft it."""

import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import BadRequest
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.engine.services.task_queue import enqueue_on_commit
from backoffice.errors import DomainError
from backoffice.staff.base import actor, refuse
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _
from catalog.admin.change_set_pages.actions import act_and_open
from catalog.admin.change_set_pages.listing import LineRow, line_row
from catalog.admin.prices.rows import PriceFilters, filtered_variants
from catalog.labels import key_label
from catalog.models import ChangeKind, TableImport, TableImportState
from catalog.services.change_sets.formats import format_of, vendors_for
from catalog.services.change_sets.values import Value
from catalog.services.current_values import current_values, variants_of
from catalog.services.overdue import READ_TABLE
from catalog.services.tables.columns import LAYOUTS, MOST_BYTES, MOST_TABLE_ROWS
from catalog.services.tables.exporting import export_rows
from catalog.services.tables.files import write_csv, write_xlsx
from catalog.services.tables.importing import OPEN_STATES, accept_table, discard_import, draft_import, read_again

PREVIEWED = 100
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Rows that nobody asks for are not read: contents are megabytes.
_HEAVY = ("content", "requests")


class UploadForm(forms.Form):
    """A table of one kind, and what its blank cells mean."""

    kind = forms.ChoiceField(label=gettext_lazy("Table of"), choices=ChangeKind.choices)
    file = forms.FileField(label=gettext_lazy("XLSX or CSV file"))
    blanks = forms.ChoiceField(
        label=gettext_lazy("Blank cells"),
        choices=[("keep", gettext_lazy("change nothing")), ("clear", gettext_lazy("clear the value"))],
    )


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
        if kind not in LAYOUTS or file_format not in ("xlsx", "csv"):
            raise BadRequest
        vendor = vendors_for(kind)[0]
        variants = filtered_variants(vendor, PriceFilters(request.GET).values)
        rows = export_rows(kind, vendor=vendor, variants=variants)
        name = f"{kind}-{timezone.localdate():%Y-%m-%d}.{file_format}"
        if file_format == "csv":
            pieces: Iterator[bytes] = write_csv(LAYOUTS[kind].columns, rows)
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)
        # A workbook's index stands at its end: it is written to a file first, and that is streamed and then closed.
        file = tempfile.TemporaryFile()  # noqa: SIM115
        write_xlsx(LAYOUTS[kind].columns, rows, to=file)
        file.seek(0)
        return FileResponse(file, as_attachment=True, filename=name, content_type=_XLSX)

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        self.require(request, "add_tableimport")
        back = reverse("admin:catalog_tableimport_changelist")
        form = UploadForm(request.POST, request.FILES)
        if request.method != "POST" or not form.is_valid():
            return refuse(request, DomainError(_("Choose what the table is of, and a file.")), to=back)
        given = form.cleaned_data
        try:
            table = accept_table(
                given["file"].read(MOST_BYTES + 1),
                file_name=given["file"].name,
                kind=given["kind"],
                vendor=vendors_for(given["kind"])[0],
                clear_blanks=given["blanks"] == "clear",
                actor=actor(request),
            )
        except DomainError as error:
            return refuse(request, error, to=back)
        enqueue_on_commit(READ_TABLE, table.pk)
        return HttpResponseRedirect(_page(table))

    def draft_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(request, "add_tableimport")
        table = find_or_404(TableImport, pk)
        text = _("Drafted. Compare it with the vendor next.")
        return act_and_open(request, lambda: draft_import(table, actor=actor(request)), text=text, back=_page(table))

    def again_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        def do(table: TableImport) -> str:
            read_again(table)
            enqueue_on_commit(READ_TABLE, table.pk)
            return _("It is being read again.")

        return self._act(request, pk, do)

    def discard_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        def do(table: TableImport) -> str:
            discard_import(table)
            return _("Discarded: nothing of it was stored.")

        return self._act(request, pk, do)

    def _act(self, request: HttpRequest, pk: int, do: Callable[[TableImport], str]) -> HttpResponse:
        self.require(request, "add_tableimport")
        table = find_or_404(TableImport, pk)
        return act(request, lambda: do(table), to=_page(table))


def _page(table: TableImport) -> str:
    return reverse("admin:catalog_tableimport_change", args=[table.pk])


def _preview(table: TableImport) -> list[tuple[str, list[LineRow]]]:
    """Return the first SKUs that would change, each with its values before and after, as far as they are known."""
    requests: dict[str, Value] = dict(list(table.requests.items())[:PREVIEWED])
    if not requests:
        return []
    variants = list(variants_of(table.vendor).filter(sku__in=requests))
    current = current_values(table.kind, vendor=table.vendor, variants=variants)
    return [(sku, _lines(table.kind, requested, current.get(sku))) for sku, requested in requests.items()]


def _lines(kind: str, requested: Value, current: Value | None) -> list[LineRow]:
    if current is None:
        return [LineRow(key_label(key), "?", str(value), None, None) for key, value in requested.items()]
    change_format = format_of(kind)
    lines = change_format.lines(current, after=change_format.resolve(requested, before=current).after)
    return [line_row(line, before=current, currency=current.get("currency") or "EUR", longest=200) for line in lines]
