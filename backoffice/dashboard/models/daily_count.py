"""How much of each kind of work there was."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DailyCount(models.Model):
    """The last count of a day, by kind: what the trend is drawn from."""

    kind = models.CharField(_("kind"), max_length=40)
    day = models.DateField(_("day"))
    count = models.PositiveIntegerField(_("count"))

    class Meta:
        verbose_name = _("daily count")
        verbose_name_plural = _("daily counts")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "day"], name="one_count_per_kind_and_day")]
        indexes = [models.Index(fields=["day"], name="daily_count_day")]

    def __str__(self) -> str:
        return f"{self.kind} {self.day}: {self.count}"
