"""What browsers would not load or run on our pages."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyReport(models.Model):
    """What the Content-Security-Policy kept a page from; once for each page, directive and thing, with how often."""

    # An address without query and fragment, which may name people.
    page = models.CharField(_("page"), max_length=200)
    directive = models.CharField(_("directive"), max_length=50)
    blocked = models.CharField(_("blocked"), max_length=200)
    # Where in which file; of the last report.
    source = models.CharField(_("source"), max_length=200, blank=True)
    count = models.PositiveIntegerField(_("count"), default=1, db_default=1)
    first_at = models.DateTimeField(_("first"), auto_now_add=True)
    last_at = models.DateTimeField(_("last"))

    class Meta:
        verbose_name = _("blocked content")
        verbose_name_plural = _("blocked content")
        ordering = ["-last_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["page", "directive", "blocked"], name="one_row_per_violation")]

    def __str__(self) -> str:
        return f"{self.directive}: {self.blocked}"
