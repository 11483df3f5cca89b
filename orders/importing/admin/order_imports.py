"""Imports of orders in the admin: a table is uploaded, looked at, read another way if need be, and placed."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from backoffice.engine.services.task_queue import JOBS_QUEUE, enqueue
from backoffice.errors import DomainError
from backoffice.jobs.models import Job
from backoffice.jobs.services.counting import progress_of
from backoffice.jobs.services.drafting import enqueue_job
from backoffice.jobs.services.working import work_job
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.base import actor, refuse
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, act, find_or_404
from backoffice.text.translatable import gettext as _
from orders.importing.admin.forms import ImportUploadForm, read_format, read_mapping, usual_shop
from orders.importing.admin.import_page import import_page, may_place, place_label, table_chip
from orders.importing.models import OrderImport
from orders.importing.models.order_import import SETTABLE
from orders.importing.services.accepting import (
    accept_table,
    discard_import,
    renew_check,
    set_reading,
    start_placing,
)
from orders.importing.services.keeping import READ_IMPORT, read_and_check
from orders.importing.services.reading import MOST_BYTES, MOST_ROWS
from orders.importing.services.templates import write_template, write_wrong_rows

_ADD = "add_orderimport"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# So much is read, checked and placed while its reader waits; all else is worked on in the background.
READ_WHILE_WAITING_BYTES = 100 * 1024
CHECKED_WHILE_WAITING, PLACED_WHILE_WAITING, SECONDS = 100, 50, 5


class OrderImportList(ListPage[OrderImport]):
    """The way in: a file is chosen, and what was brought in before is below."""

    title = gettext_lazy("Import orders")
    template_name = "importing/import_list.html"
    queryset = OrderImport.objects.select_related("shop", "job").defer("columns")
    empty_icon = "upload_file"

    def get_context_data(self) -> dict[str, Any]:
        shop = usual_shop(OrderImport.objects.all(), actor=self.request.user.get_username())
        return super().get_context_data() | {
            "form": ImportUploadForm(initial={"shop": shop}),
            "most_rows": MOST_ROWS,
            "most_megabytes": MOST_BYTES // 1024 // 1024,
        }

    def get_rows(self, found: list[OrderImport]) -> list[dict[str, Any]]:
        return [{"table": table, "chip": table_chip(table)} for table in found]


@admin.register(OrderImport)
class OrderImportAdmin(PagesAdmin):
    """Tables are uploaded and read; whoever may take orders brings them in."""

    sights = (PERSONAL_DATA,)
    list_page = OrderImportList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("upload/", "upload", self.upload),
            ("template/", "template", self.template),
            ("<int:pk>/reading/", "reading", self.set_reading),
            ("<int:pk>/place/", "place", self.place),
            ("<int:pk>/check/", "check", self.check_again),
            ("<int:pk>/discard/", "discard", self.discard),
            ("<int:pk>/wrong/", "wrong", self.wrong_rows),
        ]

    def shown_rows(self, row: OrderImport) -> list[QuerySet[Any]]:
        return [OrderImport.objects.filter(pk=row.pk), Job.objects.filter(pk=row.job_id or 0)]

    def detail_view(self, request: HttpRequest, table: OrderImport) -> HttpResponse:
        page = import_page(table, request.GET)
        return self.render(
            request,
            "importing/import.html",
            title=table.file_name,
            table=table,
            job=table.job,
            page=page,
            chip=table_chip(table),
            may_import=self.may(request, _ADD),
            place_label=place_label(page),
            may_place=may_place(table, page),
            is_settable=table.state in SETTABLE and not table.is_started,
        )

    def upload(self, request: HttpRequest) -> HttpResponse:
        """Take a file, read a small one at once, and show what is in it."""
        self.require(request, _ADD)
        back = reverse("admin:importing_orderimport_changelist")
        form = ImportUploadForm(request.POST, request.FILES)
        if request.method != "POST" or not form.is_valid():
            return refuse(request, DomainError(_("Choose a shop and a file that is not empty.")), to=back)
        file = form.cleaned_data["file"]
        try:
            content = file.read(MOST_BYTES + 1)
            table = accept_table(content, file_name=file.name, shop=form.cleaned_data["shop"], actor=actor(request))
        except DomainError as error:
            return refuse(request, error, to=back)
        return self._read(table, size=len(content))

    def template(self, request: HttpRequest) -> HttpResponseBase:
        """Send the template, `?format=xlsx|csv`."""
        self.require_view(request)
        file_format = request.GET.get("format", "xlsx")
        if file_format not in ("xlsx", "csv"):
            raise BadRequest
        content: Any = write_template(file_format)
        name = f"orders-template.{file_format}"
        if file_format == "csv":
            return _csv(content, name)
        return FileResponse(content, as_attachment=True, filename=name, content_type=_XLSX)

    def set_reading(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Read the table again, with other columns or formats."""
        self.require(request, _ADD)
        table = find_or_404(OrderImport, pk)
        if request.method != "POST":
            return HttpResponseRedirect(_url(pk))
        mapping, choices = read_mapping(request.POST, table), read_format(request.POST)
        try:
            table = set_reading(table, mapping=mapping, choices=choices, actor=actor(request))
        except DomainError as error:
            return refuse(request, error, to=_url(pk))
        return self._read(table, size=len(table.content))

    def place(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Have the orders placed that can be."""
        self.require(request, _ADD)
        table = find_or_404(OrderImport, pk)

        def do() -> str:
            job = start_placing(table, actor=actor(request))
            if progress_of(job).ready > PLACED_WHILE_WAITING or work_job(job.pk, seconds=SECONDS):
                enqueue_job(job)
                return _("The orders are being placed. You can leave this page.")
            job.refresh_from_db()
            return _("Placed.") if not job.needs_attention else _("Some orders could not be placed.")

        return act(request, do, to=_url(pk))

    def check_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Check the orders anew."""

        def do(table: OrderImport) -> str:
            _check(renew_check(table))
            return _("The orders are being checked again.")

        return self._act(request, pk, do)

    def discard(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Drop the table."""

        def do(table: OrderImport) -> str:
            discard_import(table)
            return _("Discarded. No orders were placed.")

        return self._act(request, pk, do)

    def wrong_rows(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Send the rows that could not be placed, with the causes, to be corrected and brought in again."""
        self.require_view(request)
        table = find_or_404(OrderImport, pk)
        try:
            content = write_wrong_rows(table)
        except DomainError as error:
            return refuse(request, error, to=_url(pk))
        return _csv(content, f"orders-to-correct-{pk}.csv")

    def _act(self, request: HttpRequest, pk: int, do: Callable[[OrderImport], str]) -> HttpResponse:
        self.require(request, _ADD)
        table = find_or_404(OrderImport, pk)
        return act(request, lambda: do(table), to=_url(pk))

    def _read(self, table: OrderImport, *, size: int) -> HttpResponse:
        if size > READ_WHILE_WAITING_BYTES or not read_and_check(table.pk):
            enqueue(READ_IMPORT, table.pk, queue=JOBS_QUEUE)
        else:
            table.refresh_from_db()
            if table.job is not None:
                _check(table.job)
        return HttpResponseRedirect(_url(table.pk))


def _check(job: Job) -> None:
    """Check a few at once; a worker goes on with the rest."""
    if job.total > CHECKED_WHILE_WAITING or work_job(job.pk, seconds=SECONDS):
        enqueue_job(job)


def _csv(content: Any, name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingHttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _url(pk: int) -> str:
    return reverse("admin:importing_orderimport_change", args=[pk])
