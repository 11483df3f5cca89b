"""Customers that somebody said are one person, with what it takes to part them again; and what was done about whom."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backoffice.engine.models.event import TimelineEvent
from backoffice.errors import ELIGIBLE, Conflict, Eligibility
from backoffice.text.translatable import gettext as _t
from orders.customers.models.customer import Customer


class CustomerMerge(models.Model):
    """`kept` took over the e-mails and notes of `gone`, until it is undone."""

    kept = models.ForeignKey(Customer, models.CASCADE, related_name="merges", verbose_name=_("customer"))
    gone = models.ForeignKey(Customer, models.CASCADE, related_name="+", verbose_name=_("merged customer"))
    emails = ArrayField(models.CharField(max_length=255), verbose_name=_("e-mails"))
    notes = ArrayField(models.BigIntegerField(), verbose_name=_("notes"), default=list)
    merged_by = models.CharField(_("by"), max_length=150)
    merged_at = models.DateTimeField(_("merged"), auto_now_add=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)

    class Meta:
        verbose_name = _("customer merge")
        verbose_name_plural = _("customer merges")
        ordering = ["-pk"]
        indexes = [GinIndex(fields=["emails"], name="customer_merge_emails")]
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at__isnull=True), name="one_merge_at_a_time")
        ]

    def __str__(self) -> str:
        return ", ".join(self.emails)

    def can_undo(self) -> Eligibility:
        """Return whether the two may be parted again."""
        return Eligibility(Conflict(_t("The customers have already been separated."))) if self.undone_at else ELIGIBLE


class CustomerEvent(TimelineEvent):
    """One line of a customer's history; `orders.customers.services.history` has the sentences."""

    customer = models.ForeignKey(Customer, models.CASCADE, related_name="events", verbose_name=_("customer"))

    class Meta(TimelineEvent.Meta):
        indexes = [models.Index(fields=["customer", "at"], name="customer_timeline")]
