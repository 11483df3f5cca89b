"""Change sets that wait for somebody: to be approved, or because the vendor holds something else."""

from django.utils.translation import gettext as _

from backoffice.admin.chips import Tone
from backoffice.dashboard.needs import Need, NeedGroup, group_of, link
from catalog.models import ChangeSet, ChangeSetState


def change_sets() -> list[NeedGroup | None]:
    """One group for each state in which a set needs a person, oldest first."""
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
        needs=lambda rows: [_need(row, action) for row in rows],
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
