"""What is remembered of the newest report about a row."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backoffice.vendors.messages import Version


class Reported(models.Model):
    """A row about which vendors report: the version of the newest report applied, and when it was last read."""

    reported_at = models.DateTimeField(_("time of change at the vendor"), null=True, blank=True)
    reported_history_id = models.BigIntegerField(default=0)
    reported_rank = models.SmallIntegerField(default=0)
    read_at = models.DateTimeField(_("last synced"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def newest_version(self) -> Version | None:
        """The version of the newest report applied; None before the first."""
        if self.reported_at is None:
            return None
        return Version(updated_at=self.reported_at, history_id=self.reported_history_id, rank=self.reported_rank)
