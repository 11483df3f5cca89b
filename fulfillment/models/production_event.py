"""The timeline of a production order."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backoffice.models import Callback, Push
from backoffice.models.fields import SaidJSONField
from fulfillment.models.production_order import ProductionOrder


class ProductionEvent(models.Model):
    """One line of the timeline: who or what did what, when; never changed."""

    production_order = models.ForeignKey(
        ProductionOrder, models.CASCADE, related_name="events", verbose_name=_("production order")
    )
    at = models.DateTimeField(_("at"), default=timezone.now)
    # A user's name, "vendor:<name>" or "system".
    actor = models.CharField(_("by"), max_length=150)
    kind = models.CharField(_("kind"), max_length=64)
    params = SaidJSONField(default=dict)
    push = models.ForeignKey(Push, models.SET_NULL, null=True, related_name="+")
    callback = models.ForeignKey(Callback, models.SET_NULL, null=True, related_name="+")
    # Set for lines of the vendor's own history, which come again with every report.
    source_key = models.CharField(max_length=100, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("timeline")
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["production_order", "at"], name="production_timeline")]
        constraints = [
            models.UniqueConstraint(
                fields=["production_order", "source_key"],
                condition=~Q(source_key=""),
                name="one_production_event_per_source",
            )
        ]

    def __str__(self) -> str:
        return self.kind
