"""How each vendor is doing, in one light each."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.admin.chips import Chip, Tone
from backoffice.dashboard.needs import COUNTED, link
from backoffice.models import Integration, Push
from backoffice.models.push import PushState
from backoffice.vendors.registry import vendor_class, vendor_names


@dataclass(frozen=True)
class Light:
    """One vendor: its state as a chip, the last success, and what waits to be sent."""

    vendor: str
    state: Chip
    last_success: datetime | None
    queue: str
    oldest: datetime | None
    url: str


def lights() -> list[Light]:
    """One light per vendor the project knows. Queries: one, and two per vendor, all bounded."""
    known = {integration.vendor: integration for integration in Integration.objects.all()}
    return [_light(name, known.get(name) or Integration(vendor=name)) for name in vendor_names()]


def _light(name: str, integration: Integration) -> Light:
    waiting = Push.objects.filter(vendor=name, state__in=[PushState.NEW, PushState.UNKNOWN])
    count = len(waiting.values_list("pk", flat=True)[:COUNTED])
    oldest = waiting.aggregate(oldest=Min("created_at"))["oldest"] if 0 < count < COUNTED else None
    words = ngettext("%(count)s push waits", "%(count)s pushes wait", count)
    shown = f"{COUNTED - 1}+" if count == COUNTED else str(count)
    return Light(
        vendor=name,
        state=state_of(name, integration),
        last_success=integration.last_success_at,
        queue=words % {"count": shown} if count else _("nothing waits"),
        oldest=oldest,
        url=link("backoffice_integration_changelist"),
    )


def state_of(name: str, integration: Integration) -> Chip:
    """The worst thing that is true of it."""
    now = timezone.now()
    stopped = integration.open_until is not None and integration.open_until > now
    cause = integration.last_failure
    worst_first = [
        (not vendor_class(name).is_configured(), Chip(Tone.GREY, "power_off", _("not set up"))),
        (integration.auth_failed_at, Chip(Tone.RED, "key_off", _("credentials refused"))),
        (integration.paused_at, Chip(Tone.AMBER, "pause_circle", _("paused"))),
        (stopped, Chip(Tone.RED, "cloud_off", _("calls stopped"), cause)),
        (integration.failures, Chip(Tone.AMBER, "warning", _("failing"), cause)),
        (integration.last_success_at is None, Chip(Tone.GREY, "schedule", _("not used yet"))),
    ]
    working = Chip(Tone.GREEN, "check_circle", _("working"))
    return next((chip for true, chip in worst_first if true), working)
