"""How each vendor is doing, in one light each."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from backoffice.dashboard.kind import link
from backoffice.engine.services.vendor_status import Queue, VendorHealth, read_vendor_statuses
from backoffice.states import Chip
from backoffice.text.translatable import gettext as _


@dataclass(frozen=True)
class Light:
    """One vendor: its state as a chip, the last success, and what is not finished yet."""

    title: str
    is_set_up: bool
    state: Chip
    last_success: datetime | None
    queue: str
    oldest: datetime | None
    url: str


def lights() -> list[Light]:
    """Return one light per vendor the project knows, those that are not set up last."""
    url = link("engine_integration_changelist")
    all_lights = [
        Light(
            title=status.title,
            is_set_up=status.standing != VendorHealth.NOT_SET_UP,
            state=status.standing.chip(status.integration.last_failure),
            last_success=status.integration.last_success_at,
            queue=_in_words(status.queue),
            oldest=status.queue.oldest,
            url=f"{url}#{status.name}" if url else "",
        )
        for status in read_vendor_statuses()
    ]
    return sorted(all_lights, key=lambda light: not light.is_set_up)


def _in_words(queue: Queue) -> str:
    count = queue.waiting + queue.in_flight + queue.unknown
    if not count:
        return _("nothing waiting")
    return ngettext("%(count)s outgoing request waiting", "%(count)s outgoing requests waiting", count) % {
        "count": count
    }
