"""Synchronisations in the admin: what each did, how far the running one is, what it could not read."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from backoffice.staff.list_page import ListPage
from backoffice.staff.pages import PagesAdmin
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _
from catalog.models import SyncRun
from catalog.models.sync import SyncState

CHANGES_SHOWN = 100
# A running one that has given no sign of life for that long has probably died.
SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class SyncRunRow:
    """`percent` is None when the vendor announced no total."""

    run: SyncRun
    chip: Chip
    percent: int | None
    duration: timedelta
    remaining: timedelta | None
    is_unanswered: bool


class RunList(ListPage[SyncRun]):
    title = gettext_lazy("Syncs")
    template_name = "catalog/run_list.html"
    queryset = SyncRun.objects.defer("errors")

    def get_rows(self, found: list[SyncRun]) -> list[SyncRunRow]:
        return [run_row(run) for run in found]


@admin.register(SyncRun)
class SyncRunAdmin(PagesAdmin):
    """Started by schedule or by command; read here."""

    list_page = RunList

    def detail_view(self, request: HttpRequest, run: SyncRun) -> HttpResponse:
        return self.render(
            request,
            "catalog/run.html",
            title=_("Sync #%(number)s") % {"number": run.pk},
            row=run_row(run),
            run=run,
            counts=count_label(run),
            changes=run.changes.select_related("variant")[:CHANGES_SHOWN],
        )


def run_row(run: SyncRun) -> SyncRunRow:
    now = timezone.now()
    is_running = run.state == SyncState.RUNNING
    duration = (run.finished_at or now) - run.started_at
    percent = min(100, run.seen * 100 // run.total) if run.total else None
    remaining = duration * (run.total - run.seen) / run.seen if is_running and run.total and run.seen else None
    return SyncRunRow(
        run=run,
        chip=SyncState(run.state).chip(),
        percent=percent,
        duration=duration,
        remaining=max(remaining, timedelta()) if remaining is not None else None,
        is_unanswered=is_running and now - run.heartbeat_at > SILENT_AFTER,
    )


def count_label(run: SyncRun) -> list[tuple[str, int]]:
    """Return what was done, without what did not happen."""
    labels = {
        "new": _("new variants"),
        "changed": _("changed variants"),
        "unchanged": _("unchanged variants"),
        "gone": _("delisted variants"),
        "back": _("relisted variants"),
        "products_new": _("new products"),
        "products_changed": _("changed products"),
        "tiers": _("price tiers written"),
        "texts": _("texts written"),
        "repeated": _("products listed twice"),
        "duplicates": _("SKUs listed twice"),
        "other_language": _("products in another language"),
        "skipped": _("skipped products"),
        "problems": _("problems"),
    }
    return [(label, run.counts[name]) for name, label in labels.items() if run.counts.get(name)]
