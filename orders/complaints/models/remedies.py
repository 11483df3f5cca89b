"""What the customer gets for a complaint: goods once more, or money back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orders.complaints.models.choices import Payer
from orders.complaints.models.complaint import Complaint
from orders.models import Order


class Replacement(models.Model):
    """The order that makes a complaint good. A complaint has one that is not cancelled."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="replacements", verbose_name=_("complaint"))
    order = models.OneToOneField(Order, models.PROTECT, related_name="made_good", verbose_name=_("order"))
    # What the vendor asks for it, in the order's currency; None while that is not known.
    cost = models.DecimalField(_("cost"), max_digits=13, decimal_places=3, null=True, blank=True)
    made_by = models.CharField(_("by"), max_length=150)
    made_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("replacement")
        verbose_name_plural = _("replacements")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.order.number


class Refund(models.Model):
    """Money that the customer gets back, gross, in the order's currency: noted, then paid or withdrawn."""

    complaint = models.ForeignKey(Complaint, models.PROTECT, related_name="refunds", verbose_name=_("complaint"))
    amount = models.DecimalField(_("amount"), max_digits=13, decimal_places=3)
    payer = models.CharField(_("paid by"), max_length=12, choices=Payer)
    noted_by = models.CharField(_("by"), max_length=150)
    noted_at = models.DateTimeField(_("recorded"), auto_now_add=True)
    paid_by = models.CharField(_("payment recorded by"), max_length=150, blank=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    token = models.CharField(max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="refund_of_something")]
        indexes = [
            models.Index(
                fields=["noted_at"], condition=Q(paid_at__isnull=True, withdrawn_at__isnull=True), name="refund_to_pay"
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount}"

    @property
    def is_due(self) -> bool:
        return self.paid_at is None and self.withdrawn_at is None
