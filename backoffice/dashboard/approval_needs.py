"""Change sets that wait for somebody who may approve them."""

from django.utils.translation import gettext as _

from backoffice.admin.chips import Tone
from backoffice.dashboard.needs import Need, NeedGroup, group_of, link
from catalog.models import ChangeSet, ChangeSetState


def to_approve() -> NeedGroup | None:
    """Compared with the vendor, and nobody has decided yet."""
    return group_of(
        ChangeSet.objects.filter(state=ChangeSetState.CHECKED).order_by("pk"),
        title=_("Change sets to approve"),
        icon="verified_user",
        tone=Tone.AMBER,
        url=link("catalog_changeset_changelist", query=f"?state={ChangeSetState.CHECKED}"),
        needs=lambda rows: [_need(row) for row in rows],
        permission="catalog.approve_changeset",
    )


def _need(row: ChangeSet) -> Need:
    return Need(
        what=row.title,
        detail=row.get_kind_display(),
        since=row.created_at,
        who=row.created_by,
        url=link("catalog_changeset_change", row.pk),
        action=_("Approve"),
    )
