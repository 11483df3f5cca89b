"""What is remembered of the newest report about a row."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.vendors.messages import Version

# For so long a vendor may fail to show a row, in reading after reading, before a person is needed.
UNREADABLE_AFTER = timedelta(hours=3)


class Reported(models.Model):
    """A row about which vendors report: the version of the newest report applied, and when it was last read."""

    reported_at = models.DateTimeField(_("time of change at the vendor"), null=True, blank=True)
    reported_history_id = models.BigIntegerField(default=0)
    reported_rank = models.SmallIntegerField(default=0)
    read_at = models.DateTimeField(_("last synced"), null=True, blank=True)
    # Its vendor was asked for it alone, and has shown nothing since that could be applied. The next reading ends that,
    # and each report with news.
    unreadable_since = models.DateTimeField(_("status not updated since"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def newest_version(self) -> Version | None:
        """The version of the newest report applied; None before the first."""
        if self.reported_at is None:
            return None
        return Version(updated_at=self.reported_at, history_id=self.reported_history_id, rank=self.reported_rank)

    @property
    def is_unreadable(self) -> bool:
        """Whether a person has to find out why its vendor does not show it any more."""
        return self.unreadable_since is not None and self.unreadable_since <= timezone.now() - UNREADABLE_AFTER


def is_noted_since(event: Any, since: datetime | None) -> bool:
    """Return whether a line in a timeline, of which there is one a day, may say why a row is unreadable since then."""
    return since is not None and timezone.localdate(event.at) >= timezone.localdate(since)
