"""Changes, tables and syncs of the catalogue that need attention: none of them goes on by itself."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import Dismissal, Essentials, InboxKind, Need, each, explained_in, link, page_of
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.explaining import explain
from backoffice.vendors.registry import vendor_title
from catalog.models import ChangeSet, ChangeSetState, CustomPicture, SyncRun, TableImport, TableImportState, VendorJob
from catalog.models.sync import SyncState
from catalog.services.tables.importing import discard_import

# What ended so long ago has been seen, or matters no more.
RECENT = timedelta(days=30)
# So long a table or a change set may be in the hands of the background before somebody should look.
SLOW = timedelta(hours=1)
_READING = (TableImportState.WAITING, TableImportState.READING)
_CHANGE_SETS = ("catalog.view_changeset",)


def _in_state(state: ChangeSetState) -> QuerySet[ChangeSet]:
    return ChangeSet.objects.filter(state=state)


def _set_need(row: ChangeSet, *, action: Any) -> Need:
    return Need(
        what=row.title,
        detail=row.get_kind_display(),
        since=row.created_at,
        who=row.created_by,
        url=link("catalog_changeset_change", row.pk),
        action=action,
    )


def _set_essentials(row: ChangeSet) -> Essentials:
    return Essentials(
        chips=[ChangeSetState(row.state).chip()],
        facts=[
            (_("Contents"), row.get_kind_display()),
            (_("Vendor"), vendor_title(row.vendor)),
            (_("Created by"), row.created_by),
        ],
    )


def _stuck() -> QuerySet[ChangeSet]:
    """Return those on their way or overdue for long, or with a batch that the vendor does not report on."""
    silent = VendorJob.objects.filter(change_set=OuterRef("pk"), needs_attention=True)
    slow = Q(state__in=[ChangeSetState.PUSHING], pushed_at__lte=Now() - SLOW)
    overdue = Q(state=ChangeSetState.SCHEDULED, scheduled_for__lte=Now() - SLOW)
    return ChangeSet.objects.filter(slow | overdue | Exists(silent))


def _stuck_need(row: ChangeSet) -> Need:
    return Need(
        what=row.title,
        detail=row.get_state_display(),
        since=row.verified_at or row.pushed_at or row.created_at,
        who=row.created_by,
        url=link("catalog_changeset_change", row.pk),
    )


def _tables() -> QuerySet[TableImport]:
    """Return tables that were refused and neither discarded nor read again, or not read for long."""
    refused = Q(state=TableImportState.REFUSED, created_at__gte=Now() - RECENT)
    slow = Q(state__in=_READING, waiting_since__lte=Now() - SLOW)
    return TableImport.objects.filter(refused | slow).defer("content", "requests")


def _tables_to_review() -> QuerySet[TableImport]:
    recent = TableImport.objects.filter(state=TableImportState.READY, created_at__gte=Now() - RECENT)
    return recent.defer("content", "requests")


def _table_need(row: TableImport) -> Need:
    return Need(
        what=row.file_name,
        detail=row.problems[0]["text"] if row.problems else row.get_state_display(),
        since=row.created_at,
        who=row.created_by,
        url=link("catalog_tableimport_change", row.pk),
    )


def _failed_syncs() -> QuerySet[SyncRun]:
    """Return the newest run of each kind of sync that failed."""
    newer = SyncRun.objects.filter(vendor=OuterRef("vendor"), kind=OuterRef("kind"), pk__gt=OuterRef("pk"))
    return SyncRun.objects.filter(~Exists(newer), state=SyncState.FAILED)


def _sync_need(row: SyncRun) -> Need:
    text = row.errors[-1]["text"] if row.errors else row.get_state_display()
    return Need(
        what=f"{vendor_title(row.vendor)} · {row.kind}",
        **explained_in(row.vendor, explain(row.vendor, text)),
        since=row.finished_at or row.heartbeat_at,
        url=link("catalog_syncrun_change", row.pk),
    )


def _lost_pictures() -> QuerySet[CustomPicture]:
    return CustomPicture.objects.filter(failed=True)


def _picture_need(row: CustomPicture) -> Need:
    return Need(
        what=str(row.product),
        detail=row.problem,
        since=None,
        url=link("catalog_customproduct_change", row.product_id),
    )


def _change_sets(state: ChangeSetState, *, action: Any, **look: Any) -> InboxKind:
    return InboxKind(
        see=_CHANGE_SETS,
        rows=partial(_in_state, state),
        order_by=("pk",),
        since="created_at",
        needs=each(partial(_set_need, action=action)),
        page=page_of("catalog_changeset_changelist", query=f"?state={state}"),
        essentials=_set_essentials,
        **look,
    )


def _imports(rows: Any, **look: Any) -> InboxKind:
    return InboxKind(
        see=("catalog.view_tableimport",),
        act="catalog.add_tableimport",
        rows=rows,
        order_by=("pk",),
        since="created_at",
        needs=each(_table_need),
        page=page_of("catalog_tableimport_changelist"),
        essentials=lambda row: Essentials(
            chips=[TableImportState(row.state).chip()], facts=[(_("Created by"), row.created_by)]
        ),
        dismissal=Dismissal(gettext_lazy("Discard"), "catalog.add_tableimport", lambda row, actor: discard_import(row)),
        **look,
    )


KINDS = [
    _change_sets(
        ChangeSetState.FAILED,
        name="change-sets-failed",
        title=gettext_lazy("Failed change sets"),
        icon="error",
        tone=Tone.RED,
        place=270,
        act="catalog.push_changeset",
        action=gettext_lazy("Find the cause"),
    ),
    _change_sets(
        ChangeSetState.DIFFERING,
        name="change-sets-differing",
        title=gettext_lazy("Change sets that differ at the vendor"),
        icon="difference",
        tone=Tone.RED,
        place=271,
        act="catalog.push_changeset",
        action=gettext_lazy("Compare"),
    ),
    _change_sets(
        ChangeSetState.CHECKED,
        name="change-sets-to-approve",
        title=gettext_lazy("Change sets to approve"),
        icon="verified_user",
        tone=Tone.AMBER,
        place=272,
        act="catalog.approve_changeset",
        action=gettext_lazy("Approve"),
    ),
    _change_sets(
        ChangeSetState.APPROVED,
        name="change-sets-to-send",
        title=gettext_lazy("Approved change sets to send"),
        icon="send",
        tone=Tone.BLUE,
        place=273,
        act="catalog.push_changeset",
        action=gettext_lazy("Send"),
    ),
    InboxKind(
        name="change-sets-stuck",
        title=gettext_lazy("Change sets that are stuck"),
        icon="hourglass_top",
        tone=Tone.AMBER,
        place=340,
        see=_CHANGE_SETS,
        act="catalog.push_changeset",
        rows=_stuck,
        order_by=("pk",),
        since=Coalesce("verified_at", "pushed_at", "created_at"),
        needs=each(_stuck_need),
        page=page_of("catalog_changeset_changelist"),
        essentials=_set_essentials,
    ),
    _imports(
        _tables,
        name="unreadable-tables",
        title=gettext_lazy("Tables that could not be read"),
        icon="table_chart",
        tone=Tone.AMBER,
        place=350,
    ),
    _imports(
        _tables_to_review,
        name="tables-to-review",
        title=gettext_lazy("Tables to review"),
        icon="preview",
        tone=Tone.BLUE,
        place=351,
    ),
    InboxKind(
        name="failed-syncs",
        title=gettext_lazy("Failed syncs"),
        icon="sync_problem",
        tone=Tone.AMBER,
        place=360,
        see=("catalog.view_syncrun",),
        act="catalog.change_product",
        rows=_failed_syncs,
        order_by=("pk",),
        since=Coalesce("finished_at", "heartbeat_at"),
        needs=each(_sync_need),
        page=page_of("catalog_syncrun_changelist"),
        essentials=lambda row: Essentials(chips=[SyncState(row.state).chip()]),
    ),
    InboxKind(
        name="lost-pictures",
        title=gettext_lazy("Images that cannot be fetched"),
        icon="broken_image",
        tone=Tone.AMBER,
        place=370,
        see=("catalog.view_customproduct",),
        act="catalog.change_customproduct",
        rows=_lost_pictures,
        order_by=("pk",),
        related=("product",),
        needs=each(_picture_need),
        page=page_of("catalog_customproduct_changelist"),
    ),
]
