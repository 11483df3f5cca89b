"""How each vendor is doing, in one light each."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.admin.chips import Chip
from backoffice.admin.machine_chips import standing_chip
from backoffice.dashboard.needs import link
from backoffice.services.vendor_status import Queue, read_vendor_statuses


@dataclass(frozen=True)
class Light:
    """One vendor: its state as a chip, the last success, and what is not finished yet."""

    vendor: str
    state: Chip
    last_success: datetime | None
    queue: str
    oldest: datetime | None
    url: str


def lights() -> list[Light]:
    """One light per vendor the project knows, set up or not."""
    url = link("backoffice_integration_changelist")
    return [
        Light(
            vendor=status.name,
            state=standing_chip(status.standing, hint=status.integration.last_failure),
            last_success=status.integration.last_success_at,
            queue=_in_words(status.queue),
            oldest=status.queue.oldest,
            url=url,
        )
        for status in read_vendor_statuses()
    ]


def _in_words(queue: Queue) -> str:
    count = queue.waiting + queue.in_flight + queue.unknown
    if not count:
        return _("nothing waits")
    return ngettext("%(count)s push waits", "%(count)s pushes wait", count) % {"count": count}
