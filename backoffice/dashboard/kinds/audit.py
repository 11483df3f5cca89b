"""An audit trail that no longer proves what was done."""

from django.utils.translation import gettext_lazy

from backoffice.audit.services.problems import trail_alerts
from backoffice.dashboard.kind import ListedKind, Need, link, page_of
from backoffice.states import Tone


def _needs() -> list[Need]:
    page = link("audit_auditentry_changelist")
    return [Need(alert.text, alert.remedy, alert.since, page) for alert in trail_alerts()]


KINDS = [
    ListedKind(
        name="audit-problems",
        title=gettext_lazy("Audit trail: problems"),
        icon="gpp_maybe",
        tone=Tone.RED,
        place=15,
        see=("audit.view_auditentry",),
        act="audit.view_auditentry",
        page=page_of("audit_auditentry_changelist"),
        listed=_needs,
    )
]
