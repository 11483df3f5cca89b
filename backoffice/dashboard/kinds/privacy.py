"""Copies and erasures that were given up: somebody waits for them, within a time that the law sets."""

from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import ListedKind, Need, link, page_of
from backoffice.privacy.models import PrivacyRequest, RequestState
from backoffice.sight import PERSONAL_DATA
from backoffice.states import Tone
from backoffice.visibility import seen_shops

# The most that are shown; the cause of them is likely the same.
_MOST = 50


def _needs() -> list[Need]:
    """Return none for who sees some shops only: a person is of all."""
    if seen_shops() is not None:
        return []
    rows = PrivacyRequest.objects.filter(state=RequestState.FAILED).order_by("pk")
    return [
        Need(str(row), row.problem, row.created_at, link("privacy_privacyrequest_change", row.pk), row.created_by)
        for row in rows[:_MOST]
    ]


KINDS = [
    ListedKind(
        name="failed-privacy-requests",
        title=gettext_lazy("Privacy requests that failed"),
        icon="shield_person",
        tone=Tone.RED,
        place=135,
        see=("privacy.view_privacyrequest", PERSONAL_DATA),
        act="privacy.erase_person",
        page=page_of("privacy_privacyrequest_changelist"),
        listed=_needs,
    )
]
