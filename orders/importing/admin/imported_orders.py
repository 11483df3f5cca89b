"""The orders of tables in the admin: what each row said, and what came of it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy

from backoffice.jobs.models import JobRow
from backoffice.sight import PERSONAL_DATA
from backoffice.staff.filter_form import FilterForm, choice_field
from backoffice.staff.keyset import read_key
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin
from backoffice.staff.text_fields import CodeField
from orders.importing.models import ImportedOrder, ImportOutcome
from orders.importing.services.assembling import describe_table
from orders.importing.services.fields import PROPERTY


class ImportedOrderFilters(FilterForm):
    """What orders in imports can be filtered by."""

    HIDDEN = ("table",)

    table = CodeField(required=False, max_length=18)
    outcome = choice_field(gettext_lazy("Outcome"), ImportOutcome.choices)

    def filter_queryset(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Take what can be no key for none."""
        if (text := self.values.get("table")) and read_key(text) is None:
            return rows.none()
        return super().filter_queryset(rows)

    def search(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        return rows.filter(reference=text)


class ImportedOrderList(ListPage[ImportedOrder]):
    title = gettext_lazy("Orders in imports")
    template_name = "importing/order_list.html"
    queryset = ImportedOrder.objects.select_related("table", "order").defer("table__content", "rows", "order__search")
    filter_class = ImportedOrderFilters
    search_words = gettext_lazy("Order reference")
    empty_icon = "upload_file"

    def get_rows(self, found: list[ImportedOrder]) -> list[dict[str, Any]]:
        return [{"imported": imported, "chip": ImportOutcome(imported.outcome).chip()} for imported in found]


@admin.register(ImportedOrder)
class ImportedOrderAdmin(PagesAdmin):
    """Read only: a table is corrected in its file."""

    sights = (PERSONAL_DATA,)
    list_page = ImportedOrderList

    def detail_view(self, request: HttpRequest, imported: ImportedOrder) -> HttpResponse:
        of = describe_table(imported.table)
        result = JobRow.objects.filter(job=imported.table.job_id, subject_id=imported.pk).first()
        return self.render(
            request,
            "importing/order.html",
            title=str(imported),
            imported=imported,
            chip=ImportOutcome(imported.outcome).chip(),
            result=result,
            rows=[
                (row["row"], [(_name(name, of), text) for name, text in row["values"].items()], row["problems"])
                for row in imported.rows
            ],
        )


def _name(name: str, of: Any) -> str:
    head, _colon, rest = name.partition(":")
    return rest if head == PROPERTY else of.column(name)
