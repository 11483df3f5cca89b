"""What a try has led to, and what follows from it."""

import random
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from backoffice.text.translatable import gettext as _
from backoffice.vendors.http import Posted
from backoffice.webhooks.services.claiming import ClaimedDelivery

# What an endpoint may ask for by `Retry-After`; beyond that we ask when we think best.
LONGEST_WAIT = 3600
_JITTER = 0.2


@dataclass(frozen=True)
class Tried:
    """One try: what was sent, as it is kept, and what came of it."""

    claimed: ClaimedDelivery
    started_at: datetime
    duration_ms: int
    sent: str
    posted: Posted

    @property
    def is_delivered(self) -> bool:
        return self.posted.status is not None and 200 <= self.posted.status < 300

    @property
    def says_endpoint_fails(self) -> bool:
        """Whether it speaks against the endpoint, and not against this one event, which may be tried many times."""
        return not self.is_delivered and (self.posted.status is None or self.claimed.is_first_try)

    def cause(self) -> str:
        """Return why it was not delivered, for people; empty when it was."""
        status = self.posted.status
        if self.is_delivered:
            return ""
        if status is None:
            return _("No answer: %(error)s") % {"error": self.posted.error}
        if status == 410:
            return _(
                "The address answers that it no longer exists (HTTP 410). Correct the address, or switch the "
                "endpoint off if it is no longer needed."
            )
        if 300 <= status < 400:
            return _(
                "The address redirects (HTTP %(status)d), and redirects are not followed. Enter the final address."
            ) % {"status": status}
        return _("The address responds with HTTP %(status)d.") % {"status": status}

    def wait(self) -> float:
        """Return after how many seconds it may be tried again."""
        steps = settings.WEBHOOK_RETRY_BACKOFF
        number = self.claimed.tries - self.claimed.tries_before
        seconds = float(steps[min(max(number, 1), len(steps)) - 1])
        return max(seconds * random.uniform(1 - _JITTER, 1 + _JITTER), self.asked_wait())

    def asked_wait(self) -> float:
        """Return how many seconds the endpoint asks to be left alone; 0 where it does not."""
        asked = self.posted.headers.get("retry-after", "").strip()
        return float(min(int(asked[:6]), LONGEST_WAIT)) if asked.isascii() and asked.isdigit() else 0.0
