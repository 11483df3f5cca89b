"""How a vendor answered day by day when it was asked for its status."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StatusDay(models.Model):
    """One day of one vendor, by our time zone: how often it was asked, and how often it did not answer that all is
    well. Calls that our own limiter held back are not counted.
    """

    vendor = models.CharField(_("vendor"), max_length=32)
    day = models.DateField(_("day"))
    asked = models.PositiveIntegerField(_("checks"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    last_failed_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    last_failure = models.CharField(_("cause of the last failure"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("vendor day")
        verbose_name_plural = _("vendor days")
        constraints = [
            models.UniqueConstraint(fields=["vendor", "day"], name="one_row_per_vendor_and_day"),
            models.CheckConstraint(condition=Q(failed__lte=models.F("asked")), name="no_more_failed_than_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.vendor} {self.day}"
