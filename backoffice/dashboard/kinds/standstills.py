"""What stands still, and all work with it: the background work, a vendor that is silent or refuses us."""

from django.utils.translation import gettext_lazy

from backoffice.dashboard.kind import ListedKind, Need, link, page_of
from backoffice.engine.services.alerts import current_alerts
from backoffice.states import Tone


def _needs() -> list[Need]:
    page = link("engine_integration_changelist")
    return [Need(alert.text, alert.remedy, alert.since, page) for alert in current_alerts()]


KINDS = [
    ListedKind(
        name="interruptions",
        title=gettext_lazy("Interruptions"),
        icon="cloud_off",
        tone=Tone.RED,
        place=10,
        see=("engine.view_push",),
        act="engine.view_push",
        page=page_of("engine_integration_changelist"),
        listed=_needs,
    )
]
