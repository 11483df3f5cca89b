"""What came to light about an order that had ended, until somebody has settled it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.model_fields import TranslatableTextField
from orders.models.hold import HoldReason
from orders.models.order import Order


class OrderAlarm(models.Model):
    """The counterpart of a hold for an order that can wait for nothing any more; one row for each thing found."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="alarms", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=20, choices=HoldReason)
    text = TranslatableTextField(_("what happened and what to do"))
    raised_by = models.CharField(_("raised by"), max_length=150)
    raised_at = models.DateTimeField(_("since"), auto_now_add=True)
    settled_by = models.CharField(_("settled by"), max_length=150, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    settlement = models.TextField(_("what was done about it"), blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["raised_at"], condition=Q(settled_at__isnull=True), name="alarm_open"),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
