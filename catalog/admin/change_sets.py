"""Change sets in the admin: the list, the page on which one is reviewed, and the buttons below it."""

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from backoffice.sight import PURCHASE_PRICES, require_sight
from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin, View, find_or_404
from backoffice.text.reasons import REASON_MAX, REASON_MIN
from backoffice.text.translatable import gettext as _
from catalog.admin.change_set_pages import actions
from catalog.admin.change_set_pages.listing import ROW_FILTERS, ChangeSetList, rows_page
from catalog.admin.change_set_pages.vendor_changes import VendorChanges
from catalog.admin.prices import editor as price_editor
from catalog.admin.stock_desk import StockDesk, save_stock
from catalog.admin.texts import workbench as text_workbench
from catalog.admin.texts.grid import TextGrid
from catalog.admin.texts.rows import TextList
from catalog.labels import describe_values
from catalog.models import ChangeKind, ChangeSet, ChangeSetState, Snapshot, VendorJobState
from catalog.services.change_sets.approval import can_approve, needs_somebody_else, revision_of

JOBS_SHOWN = 100
EVENTS_SHOWN = 50


@admin.register(ChangeSet)
class ChangeSetAdmin(PagesAdmin):
    """Made by the editor, tables and commands; here it is compared, approved, sent and seen to its end."""

    list_page = ChangeSetList

    def pages(self) -> list[tuple[str, str, View]]:
        return [
            ("prices/", "prices", self.price_view),
            ("prices/save/", "prices_save", self._editing(price_editor.save)),
            ("prices/formula/", "prices_formula", self._editing(price_editor.try_formula)),
            ("prices/formula/all/", "prices_formula_all", self._editing(price_editor.draft_for_all)),
            ("stock/", "stock", self._listing(StockDesk)),
            ("stock/save/", "stock_save", self._editing(require_POST(save_stock))),
            ("texts/", "texts", self._listing(TextList)),
            ("texts/grid/", "texts_grid", self._editing(self._listing(TextGrid))),
            ("texts/grid/save/", "texts_grid_save", self._editing(require_POST(text_workbench.save_grid))),
            ("texts/reset/", "texts_reset", self.reset_view),
            ("texts/<int:pk>/", "text", self.text_view),
            ("texts/<int:pk>/save/", "text_save", self._editing(require_POST(self._save_texts))),
            ("vendor-changes/", "vendor_changes", self._listing(VendorChanges)),
            *((f"<int:pk>/{name}/", name, self._acting(name)) for name in actions.NAMES),
        ]

    def _listing(self, page: type[ListPage[Any]]) -> View:
        return lambda request: self.show_list(request, page)

    def text_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the SEO workbench of one SKU."""
        self.require_view(request)
        reading = self._texts_or_404(pk)
        return self.render(
            request,
            "catalog/seo_workbench.html",
            title=reading.sku,
            may_edit=self.may(request, "change_changeset"),
            may_reset=self.may(request, "reset_searchtexts"),
            **text_workbench.workbench_context(reading, draft=text_workbench.chosen_draft(request, reading.vendor)),
        )

    def _save_texts(self, request: HttpRequest, pk: int) -> HttpResponse:
        return text_workbench.save_texts(request, self._texts_or_404(pk))

    def reset_view(self, request: HttpRequest) -> HttpResponse:
        """Reset texts to the vendor's default, asking first."""
        self.require(request, "reset_searchtexts")
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        answer = text_workbench.reset_texts(request)
        if isinstance(answer, HttpResponse):
            return answer
        return self.render(request, "catalog/seo_reset.html", title=_("Reset to default"), **answer)

    def _texts_or_404(self, pk: int) -> Snapshot:
        reading = find_or_404(Snapshot, pk)
        if reading.kind != text_workbench.KIND:
            raise Http404
        return reading

    def price_view(self, request: HttpRequest) -> HttpResponse:
        """Show the price editor."""
        self.require_view(request)
        may_edit = self.may(request, "change_changeset")
        context = price_editor.grid_context(request)
        return self.render(request, "catalog/price_editor.html", title=_("Prices"), may_edit=may_edit, **context)

    def detail_view(self, request: HttpRequest, change_set: ChangeSet) -> HttpResponse:
        if change_set.kind == ChangeKind.FULFILLER_PRICES:
            require_sight(PURCHASE_PRICES)
        return self.render(
            request,
            "catalog/change_set.html",
            title=change_set.title,
            change_set=change_set,
            # Before the rows: approved is what was seen.
            revision=revision_of(change_set),
            values=describe_values(change_set),
            page=rows_page(change_set, request.GET),
            row_views=_row_views(change_set),
            # A report can be megabytes, and is not shown.
            jobs=[
                (job, VendorJobState(job.state).chip(job.message))
                for job in change_set.jobs.defer("report").order_by("number")[:JOBS_SHOWN]
            ],
            events=change_set.events.order_by("-at", "-pk")[:EVENTS_SHOWN],
            **self._possible(request, change_set),
        )

    def _possible(self, request: HttpRequest, change_set: ChangeSet) -> dict[str, Any]:
        """Return what the reader may do now, and why not where it is not theirs."""
        state = change_set.state
        against = can_approve(change_set, name=request.user.get_username()).code
        may_edit = self.may(request, "change_changeset")
        return {
            "may_edit": may_edit and change_set.is_editable,
            "may_tick": may_edit and state == ChangeSetState.CHECKED,
            "may_approve": self.may(request, "approve_changeset") and state == ChangeSetState.CHECKED,
            "may_override": self.may(request, "override_changeset"),
            "may_push": self.may(request, "push_changeset"),
            "may_reopen": may_edit and state in (ChangeSetState.APPROVED, ChangeSetState.SCHEDULED),
            "may_discard": may_edit and change_set.may_become(ChangeSetState.DISCARDED),
            "may_restore": may_edit and change_set.pushed_at is not None and state != ChangeSetState.PUSHING,
            "needs_other": state == ChangeSetState.CHECKED and needs_somebody_else(change_set),
            "own_approval": against == "own_approval",
            "stands_against": against in ("empty", "blocked", "unconfirmed"),
            "reason_min": REASON_MIN,
            "reason_max": REASON_MAX,
        }

    def _editing(self, view: View) -> View:
        """Return a view for those who may change change sets."""

        def guarded(request: HttpRequest, **parameters: Any) -> HttpResponseBase:
            self.require(request, "change_changeset")
            return view(request, **parameters)

        return guarded

    def _acting(self, name: str) -> View:
        """Return the button's view: it needs the right to change sets; services ask for rights of their own."""

        def view(request: HttpRequest, pk: int) -> HttpResponse:
            self.require(request, actions.PERMISSIONS.get(name, "change_changeset"))
            return actions.perform(name, request, find_or_404(ChangeSet, pk))

        return view


def _row_views(change_set: ChangeSet) -> list[tuple[str, str, int | None]]:
    """Return (name, title, count) of the ways to look at the rows; None where nothing was counted yet."""
    counts = change_set.counts
    titles = {
        "all": (_("All"), counts.get("rows")),
        "guards": (_("With warnings"), counts.get("blocking", 0) + counts.get("flagged", 0)),
        "losses": (_("Will be deleted"), counts.get("removals")),
        "verified": (_("Verified"), counts.get("verified")),
        "differs": (_("Mismatch"), counts.get("differs")),
        "failed": (_("Failed"), counts.get("failed")),
    }
    always = ("all", "guards", "losses")
    return [(name, *titles[name]) for name in ROW_FILTERS if name in always or titles[name][1]]
