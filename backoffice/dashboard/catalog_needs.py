"""Changes, tables and synchronisations of the catalogue that wait for a person: none of them goes on by itself."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from backoffice.dashboard.needs import Need, NeedGroup, each, group_of, link
from backoffice.states import Tone
from backoffice.text.translatable import gettext as _
from backoffice.vendors.registry import vendor_title
from catalog.models import ChangeSet, ChangeSetState, CustomPicture, SyncRun, TableImport, TableImportState, VendorJob
from catalog.models.sync import SyncState

# What ended so long ago has been seen, or matters no more.
RECENT = timedelta(days=30)
# So long a table or a change set may be in the hands of the background before somebody should look.
SLOW = timedelta(hours=1)
_READING = (TableImportState.WAITING, TableImportState.READING)


def change_sets() -> list[NeedGroup | None]:
    """Return one group for each state in which a set needs attention, oldest first."""
    approve, send = "catalog.approve_changeset", "catalog.push_changeset"
    return [
        _group(ChangeSetState.FAILED, _("Change sets that failed"), "error", Tone.RED, action=_("Look"), may=send),
        _group(
            ChangeSetState.DIFFERING,
            _("Change sets that differ at the vendor"),
            "difference",
            Tone.RED,
            action=_("Compare"),
            may=send,
        ),
        _group(
            ChangeSetState.CHECKED,
            _("Change sets to approve"),
            "verified_user",
            Tone.AMBER,
            action=_("Approve"),
            may=approve,
        ),
    ]


def _group(state: ChangeSetState, title: str, icon: str, tone: Tone, *, action: str, may: str) -> NeedGroup | None:
    return group_of(
        ChangeSet.objects.filter(state=state).order_by("pk"),
        title=title,
        icon=icon,
        tone=tone,
        url=link("catalog_changeset_changelist", query=f"?state={state}"),
        needs=each(lambda row: _need(row, action)),
        permission=may,
    )


def _need(row: ChangeSet, action: str) -> Need:
    return Need(
        what=row.title,
        detail=row.get_kind_display(),
        since=row.created_at,
        who=row.created_by,
        url=link("catalog_changeset_change", row.pk),
        action=action,
    )


def stuck_change_sets() -> NeedGroup | None:
    """Return those on their way or overdue for long, or with a batch that the vendor does not report on."""
    silent = VendorJob.objects.filter(change_set=OuterRef("pk"), needs_attention=True)
    slow = Q(state__in=[ChangeSetState.PUSHING], pushed_at__lte=Now() - SLOW)
    overdue = Q(state=ChangeSetState.SCHEDULED, scheduled_for__lte=Now() - SLOW)
    return group_of(
        ChangeSet.objects.filter(slow | overdue | Exists(silent)).order_by("pk"),
        title=_("Change sets that need a look"),
        icon="difference",
        tone=Tone.AMBER,
        url=link("catalog_changeset_changelist"),
        needs=each(
            lambda row: Need(
                what=row.title,
                detail=row.get_state_display(),
                since=row.verified_at or row.pushed_at or row.created_at,
                who=row.created_by,
                url=link("catalog_changeset_change", row.pk),
            )
        ),
    )


def tables() -> NeedGroup | None:
    """Return tables that were refused and neither discarded nor read again, or not read for long."""
    refused = Q(state=TableImportState.REFUSED, created_at__gte=Now() - RECENT)
    slow = Q(state__in=_READING, waiting_since__lte=Now() - SLOW)
    return group_of(
        TableImport.objects.filter(refused | slow).defer("content", "requests").order_by("pk"),
        title=_("Tables that could not be read"),
        icon="table_chart",
        tone=Tone.AMBER,
        url=link("catalog_tableimport_changelist"),
        needs=each(
            lambda row: Need(
                what=row.file_name,
                detail=row.problems[0]["text"] if row.problems else row.get_state_display(),
                since=row.created_at,
                who=row.created_by,
                url=link("catalog_tableimport_change", row.pk),
            )
        ),
    )


def synchronisations() -> NeedGroup | None:
    """Return the kinds of syncs of which the newest run failed."""
    newer = SyncRun.objects.filter(vendor=OuterRef("vendor"), kind=OuterRef("kind"), pk__gt=OuterRef("pk"))
    return group_of(
        SyncRun.objects.filter(~Exists(newer), state=SyncState.FAILED).order_by("pk"),
        title=_("Synchronisations that failed"),
        icon="sync_problem",
        tone=Tone.AMBER,
        url=link("catalog_syncrun_changelist"),
        needs=each(
            lambda row: Need(
                what=f"{vendor_title(row.vendor)} · {row.kind}",
                detail=row.errors[-1]["text"] if row.errors else row.get_state_display(),
                since=row.finished_at or row.heartbeat_at,
                url=link("catalog_syncrun_change", row.pk),
            )
        ),
    )


def pictures() -> NeedGroup | None:
    """Return pictures of custom products that are given up."""
    return group_of(
        CustomPicture.objects.filter(failed=True).select_related("product").order_by("pk"),
        title=_("Pictures that cannot be fetched"),
        icon="broken_image",
        tone=Tone.AMBER,
        url=link("catalog_customproduct_changelist"),
        needs=each(
            lambda row: Need(
                what=str(row.product),
                detail=row.problem,
                since=None,
                url=link("catalog_customproduct_change", row.product_id),
            )
        ),
    )
